import type { Operations, Value } from '../../engines/operations.js';
import type { PerReplica } from '../../engines/perReplica.js';
import type { Picks } from './model.js';

/** Stands in for the logit of a candidate that cannot be picked again. */
const barred = -1e9;

/**
 * Log-probabilities of every candidate at every pick, those picked before barred.
 *
 * @param logits `[R, B · M · n, K]`, row after row the first n picks of each sequence
 * @param picks of which at least the first n − 1 are known
 */
export function pickLogProbs(operations: Operations, logits: Value, picks: Picks): Value {
  const [replicas, rows, poolSize] = logits.shape as [number, number, number];
  const { length, candidates } = picks;
  const sequences = candidates.length / length;
  const n = (replicas * rows) / sequences;
  if (n === 1) return operations.logSoftmax(logits);
  const allowed = new Float32Array(sequences * n * poolSize).fill(1);
  for (let sequence = 0; sequence < sequences; sequence++) {
    for (let t = 1; t < n; t++) {
      const row = (sequence * n + t) * poolSize;
      for (let s = 0; s < t; s++) allowed[row + candidates[sequence * length + s]!] = 0;
    }
  }
  return operations.logSoftmax(operations.fill(logits, allowed, barred));
}

/** softmax(rewards / temperature) over each query's sequences: how much each counts. */
export function rewardWeights(rewards: ArrayLike<number>, temperature: number): number[] {
  const values = Array.from(rewards, (reward) => reward / temperature);
  const highest = Math.max(...values);
  const exponentials = values.map((value) => Math.exp(value - highest));
  const sum = exponentials.reduce((total, value) => total + value, 0);
  return exponentials.map((value) => value / sum);
}

/**
 * Cross-entropy of weighted sequences of picks, the mean over queries and picks, nats. A sequence costs the sum over
 * its picks of (1 − ε) · −log p(pick) + ε · mean over the candidates left of −log p. With weights softmax(reward / τ)
 * over several sequences this is reward-weighted cross-entropy; with one sequence a query and weight 1, plain
 * cross-entropy.
 *
 * @param logits `[R, B · M · m, K]`
 * @param picks M sequences of m picks
 * @param weights `[R, B, M]`, summing to 1 over a query's sequences
 * @param labelSmoothing ε, one a replica
 * @returns `[R]`
 */
export function weightedCrossEntropy(
  operations: Operations,
  logits: Value,
  picks: Picks,
  weights: ArrayLike<number>,
  labelSmoothing: PerReplica,
): Value {
  const { replicas } = operations;
  const poolSize = logits.shape[2]!;
  const { length, candidates } = picks;
  const sequences = weights.length / replicas;
  const share = 1 / ((sequences / picks.sequences) * length);
  const costs = new Float32Array(replicas * sequences * length * poolSize);
  for (let i = 0; i < weights.length; i++) {
    const smoothing = labelSmoothing[Math.floor(i / sequences)]!;
    const weight = -share * weights[i]!;
    const chosen = candidates.subarray(i * length, (i + 1) * length);
    for (let t = 0; t < length; t++) {
      const row = costs.subarray((i * length + t) * poolSize, (i * length + t + 1) * poolSize);
      row.fill((weight * smoothing) / (poolSize - t));
      for (let s = 0; s < t; s++) row[chosen[s]!] = 0;
      row[chosen[t]!]! += weight * (1 - smoothing);
    }
  }
  return operations.weightedSum(pickLogProbs(operations, logits, picks), costs);
}

/** What GRPO learns from: sequences that an earlier policy sampled, `[R, n]` each. */
export interface GroupSamples {
  readonly picks: Picks;
  readonly advantages: Float32Array;
  /** Log-probabilities of whole sequences, under the policy that sampled them and under the reference. */
  readonly oldLogProbs: Float32Array;
  readonly referenceLogProbs: Float32Array;
}

/** One a replica. */
export interface GroupKnobs {
  readonly klCoefficient: PerReplica;
  readonly clipLow: PerReplica;
  readonly clipHigh: PerReplica;
}

/** The log-probability of each sequence, `[R, n]`. */
export function sequenceLogProbs(operations: Operations, logits: Value, picks: Picks): Value {
  const { replicas } = operations;
  const logProbs = pickLogProbs(operations, logits, picks);
  const picked = operations.pickColumns(logProbs, picks.candidates);
  const { length, candidates } = picks;
  return operations.sumRows(operations.reshape(picked, [replicas, candidates.length / replicas / length, length]));
}

/**
 * PPO's clipped loss of whole sequences with group-relative advantages, −min(ρA, clip(ρ)A), plus k3 to the reference,
 * β (e^x − x − 1) with x = log reference − log policy (Shao et al. 2024): the mean over sequences, `[R]`.
 */
export function groupLoss(operations: Operations, logits: Value, samples: GroupSamples, knobs: GroupKnobs): Value {
  const { replicas } = operations;
  const logProbs = sequenceLogProbs(operations, logits, samples.picks);
  const each = logProbs.shape[1]!;
  const constant = (values: Float32Array): Value => operations.constant(values, [replicas, each]);
  const advantages = constant(samples.advantages);
  const ratio = operations.exp(operations.subtract(logProbs, constant(samples.oldLogProbs)));
  const low = knobs.clipLow.map((range) => 1 - range);
  const high = knobs.clipHigh.map((range) => 1 + range);
  const gain = operations.minimum(
    operations.multiply(ratio, advantages),
    operations.multiply(operations.clip(ratio, low, high), advantages),
  );
  const distance = operations.subtract(constant(samples.referenceLogProbs), logProbs);
  const kl = operations.linear(operations.subtract(operations.exp(distance), distance), 1, -1);
  const mean = (factor: PerReplica): Float32Array =>
    Float32Array.from({ length: replicas * each }, (_, i) => factor[Math.floor(i / each)]! / each);
  return operations.add(
    operations.weightedSum(gain, mean(knobs.klCoefficient.map(() => -1))),
    operations.weightedSum(kl, mean(knobs.klCoefficient)),
  );
}
