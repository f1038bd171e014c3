import type { Metric } from '../../core/metrics.js';
import { band, type Band, type BandOptions } from '../../core/series/band.js';
import { downsample } from '../../core/series/downsample.js';
import type { RunSeries } from '../../core/series/runSeries.js';
import type { ChartRun } from './chartRun.js';
import { gapBetween, type Gap } from './gap.js';
import type { Point } from './point.js';

/** One run's lines of a metric, thinned to what the pixels can show. */
export interface RunLines {
  readonly run: ChartRun;
  readonly metric: Metric;
  /** Among the metrics of the chart, from 0: decides the dashes. */
  readonly place: number;
  readonly mean: readonly Point[];
  /** Unsmoothed, where that differs; only of the current run and the chart's own metric. */
  readonly raw: readonly Point[];
  /** Of the band over seeds, or of one standard error to either side; empty where neither is drawn. */
  readonly low: readonly Point[];
  readonly high: readonly Point[];
}

export interface Lines {
  /** From back to front, the current run last and in a run the chart's own metric. */
  readonly lines: readonly RunLines[];
  /** Between the first two metrics of the current run, where the chart shades it. */
  readonly gap: Gap | undefined;
  /** Smallest and largest value to show; NaN without data. */
  readonly low: number;
  readonly high: number;
  /** The smallest value above 0; NaN if there is none. */
  readonly lowPositive: number;
}

export type StepRange = readonly [from: number, to: number];

export interface LineOptions extends BandOptions {
  /** Plot width in CSS pixels. */
  readonly width: number;
  /** Steps to show, where zoomed. */
  readonly range?: StepRange | undefined;
  /** Values that the axis shows beside the lines. */
  readonly levels?: readonly number[];
}

/** How far a band may widen the axis beyond its mean line, as a share of that line's extent. */
const bandRoom = 0.5;
const dashes: readonly (readonly number[])[] = [[], [7, 4], [2, 3], [9, 3, 2, 3]];

/** What tells the lines of a chart apart, px drawn and left out: colour is the run's. */
export function dashOf(place: number): readonly number[] {
  return dashes[place % dashes.length]!;
}

/** Validations are few and far between and a schedule has no noise: smoothing would only move them. */
export function smoothingOf(metric: Metric, smoothing: number): number {
  return metric.cadence === 'validation' || metric.unit === 'rate' ? 0 : smoothing;
}

/** The steps of a chart: from 0, but of what is first measured in the later half from there. */
export function wholeRange(runs: readonly ChartRun[], metrics: readonly Metric[], end: number): StepRange {
  const measured = runs.flatMap(({ series }) => metrics.filter(({ id }) => series.has(id)).map(({ id }) => series.step(id, 0)));
  const first = Math.min(...measured);
  return [first > end / 2 && first < end ? first : 0, end];
}

/**
 * The lines of a chart of `metrics`, its own first. Of other runs only the means are drawn, with the band where there
 * is only one of them. A band is of the chart's own metric, and there is none over seeds where the gap is shaded.
 */
export function linesOf(runs: readonly ChartRun[], metrics: readonly Metric[], options: LineOptions): Lines {
  const measured = runs.filter(({ series }) => metrics.some(({ id }) => series.has(id)));
  const bandsOfOthers = measured.filter((run) => !run.current).length === 1;
  const lines = measured
    .sort((a, b) => Number(a.current) - Number(b.current))
    .flatMap((run) =>
      metrics
        .map((metric, place) => runLines(run, metric, place, options, run.current || bandsOfOthers))
        .filter(({ mean }) => mean.length > 0)
        .reverse(),
    );
  const meanOf = (place: number): readonly Point[] => lines.find((line) => line.run.current && line.place === place)?.mean ?? [];
  const gap = metrics[0]!.chart?.shadesGap ? gapBetween(meanOf(0), meanOf(1)) : undefined;
  return { lines, gap, ...extentOf(lines, options.levels ?? []) };
}

function runLines(run: ChartRun, metric: Metric, place: number, options: LineOptions, mayHaveBand: boolean): RunLines {
  const { series } = run;
  const smoothing = smoothingOf(metric, options.smoothing);
  const values = band(series, metric.id, { kind: options.kind, smoothing });
  const edges = place === 0 && mayHaveBand ? edgesOf(series, metric, values, options.kind) : undefined;
  const raw = place === 0 && run.current && smoothing > 0 ? values.rawMean : undefined;
  const columns = [values.mean, ...(edges ? [edges.low, edges.high] : []), ...(raw ? [raw] : [])];
  const indices = downsample(values.steps, columns, options.width, options.range);
  const pick = (column: Float64Array | undefined): Point[] =>
    column ? Array.from(indices, (index) => ({ x: values.steps[index]!, y: column[index]! })) : [];
  return { run, metric, place, mean: pick(values.mean), raw: pick(raw), low: pick(edges?.low), high: pick(edges?.high) };
}

type Edges = Pick<Band, 'low' | 'high'>;

function edgesOf(series: RunSeries, metric: Metric, values: Band, kind: BandOptions['kind']): Edges | undefined {
  const { standardError, shadesGap } = metric.chart ?? {};
  if (standardError !== undefined) return errorEdges(values, band(series, standardError, { kind: 'none', smoothing: 0 }));
  return kind === 'none' || shadesGap || series.replicas === 1 ? undefined : values;
}

/** One standard error to either side of the mean; NaN at steps where it was not measured. */
function errorEdges({ steps, mean }: Band, errors: Band): Edges {
  const low = new Float64Array(mean.length).fill(NaN);
  const high = low.slice();
  for (let i = 0, e = 0; i < mean.length; i++) {
    while (e < errors.steps.length && errors.steps[e]! < steps[i]!) e++;
    if (errors.steps[e] !== steps[i]) continue;
    low[i] = mean[i]! - errors.mean[e]!;
    high[i] = mean[i]! + errors.mean[e]!;
  }
  return { low, high };
}

function extentOf(lines: readonly RunLines[], levels: readonly number[]): Pick<Lines, 'low' | 'high' | 'lowPositive'> {
  const finite = (points: readonly (readonly Point[])[]): number[] => points.flat().map(({ y }) => y).filter(Number.isFinite);
  const smallest = (values: readonly number[]): number => values.reduce((least, value) => Math.min(least, value), Infinity);
  const largest = (values: readonly number[]): number => values.reduce((most, value) => Math.max(most, value), -Infinity);
  const drawn = finite(lines.flatMap(({ mean, raw }) => [mean, raw]));
  if (drawn.length === 0) return { low: NaN, high: NaN, lowPositive: NaN };
  const shown = [...drawn, ...levels];
  const low = smallest(shown);
  const high = largest(shown);
  const room = bandRoom * (high - low);
  // A band of mean ± sd may reach below 0 where no value can.
  const floor = low >= 0 ? 0 : low - room;
  const lowPositive = smallest(shown.filter((value) => value > 0));
  return {
    low: Math.max(floor, Math.min(low, smallest(finite(lines.map((line) => line.low))))),
    high: Math.min(high + room, Math.max(high, largest(finite(lines.map((line) => line.high))))),
    lowPositive: Number.isFinite(lowPositive) ? lowPositive : NaN,
  };
}
