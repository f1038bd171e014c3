import type { GrpoConfig } from '../../../src/core/labs/grpo/parameters.js';
import type { Population } from '../population.js';
import { estimateAdvantages, liveGroups, type GroupedRewards } from './estimators.js';
import type { ScoredResponses } from './responses.js';

/** What rewards are compared by. */
export interface Comparison {
  readonly population: Population<GrpoConfig>;
  /** Of the reward components. */
  readonly weights: readonly number[];
}

/**
 * Each response against its group, a replica at a time.
 *
 * @returns advantages `[R · B]`, and of each replica the share of dead groups
 */
export function compareGroups(scored: ScoredResponses, comparison: Comparison): { advantages: Float64Array; deadGroups: Float64Array } {
  const { population } = comparison;
  const { advantageEstimator: estimator, advantageScale: scale } = population.config;
  const floors = population.knob('stdFloor');
  const advantages = new Float64Array(scored.rewards.length);
  const deadGroups = Float64Array.from({ length: population.size }, (_, replica) => {
    const batch = groupedRewards(scored, comparison, replica);
    advantages.set(estimateAdvantages(batch, { estimator, scale, floor: floors[replica]! }), replica * batch.rewards.length);
    const live = liveGroups(batch, estimator);
    return live.filter((lives) => !lives).length / live.length;
  });
  return { advantages, deadGroups };
}

/** One replica's part of what was scored. */
export function groupedRewards(scored: ScoredResponses, { population, weights }: Comparison, replica: number): GroupedRewards {
  const sequences = scored.rewards.length / population.size;
  const from = replica * sequences;
  const component = (k: number): Float64Array =>
    Float64Array.from({ length: sequences }, (_, i) => scored.components[(from + i) * weights.length + k]!);
  return {
    n: population.config.rolloutN,
    rewards: scored.rewards.subarray(from, from + sequences),
    lengths: scored.lengths.subarray(from, from + sequences),
    components: weights.map((weight, k) => ({ weight, values: component(k) })),
  };
}
