import type { Operations, Value } from '../engines/operations.js';
import type { PerReplica } from '../engines/perReplica.js';

/** Numbers of the preference loss, one a replica. */
export interface PreferenceKnobs {
  readonly margin: PerReplica;
  readonly centerRewardsCoefficient: PerReplica;
  /** Probability with which a label is taken to be the wrong way round. */
  readonly labelSmoothing: PerReplica;
}

/**
 * −log σ(chosen − rejected − margin) + coefficient · (chosen + rejected)² of rewards `[R, n]`, one a pair (Bradley &
 * Terry 1952; TRL `RewardTrainer.compute_loss`). Smoothing by ε gives −log σ of the other preference the weight ε (TRL
 * `DPOTrainer`): −log σ(−d) = −log σ(d) + d.
 */
export function bradleyTerry(operations: Operations, chosen: Value, rejected: Value, knobs: PreferenceKnobs): Value {
  const each = (values: PerReplica): Value => operations.constant(Float32Array.from(values), [values.length]);
  const used = (values: PerReplica): boolean => values.some((value) => value !== 0);
  let difference = operations.subtract(chosen, rejected);
  if (used(knobs.margin)) difference = operations.subtract(difference, each(knobs.margin));
  let losses = operations.softplus(operations.linear(difference, -1));
  if (used(knobs.labelSmoothing)) losses = operations.add(losses, operations.multiply(difference, each(knobs.labelSmoothing)));
  if (used(knobs.centerRewardsCoefficient)) {
    const squares = operations.square(operations.add(chosen, rejected));
    losses = operations.add(losses, operations.multiply(squares, each(knobs.centerRewardsCoefficient)));
  }
  return losses;
}

/** Means over each replica's pairs, `[R, n]` → `[R]`. */
export function meanLoss(operations: Operations, losses: Value): Value {
  const [replicas, n] = losses.shape as [number, number];
  return operations.weightedSum(losses, new Float32Array(replicas * n).fill(1 / n));
}
