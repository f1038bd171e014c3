import type { Metric } from '../../core/metrics.js';
import { band, type BandOptions } from '../../core/series/band.js';
import { downsample } from '../../core/series/downsample.js';
import type { ChartRun } from './chartRun.js';

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** One run's lines of a metric, thinned to what the pixels can show. */
export interface RunLines {
  readonly run: ChartRun;
  readonly mean: readonly Point[];
  /** Unsmoothed, where that differs; only of the current run. */
  readonly raw: readonly Point[];
  /** Empty where no band is drawn. */
  readonly low: readonly Point[];
  readonly high: readonly Point[];
}

export interface Lines {
  /** From back to front, the current run last. */
  readonly runs: readonly RunLines[];
  /** Smallest and largest value to show; NaN without data. */
  readonly low: number;
  readonly high: number;
  /** The smallest value above 0; NaN if there is none. */
  readonly lowPositive: number;
}

export interface LineOptions extends BandOptions {
  /** Plot width in CSS pixels. */
  readonly width: number;
  /** Steps to show, where zoomed. */
  readonly range?: readonly [from: number, to: number] | undefined;
}

/** How far a band may widen the axis beyond its mean line, as a share of that line's extent. */
const bandRoom = 0.5;

/** Validations are few and far between and a schedule has no noise: smoothing would only move them. */
export function smoothingOf(metric: Metric, smoothing: number): number {
  return metric.cadence === 'validation' || metric.unit === 'rate' ? 0 : smoothing;
}

/** The lines of a chart. Of other runs only the mean is drawn, with its band where there is only one of them. */
export function linesOf(runs: readonly ChartRun[], metric: Metric, options: LineOptions): Lines {
  const measured = runs.filter((run) => run.series.has(metric.id));
  const bandsOfOthers = measured.filter((run) => !run.current).length === 1;
  const smoothing = smoothingOf(metric, options.smoothing);
  let low = Infinity;
  let high = -Infinity;
  let bandLow = Infinity;
  let bandHigh = -Infinity;
  let lowPositive = Infinity;

  const drawn = measured.map((run): RunLines => {
    const hasBand = options.kind !== 'none' && run.series.replicas > 1 && (run.current || bandsOfOthers);
    const values = band(run.series, metric.id, { kind: options.kind, smoothing });
    const columns = [values.mean];
    if (hasBand) columns.push(values.low, values.high);
    if (run.current && smoothing > 0) columns.push(values.rawMean);
    const indices = downsample(values.steps, columns, options.width, options.range);
    const pick = (column: Float64Array): Point[] =>
      Array.from(indices, (index) => ({ x: values.steps[index]!, y: column[index]! }));
    const lines = {
      run,
      mean: pick(values.mean),
      raw: run.current && smoothing > 0 ? pick(values.rawMean) : [],
      low: hasBand ? pick(values.low) : [],
      high: hasBand ? pick(values.high) : [],
    };
    for (const { y } of [...lines.mean, ...lines.raw]) {
      if (!Number.isFinite(y)) continue;
      low = Math.min(low, y);
      high = Math.max(high, y);
      if (y > 0) lowPositive = Math.min(lowPositive, y);
    }
    for (const { y } of lines.low) if (Number.isFinite(y)) bandLow = Math.min(bandLow, y);
    for (const { y } of lines.high) if (Number.isFinite(y)) bandHigh = Math.max(bandHigh, y);
    return lines;
  });

  if (high < low) return { runs: [], low: NaN, high: NaN, lowPositive: NaN };
  const room = bandRoom * (high - low);
  // A band of mean ± sd may reach below 0 where no value can.
  const floor = low >= 0 ? 0 : low - room;
  return {
    runs: drawn.sort((a, b) => Number(a.run.current) - Number(b.run.current)),
    low: Math.max(floor, Math.min(low, bandLow)),
    high: Math.min(high + room, Math.max(high, bandHigh)),
    lowPositive: Number.isFinite(lowPositive) ? lowPositive : NaN,
  };
}
