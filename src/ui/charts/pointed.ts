import type { Lab } from '../../core/labs/lab.js';
import type { Metric } from '../../core/metrics.js';
import { progressOf, type ProgressKind } from '../../core/run/progress.js';
import type { ChartRun } from './chartRun.js';
import type { ChartSettings } from './chartSettings.js';
import { smoothingOf } from './lines.js';
import { readAt, type Reading } from './readout.js';

/** What one line of a chart says at a place. */
export interface Pointed {
  readonly run: ChartRun;
  readonly metric: Metric;
  /** Of the metric, in the chart. */
  readonly line: number;
  /** As it was measured, over the replicas. */
  readonly reading: Reading;
  /** Where it is drawn: on the axis that runs are drawn along, and smoothed as the line is. */
  readonly place: number;
  readonly drawn: number;
}

/** What all lines of a chart say at a place, metric by metric. A run that ended earlier says nothing. */
export function pointedAt(lab: Lab, runs: readonly ChartRun[], metrics: readonly Metric[], { along, band, smoothing }: ChartSettings, place: number): Pointed[] {
  return metrics.flatMap((metric, line) =>
    runs.flatMap((run): Pointed[] => {
      const progress = progressOf(lab, run, along);
      const step = stepNear(progress.stepAt(place), along);
      const reading = readAt(run.series, metric.id, { kind: band, smoothing: 0 }, step);
      const end = Math.max(run.series.lastStep, reading?.step ?? 0);
      if (!reading || (along === 'step' ? step > end : place > progress.at(end) * (1 + 1e-9))) return [];
      const drawn = readAt(run.series, metric.id, { kind: 'none', smoothing: smoothingOf(metric, smoothing) }, step)!;
      return [{ run, metric, line, reading, place: progress.at(reading.step), drawn: drawn.mean }];
    }),
  );
}

/** The same, for each metric the largest value first. */
export function byValue(pointed: readonly Pointed[]): Pointed[] {
  const rank = ({ reading: { mean } }: Pointed): number => (Number.isNaN(mean) ? -Infinity : mean);
  return [...pointed].sort((a, b) => a.line - b.line || rank(b) - rank(a));
}

/** Steps are whole; other places lie between them. */
const stepNear = (step: number, along: ProgressKind): number => (along === 'step' ? step : Math.round(step));
