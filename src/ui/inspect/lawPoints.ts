import type { EntropyPoint } from '../../core/entropyLaw.js';
import type { RunSeries } from '../../core/series/runSeries.js';
import { readAt } from '../charts/readout.js';

const means = { kind: 'sd', smoothing: 0 } as const;

/**
 * Entropy and reward of a run, means over its replicas: a point for each measurement of the reward, with the entropy
 * of that step, or the nearest one (at step 0 there is only validation; the first rollouts come from the same policy).
 */
export function lawPoints(series: RunSeries, entropyMetric: string, rewardMetric: string): EntropyPoint[] {
  const points: EntropyPoint[] = [];
  for (let i = 0; i < series.points(rewardMetric); i++) {
    const step = series.step(rewardMetric, i);
    const entropy = readAt(series, entropyMetric, means, step)?.mean;
    const reward = readAt(series, rewardMetric, means, step)?.mean;
    if (entropy !== undefined && reward !== undefined) points.push({ entropy, reward });
  }
  return points;
}
