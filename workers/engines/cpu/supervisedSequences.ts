import type { SupervisedUpdate } from '../policy.js';
import type { Sequence } from './passes.js';

/** One replica's sequences to run, with a number for each output. */
export interface SupervisedSequences {
  readonly sequences: readonly Sequence[];
  readonly targets: Int32Array;
  /** The share of the loss that each output's term has. */
  readonly weights: Float32Array;
}

/** Sequences without anything to learn are left out, and outputs before the first that is learned. */
export function supervisedSequences(
  { tokens, labels, mask, length }: SupervisedUpdate,
  replica: number,
  batch: number,
  causal: boolean,
): SupervisedSequences {
  const first = replica * batch * length;
  const kept = mask.subarray(first, first + batch * length);
  const learned = Math.max(kept.reduce((sum, value) => sum + value, 0), 1);
  const sequences: Sequence[] = [];
  const targets = new Int32Array(batch * length);
  const weights = new Float32Array(batch * length);
  let outputs = 0;
  for (let b = 0; b < batch; b++) {
    const own = kept.subarray(b * length, (b + 1) * length);
    const firstOutput = own.findIndex((value) => value !== 0);
    if (firstOutput < 0) continue;
    // What follows the last output changes nothing in a causal model.
    const end = causal ? own.findLastIndex((value) => value !== 0) + 1 : length;
    const at = first + b * length;
    sequences.push({ index: b, tokens: tokens.subarray(at, at + end), firstOutput });
    targets.set(labels.subarray(at + firstOutput, at + end), outputs);
    weights.set(own.subarray(firstOutput, end).map((value) => value / learned), outputs);
    outputs += end - firstOutput;
  }
  return { sequences, targets: targets.subarray(0, outputs), weights: weights.subarray(0, outputs) };
}
