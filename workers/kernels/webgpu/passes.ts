import { randomKey, streams } from '../../../src/core/random.js';
import type { Dropout } from '../../model/dropout.js';
import type { TransformerShape } from '../../model/layout.js';
import type { Kernels } from './kernels.js';
import type { Memory, Storage } from './memory.js';
import type { Recorder } from './recorder.js';
import { activationRecord, gradientRecord } from './records.js';
import { matrixTiles, vectorGroups } from './weightGradients.js';

/** WebGPU's default for the largest storage binding. */
export const mostBindingBytes = 128 * 2 ** 20;

/** Sequences of a population, of unequal lengths one after the other as rows; offsets are those of the inputs. */
export interface Rows {
  readonly replicas: number;
  /** B: sequences a replica. */
  readonly sequences: number;
  /** As many as there may be in such a batch: buffers are sized by it, so that lengths do not change them. */
  readonly mostRows: number;
  /** The first row of each sequence, with the end of the last `[R·B + 1]`. */
  readonly bounds: Uint32Array;
  readonly starts: number;
  /** The token of each row. */
  readonly tokens: number;
  /** Sequence · 64 + position of each row. */
  readonly owners: number;
}

/** Lays sequences out as rows, `rowsOf` each (1 to `length`), with the `token` at each position. */
export function packRows(
  recorder: Recorder,
  size: { replicas: number; sequences: number; length: number },
  rowsOf: (sequence: number) => number,
  token: (sequence: number, position: number) => number,
): Rows {
  const { replicas, sequences, length } = size;
  const population = replicas * sequences;
  const mostRows = population * length;
  const bounds = new Uint32Array(population + 1);
  for (let sequence = 0; sequence < population; sequence++) bounds[sequence + 1] = bounds[sequence]! + rowsOf(sequence);
  const { offset: starts, view } = recorder.inputs.addWords(population + 1);
  view.set(bounds);
  const tokens = addRowWords(recorder, { bounds, mostRows }, token);
  const owners = addRowWords(recorder, { bounds, mostRows }, (sequence, position) => sequence * 64 + position);
  return { replicas, sequences, mostRows, bounds, starts, tokens, owners };
}

/** One word a row, in the inputs. */
export function addRowWords(
  recorder: Recorder,
  { bounds, mostRows }: Pick<Rows, 'bounds' | 'mostRows'>,
  word: (sequence: number, position: number) => number,
): number {
  const { offset, view } = recorder.inputs.addWords(mostRows);
  for (let sequence = 0; sequence + 1 < bounds.length; sequence++) {
    const start = bounds[sequence]!;
    for (let row = start; row < bounds[sequence + 1]!; row++) view[row] = word(sequence, row - start);
  }
  return offset;
}

/** Key, threshold and factor a replica in the inputs; 0 where nothing is dropped. */
export function addDropout(recorder: Recorder, dropout: Dropout | undefined): number {
  if (!dropout?.rates.some((rate) => rate > 0)) return 0;
  const { offset, view } = recorder.inputs.addWords(3 * dropout.rates.length);
  const floats = new Float32Array(view.buffer, view.byteOffset, view.length);
  dropout.rates.forEach((rate, replica) => {
    view[3 * replica] = randomKey(dropout.seeds[replica]!, streams.dropout, dropout.step);
    view[3 * replica + 1] = Math.ceil(rate * 0x100000000);
    floats[3 * replica + 2] = 1 / (1 - rate);
  });
  return offset;
}

/** Sequences `[first, end)` whose records fit one binding, and their rows. */
export interface Pass {
  readonly firstSequence: number;
  readonly endSequence: number;
  readonly firstRow: number;
  readonly endRow: number;
}

/** The forward and backward passes of one shape over rows, as many sequences at a time as memory takes. */
export class Passes {
  /** Rows whose records fit one buffer. */
  private readonly rowsTogether: number;

  constructor(
    private readonly kernels: Kernels,
    private readonly shape: TransformerShape,
    private readonly memory: Memory,
    mostBytes: number,
  ) {
    const recordBytes = 4 * Math.max(activationRecord(shape).stride, gradientRecord(shape).stride);
    this.rowsTogether = Math.max(shape.context, Math.floor(mostBytes / recordBytes));
  }

  split({ bounds }: Rows): Pass[] {
    const passes: Pass[] = [];
    let firstSequence = 0;
    for (let sequence = 1; sequence < bounds.length; sequence++) {
      const isLast = sequence + 1 === bounds.length;
      if (isLast || bounds[sequence + 1]! - bounds[firstSequence]! > this.rowsTogether) {
        const [firstRow, endRow] = [bounds[firstSequence]!, bounds[sequence]!];
        passes.push({ firstSequence, endSequence: sequence, firstRow, endRow });
        firstSequence = sequence;
      }
    }
    return passes;
  }

  /** The records of a pass; those of the next one overwrite them. */
  records({ mostRows }: Rows): { activations: Storage; gradients: Storage } {
    const rows = Math.min(mostRows, this.rowsTogether);
    return {
      activations: this.memory.workspace('activations', 4 * rows * activationRecord(this.shape).stride),
      gradients: this.memory.workspace('gradients', 4 * rows * gradientRecord(this.shape).stride),
    };
  }

  forward(
    recorder: Recorder,
    rows: Rows,
    pass: Pass,
    buffers: { parameters: Storage; activations: Storage },
    options: { dropout: number; lengths?: number },
  ): void {
    const count = pass.endSequence - pass.firstSequence;
    recorder.dispatch(this.kernels.forward, buffers, sequenceCall(rows, pass, options), count);
  }

  /** From the outputs' gradients in the records to the pass's part of the parameters' gradient `[R, P]`. */
  backward(
    recorder: Recorder,
    rows: Rows,
    pass: Pass,
    buffers: { parameters: Storage; activations: Storage; gradients: Storage; gradient: Storage },
    options: { dropout: number; lengths?: number },
  ): void {
    const { parameters, activations, gradients, gradient } = buffers;
    const { kernels, shape } = this;
    const call = sequenceCall(rows, pass, options);
    const count = pass.endSequence - pass.firstSequence;
    recorder.dispatch(kernels.backward, { parameters, activations, gradients }, call, count);
    const firstReplica = Math.floor(pass.firstSequence / rows.sequences);
    const replicas = Math.ceil(pass.endSequence / rows.sequences) - firstReplica;
    const { firstRow, endRow } = pass;
    const { sequences, starts, tokens, owners } = rows;
    const records = { activations, gradients, gradient };
    const own = { firstReplica, firstRow, endRow, sequences, starts };
    recorder.dispatch(kernels.matrixGradients, records, own, matrixTiles(shape), replicas);
    recorder.dispatch(kernels.vectorGradients, records, { ...own, tokens, owners }, vectorGroups(shape), replicas);
  }
}

function sequenceCall(rows: Rows, pass: Pass, { dropout, lengths = 0 }: { dropout: number; lengths?: number }) {
  const { sequences, starts, tokens } = rows;
  return { firstSequence: pass.firstSequence, firstRow: pass.firstRow, sequences, starts, tokens, lengths, dropout };
}
