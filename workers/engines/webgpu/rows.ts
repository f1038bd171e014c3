import type { Inputs } from './inputs.js';

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

/** Values `[R·B, width]` of which each sequence's rows, from its row `first` on, take the first `count`. */
export interface RowValues {
  readonly values: ArrayLike<number>;
  readonly width: number;
  readonly first: number;
  /** A sequence; those that its rows do not reach are left out. */
  readonly count: ArrayLike<number>;
}

/** Lays sequences out as rows, `counts[sequence]` each (1 to `length`), with their tokens, `padding` between them. */
export function packRows(
  inputs: Inputs,
  { replicas, sequences, length }: { replicas: number; sequences: number; length: number },
  counts: ArrayLike<number>,
  padding: number,
  tokens: readonly RowValues[],
): Rows {
  const population = replicas * sequences;
  const mostRows = population * length;
  const { offset: starts, view } = inputs.addWords(population + 1);
  const bounds = new Uint32Array(population + 1);
  for (let sequence = 0; sequence < population; sequence++) bounds[sequence + 1] = bounds[sequence]! + counts[sequence]!;
  view.set(bounds);
  const owners = inputs.addWords(mostRows);
  for (let sequence = 0; sequence < population; sequence++) {
    const start = bounds[sequence]!;
    for (let row = start; row < bounds[sequence + 1]!; row++) owners.view[row] = sequence * 64 + row - start;
  }
  const rows = { replicas, sequences, mostRows, bounds, starts, owners: owners.offset };
  return { ...rows, tokens: addRowWords(inputs, rows, padding, tokens) };
}

/** One word a row, in the inputs: the values' where they have one, `otherwise` elsewhere. */
export function addRowWords(
  inputs: Inputs,
  { bounds, mostRows }: Pick<Rows, 'bounds' | 'mostRows'>,
  otherwise: number,
  parts: readonly RowValues[],
): number {
  const { offset, view } = inputs.addWords(mostRows);
  view.fill(otherwise);
  for (const { values, width, first, count } of parts) {
    for (let sequence = 0; sequence + 1 < bounds.length; sequence++) {
      const start = bounds[sequence]! + first;
      const kept = Math.min(count[sequence]!, bounds[sequence + 1]! - start);
      const source = sequence * width;
      for (let i = 0; i < kept; i++) view[start + i] = values[source + i]!;
    }
  }
  return offset;
}
