/** A sequence to run through the model, and which of its outputs count. */
export interface Sequence {
  /** Its place in the batch of its replica: dropout draws depend on it. */
  readonly index: number;
  readonly tokens: Int32Array;
  /** Outputs are wanted at the positions from this one to the last. */
  readonly firstOutput: number;
  /** So many tokens at its start are the same in all sequences of its `group`, which follow one another. */
  readonly prefix: number;
  readonly group: number;
}

/** What one run of the model holds: rows of tokens in segments, and the rows whose outputs are wanted. */
export interface Pass {
  readonly tokens: Int32Array;
  readonly positions: Int32Array;
  /** Index of the row in a `[B, context]` grid. */
  readonly draws: Int32Array;
  /** Four numbers a segment: its first row, rows, the position of the first, the row where its prefix starts. */
  readonly segments: Int32Array;
  /** A row for each output, sequence by sequence. */
  readonly outputRows: Int32Array;
  /** How many outputs came in the passes before. */
  readonly firstOutput: number;
}

/**
 * Packs sequences into passes of at most `capacity` rows and as many outputs: only real tokens are rows, and the prefix
 * that a group shares is computed once in each pass that has sequences of it.
 *
 * @param capacity at least `context`
 */
export function packPasses(sequences: readonly Sequence[], context: number, capacity: number): Pass[] {
  const passes: Pass[] = [];
  const tokens = new Int32Array(capacity);
  const positions = new Int32Array(capacity);
  const draws = new Int32Array(capacity);
  const outputRows = new Int32Array(capacity);
  const segments = new Int32Array(4 * capacity);
  let rows = 0;
  let outputs = 0;
  let used = 0;
  let told = 0;
  let group = -1;
  let prefixRow = 0;
  const close = (): void => {
    passes.push({
      tokens: tokens.slice(0, rows),
      positions: positions.slice(0, rows),
      draws: draws.slice(0, rows),
      segments: segments.slice(0, 4 * used),
      outputRows: outputRows.slice(0, outputs),
      firstOutput: told,
    });
    told += outputs;
    rows = outputs = used = 0;
    group = -1;
  };
  const addSegment = (sequence: Sequence, from: number, to: number): void => {
    if (from === to) return;
    segments.set([rows, to - from, from, prefixRow], 4 * used++);
    for (let position = from; position < to; position++) {
      tokens[rows] = sequence.tokens[position]!;
      positions[rows] = position;
      draws[rows++] = sequence.index * context + position;
    }
  };
  for (const sequence of sequences) {
    const { prefix, firstOutput } = sequence;
    const length = sequence.tokens.length;
    const wanted = length - firstOutput;
    const needed = length - (sequence.group === group ? prefix : 0);
    if (rows > 0 && (rows + needed > capacity || outputs + wanted > capacity)) close();
    if (sequence.group !== group) {
      group = sequence.group;
      prefixRow = rows;
      addSegment(sequence, 0, prefix);
    }
    const own = rows - prefix;
    addSegment(sequence, prefix, length);
    for (let position = firstOutput; position < length; position++) {
      outputRows[outputs++] = position < prefix ? prefixRow + position : own + position;
    }
  }
  if (used > 0) close();
  return passes;
}
