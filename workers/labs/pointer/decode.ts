import type { Learner } from '../../engines/learner.js';
import { pickLogProbs } from './losses.js';
import { pickLogits, type Picks, type PointerBatch, type PointerDropout, type PointerShape } from './model.js';

export interface Decoded {
  readonly picks: Picks;
  /** Of every candidate at every pick, `[R, B, M, m, K]`. */
  readonly logProbs: Float32Array;
  /** Of the last layer, `[R, heads, B, K]`. */
  readonly attention: Float32Array;
}

export const withoutDropout = (replicas: number): PointerDropout => {
  const none = Array<number>(replicas).fill(0);
  return { activations: none, attention: none };
};

/**
 * Picks `length` candidates for each query, `sequences` times, one pick after the other.
 *
 * @param choose an index from the log-probabilities of one pick, for sequence i of all `[R, B, M]`
 */
export async function decode(
  learner: Learner,
  shape: PointerShape,
  batch: PointerBatch,
  { sequences, length }: Pick<Picks, 'sequences' | 'length'>,
  choose: (logProbs: Float32Array, i: number) => number,
): Promise<Decoded> {
  const { replicas } = learner;
  const { size, poolSize } = batch;
  const count = replicas * size * sequences;
  const picks = { sequences, length, candidates: new Int32Array(count * length) };
  for (let t = 0; ; t++) {
    const [logProbs, attention] = await learner.compute((operations) => {
      const { logits, attention } = pickLogits(operations, shape, batch, picks, t, withoutDropout(replicas));
      return [pickLogProbs(operations, logits, picks), attention.at(-1)!];
    });
    for (let i = 0; i < count; i++) {
      const row = (i * (t + 1) + t) * poolSize;
      picks.candidates[i * length + t] = choose(logProbs!.subarray(row, row + poolSize), i);
    }
    if (t === length - 1) return { picks, logProbs: logProbs!, attention: attention! };
  }
}

/** The most probable candidate. */
export function greedy(logProbs: Float32Array): number {
  let best = 0;
  for (let k = 1; k < logProbs.length; k++) if (logProbs[k]! > logProbs[best]!) best = k;
  return best;
}

/** The candidate at a uniform draw in [0, 1), by inverse distribution function in the order of the pool. */
export function sampled(logProbs: Float32Array, draw: number): number {
  let rest = draw;
  let last = 0;
  for (let k = 0; k < logProbs.length; k++) {
    const probability = Math.exp(logProbs[k]!);
    if (probability === 0) continue;
    rest -= probability;
    last = k;
    if (rest < 0) break;
  }
  return last;
}

/** −Σ p log p of one pick, nats. */
export function entropy(logProbs: Float32Array): number {
  let sum = 0;
  for (const logProb of logProbs) {
    const probability = Math.exp(logProb);
    if (probability > 0) sum -= probability * logProb;
  }
  return sum;
}

/** The log-probability of each whole sequence, `[R · B · M]`. */
export function sequenceSums({ picks, logProbs }: Decoded, poolSize: number): Float32Array {
  const { length, candidates } = picks;
  const sums = new Float32Array(candidates.length / length);
  candidates.forEach((candidate, i) => (sums[Math.floor(i / length)]! += logProbs[i * poolSize + candidate]!));
  return sums;
}
