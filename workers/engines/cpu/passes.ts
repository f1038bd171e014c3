/** A sequence to run through the model, and which of its outputs count. */
export interface Sequence {
  /** Its place in the batch of its replica: dropout draws depend on it. */
  readonly index: number;
  readonly tokens: Int32Array;
  /** Outputs are wanted at the positions from this one to the last. */
  readonly firstOutput: number;
}

/** What one run of the model holds: rows of tokens in segments, and the rows whose outputs are wanted. */
export interface Pass {
  readonly tokens: Int32Array;
  readonly positions: Int32Array;
  /** Index of the row in a `[B, context]` grid. */
  readonly draws: Int32Array;
  /** Two numbers a segment, which is one sequence: its first row, rows. */
  readonly segments: Int32Array;
  /** A row for each output, sequence by sequence. */
  readonly outputRows: Int32Array;
  /** How many outputs came in the passes before. */
  readonly firstOutput: number;
}

/**
 * Packs sequences into passes of at most `capacity` rows and as many outputs: only real tokens are rows.
 *
 * @param capacity at least `context`
 * @param before outputs of passes that come first
 */
export function packPasses(sequences: readonly Sequence[], context: number, capacity: number, before = 0): Pass[] {
  const passes: Pass[] = [];
  let open: Sequence[] = [];
  let rows = 0;
  let told = before;
  const close = (): void => {
    const pass = packPass(open, context, told);
    passes.push(pass);
    told += pass.outputRows.length;
    open = [];
    rows = 0;
  };
  for (const sequence of sequences) {
    if (rows > 0 && rows + sequence.tokens.length > capacity) close();
    open.push(sequence);
    rows += sequence.tokens.length;
  }
  if (open.length > 0) close();
  return passes;
}

function packPass(sequences: readonly Sequence[], context: number, firstOutput: number): Pass {
  const rows = sequences.reduce((sum, { tokens }) => sum + tokens.length, 0);
  const tokens = new Int32Array(rows);
  const positions = new Int32Array(rows);
  const draws = new Int32Array(rows);
  const segments = new Int32Array(2 * sequences.length);
  const outputRows = new Int32Array(sequences.reduce((sum, one) => sum + one.tokens.length - one.firstOutput, 0));
  let row = 0;
  let output = 0;
  sequences.forEach((sequence, i) => {
    const { length } = sequence.tokens;
    segments.set([row, length], 2 * i);
    for (let position = 0; position < length; position++) {
      tokens[row] = sequence.tokens[position]!;
      positions[row] = position;
      draws[row] = sequence.index * context + position;
      if (position >= sequence.firstOutput) outputRows[output++] = row;
      row++;
    }
  });
  return { tokens, positions, draws, segments, outputRows, firstOutput };
}
