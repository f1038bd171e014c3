import type { PoolInspection } from '../../../src/core/labs/pointer/inspection.js';
import type { Measured } from './validate.js';
import { score, utility, type QuerySet } from './world.js';

/** What a replica did with one of its validation queries. */
export function inspectQuery({ step, choices }: Measured, set: QuerySet, replica: number, item: number): PoolInspection {
  const { poolSize, shotNum: length } = set;
  const picks = choices.picks[replica]!.subarray(item * length, (item + 1) * length);
  const best = set.best.subarray(item * length, (item + 1) * length);
  return {
    kind: 'pool',
    step,
    replica,
    item,
    count: set.count,
    candidates: Array.from({ length: poolSize }, (_, k) => ({
      relevance: set.relevance[item * poolSize + k]!,
      attention: choices.attention[replica]![item * poolSize + k]!,
      probabilities: Array.from({ length }, (_, t) => choices.probabilities[replica]![(item * length + t) * poolSize + k]!),
    })),
    picks: [...picks],
    best: [...best],
    utility: utility(set, item, picks),
    bestUtility: set.bestUtility[item]!,
    meanUtility: set.meanUtility[item]!,
    score: score(set, item, picks),
  };
}
