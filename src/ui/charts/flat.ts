import type { Metric } from '../../core/metrics.js';
import { band } from '../../core/series/band.js';
import type { ChartRun } from './chartRun.js';

/** Shares of a value, and sizes beside 0, that are rounding in 32 bits. */
const relative = 1e-5;
const absolute = 1e-6;

/**
 * The one value that all lines of a chart had in all runs and replicas, but for rounding; none where they differ, or were
 * measured only once.
 */
export function flatValue(runs: readonly ChartRun[], metrics: readonly Metric[]): number | undefined {
  const lines = runs.flatMap(({ series }) => metrics.map(({ id }) => band(series, id, { kind: 'range', smoothing: 0 }))).filter(({ steps }) => steps.length > 0);
  if (lines.every(({ steps }) => steps.length === 1)) return undefined;
  let least = Infinity;
  let most = -Infinity;
  for (const { low, high } of lines) {
    for (const value of low) least = Math.min(least, value);
    for (const value of high) most = Math.max(most, value);
  }
  const size = Math.max(Math.abs(least), Math.abs(most));
  const noise = metrics[0]!.unit === 'rate' ? 0 : absolute;
  return most - least <= Math.max(relative * size, noise) ? lines[0]!.mean.at(-1) : undefined;
}
