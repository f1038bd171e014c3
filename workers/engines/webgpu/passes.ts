import { randomKey, streams } from '../../../src/core/random.js';
import type { Dropout } from '../knobs.js';
import type { TransformerShape } from '../layout.js';
import type { Inputs } from './inputs.js';
import type { Kernels } from './kernels.js';
import type { Memory, Storage } from './memory.js';
import type { Recorder } from './recorder.js';
import { activationRecord, gradientRecord } from './records.js';
import type { Rows } from './rows.js';
import { dropoutRecord } from './sequenceKernel.js';
import { matrixGroups, vectorGroups } from './weightGradients.js';

/** WebGPU's default for the largest storage binding. */
export const mostBindingBytes = 128 * 2 ** 20;

/** The replicas' dropout in the inputs; 0 where nothing is dropped. */
export function addDropout(inputs: Inputs, dropout: Dropout | undefined): number {
  if (!dropout?.rates.some((rate) => rate > 0)) return 0;
  return dropoutRecord.add(
    inputs,
    dropout.rates.map((rate, replica) => ({
      key: randomKey(dropout.seeds[replica]!, streams.dropout, dropout.step),
      threshold: Math.ceil(rate * 0x100000000),
      factor: 1 / (1 - rate),
    })),
  );
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
  /** Bytes of a row's records. */
  private readonly activationBytes: number;
  private readonly gradientBytes: number;
  /** Rows whose records fit one buffer. */
  private readonly rowsTogether: number;
  /** Workgroups a replica of the weights' gradients. */
  private readonly matrixGroups: number;
  private readonly vectorGroups: number;

  constructor(
    private readonly kernels: Kernels,
    shape: TransformerShape,
    private readonly memory: Memory,
    mostBytes: number,
  ) {
    this.activationBytes = 4 * activationRecord(shape).stride;
    this.gradientBytes = 4 * gradientRecord(shape).stride;
    this.rowsTogether = Math.max(shape.context, Math.floor(mostBytes / Math.max(2 * this.activationBytes, this.gradientBytes)));
    this.matrixGroups = matrixGroups(shape);
    this.vectorGroups = vectorGroups(shape);
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

  /** The records of a pass, with the reference's; those of the next one overwrite them. */
  records({ mostRows }: Rows): { activations: Storage; gradients: Storage } {
    const rows = Math.min(mostRows, this.rowsTogether);
    return {
      activations: this.memory.workspace('activations', 2 * rows * this.activationBytes),
      gradients: this.memory.workspace('gradients', rows * this.gradientBytes),
    };
  }

  /** Of the policies, and where `withReference` of the frozen reference too, whose records follow theirs. */
  forward(
    recorder: Recorder,
    rows: Rows,
    pass: Pass,
    buffers: { parameters: Storage; activations: Storage },
    { dropout, withReference }: { dropout: number; withReference: boolean },
  ): void {
    const count = pass.endSequence - pass.firstSequence;
    const call = {
      ...sequenceCall(rows, pass, { dropout }),
      population: rows.replicas * rows.sequences,
      passRows: pass.endRow - pass.firstRow,
    };
    recorder.dispatch(this.kernels.forward, buffers, call, count, withReference ? 2 : 1);
  }

  /** From the outputs' gradients in the records to the pass's part of the parameters' gradient `[R, P]`. */
  backward(
    recorder: Recorder,
    rows: Rows,
    pass: Pass,
    buffers: { parameters: Storage; activations: Storage; gradients: Storage; gradient: Storage },
    options: { dropout: number },
  ): void {
    const { parameters, activations, gradients, gradient } = buffers;
    const { kernels } = this;
    const call = sequenceCall(rows, pass, options);
    const count = pass.endSequence - pass.firstSequence;
    recorder.dispatch(kernels.backward, { parameters, activations, gradients }, call, count);
    const firstReplica = Math.floor(pass.firstSequence / rows.sequences);
    const replicas = Math.ceil(pass.endSequence / rows.sequences) - firstReplica;
    const { firstRow, endRow } = pass;
    const { sequences, starts, tokens, owners } = rows;
    const records = { activations, gradients, gradient };
    const own = { firstReplica, firstRow, endRow, sequences, starts };
    recorder.dispatch(kernels.matrixGradients, records, own, this.matrixGroups, replicas);
    recorder.dispatch(kernels.vectorGradients, records, { ...own, tokens, owners }, this.vectorGroups, replicas);
  }
}

function sequenceCall(rows: Rows, pass: Pass, { dropout }: { dropout: number }) {
  const { sequences, starts, tokens } = rows;
  return { firstSequence: pass.firstSequence, firstRow: pass.firstRow, sequences, starts, tokens, dropout };
}
