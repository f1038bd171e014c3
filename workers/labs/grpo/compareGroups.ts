import type { GrpoConfig } from '../../../src/core/labs/grpo/parameters.js';
import type { Population } from '../population.js';
import { estimateAdvantages, type GroupedRewards } from './estimators.js';
import type { JudgedRewards } from './judge.js';

/** What rewards are compared by. */
export interface Comparison {
  readonly population: Population<GrpoConfig>;
  /** Of the reward components. */
  readonly weights: readonly number[];
}

/** Each response's advantage, `[R · B]`: what it earned against its group, a replica at a time. */
export function compareGroups(scored: JudgedRewards, comparison: Comparison): Float64Array {
  const { population } = comparison;
  const { advantageEstimator: estimator, advantageScale: scale } = population.config;
  const floors = population.knob('stdFloor');
  const advantages = new Float64Array(scored.rewards.length);
  floors.forEach((floor, replica) => {
    const batch = groupedRewards(scored, comparison, replica);
    advantages.set(estimateAdvantages(batch, { estimator, scale, floor }), replica * batch.rewards.length);
  });
  return advantages;
}

/** One replica's part of what was judged; a punishment of length is a component of its own, as a reward function in TRL is. */
export function groupedRewards(scored: JudgedRewards, { population, weights }: Comparison, replica: number): GroupedRewards {
  const sequences = scored.rewards.length / population.size;
  const from = replica * sequences;
  const component = (k: number): Float64Array =>
    Float64Array.from({ length: sequences }, (_, i) => scored.components[(from + i) * weights.length + k]!);
  return {
    n: population.config.rolloutN,
    rewards: scored.rewards.subarray(from, from + sequences),
    lengths: scored.lengths.subarray(from, from + sequences),
    // Which gdpo alone compares.
    get components() {
      return [
        ...weights.map((weight, k) => ({ weight, values: component(k) })),
        { weight: 1, values: scored.punishments.subarray(from, from + sequences) },
      ];
    },
  };
}
