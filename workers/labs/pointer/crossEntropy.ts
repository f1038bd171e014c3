import type { Loss } from '../../engines/learner.js';
import type { PerReplica } from '../../engines/perReplica.js';
import { batchOf, offersEach, type Examples } from './examples.js';
import { rewardWeights, weightedCrossEntropy } from './losses.js';
import { pickLogits, type Picks, type PointerDropout, type PointerShape } from './model.js';

/** One a replica. */
export interface CrossEntropyKnobs {
  /** What rewards weigh the offers by: utility plus noise · error, over the temperature. None: the best picks count alone. */
  readonly rewards: { readonly noise: PerReplica; readonly temperature: PerReplica } | undefined;
  readonly labelSmoothing: PerReplica;
  readonly dropout: PointerDropout;
}

/**
 * The loss of a batch: cross-entropy on the best picks of its queries, or on the offers weighted by their rewards.
 *
 * @param rows the queries of each replica, `[R][B]`
 */
export function crossEntropyLoss(
  shape: PointerShape,
  examples: readonly Examples[],
  rows: readonly (readonly number[])[],
  { rewards, labelSmoothing, dropout }: CrossEntropyKnobs,
): Loss {
  const training = examples.map((own) => own.training);
  const batch = batchOf(training, rows);
  const length = training[0]!.shotNum;
  const sequences = rewards ? offersEach : 1;
  const picks: Picks = { sequences, length, candidates: new Int32Array(rows.length * batch.size * sequences * length) };
  const weights: number[] = [];
  rows.forEach((own, replica) => {
    const { offers, training: { best } } = examples[replica]!;
    own.forEach((n, i) => {
      const to = (replica * batch.size + i) * sequences * length;
      const from = rewards ? offers!.picks : best;
      picks.candidates.set(from.subarray(n * sequences * length, (n + 1) * sequences * length), to);
      if (!rewards) {
        weights.push(1);
        return;
      }
      const noise = rewards.noise[replica]!;
      const { utilities, errors } = offers!;
      const first = n * sequences;
      const judged = Array.from({ length: sequences }, (_, k) => utilities[first + k]! + noise * errors[first + k]!);
      weights.push(...rewardWeights(judged, rewards.temperature[replica]!));
    });
  });
  return (operations) => {
    const { logits } = pickLogits(operations, shape, batch, picks, length - 1, dropout);
    return weightedCrossEntropy(operations, logits, picks, weights, labelSmoothing);
  };
}
