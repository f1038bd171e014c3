import type { EntropyPoint } from '../../../core/entropyLaw.js';
import type { RunSeries } from '../../../core/series/runSeries.js';
import { readAt } from '../../charts/readout.js';

/** More would only lie on each other. */
const mostPoints = 300;
const means = { kind: 'sd', smoothing: 0 } as const;

/**
 * Entropy and reward of a run, means over its replicas: a point for each measurement of the reward (evenly thinned
 * where there are more than 300), with the entropy of that step, or the nearest one (at step 0 there is only
 * validation; the first rollouts come from the same policy).
 */
export function lawPoints(series: RunSeries, entropyMetric: string, rewardMetric: string): EntropyPoint[] {
  const points: EntropyPoint[] = [];
  const count = series.points(rewardMetric);
  for (let i = 0; i < count; i += Math.ceil(count / mostPoints)) {
    const step = series.step(rewardMetric, i);
    const entropy = readAt(series, entropyMetric, means, step)?.mean;
    const reward = readAt(series, rewardMetric, means, step)?.mean;
    if (entropy !== undefined && reward !== undefined) points.push({ entropy, reward });
  }
  return points;
}
