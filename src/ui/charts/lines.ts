import type { Lab } from '../../core/labs/lab.js';
import type { Metric } from '../../core/metrics.js';
import { band, type Band, type BandOptions } from '../../core/series/band.js';
import { downsample } from '../../core/series/downsample.js';
import { progressOf, type Progress, type ProgressKind } from '../../core/run/progress.js';
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
}

/** Part of what runs are drawn along, in what is counted. */
export type PlaceRange = readonly [from: number, to: number];

export interface LineOptions extends BandOptions {
  readonly lab: Lab;
  /** What is counted to the right. */
  readonly along: ProgressKind;
  /** Plot width in CSS pixels. */
  readonly width: number;
  /** What to show, where zoomed. */
  readonly range?: PlaceRange | undefined;
}

const dashes: readonly (readonly number[])[] = [[], [7, 4], [2, 3], [9, 3, 2, 3]];

/** What tells the lines of a chart apart, px drawn and left out: colour is the run's. */
export function dashOf(place: number): readonly number[] {
  return dashes[place % dashes.length]!;
}

/** Validations are few and far between and a schedule has no noise: smoothing would only move them. */
export function smoothingOf(metric: Metric, smoothing: number): number {
  return metric.cadence === 'validation' || metric.unit === 'rate' ? 0 : smoothing;
}

/** Of more runs, bands would hide one another: then only the one in the foreground has its own. */
const mostBands = 4;

/** Whether each of the runs of a chart has its band. */
export const allHaveBands = (runs: readonly ChartRun[]): boolean => runs.length <= mostBands;

/**
 * The lines of a chart of `metrics`, its own first. A band is of the chart's own metric, and there is none over seeds
 * where the gap is shaded.
 */
export function linesOf(runs: readonly ChartRun[], metrics: readonly Metric[], options: LineOptions): Lines {
  const measured = runs.filter(({ series }) => metrics.some(({ id }) => series.has(id)));
  const bandsOfOthers = allHaveBands(runs);
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
  return { lines, gap };
}

function runLines(run: ChartRun, metric: Metric, place: number, options: LineOptions, mayHaveBand: boolean): RunLines {
  const { series } = run;
  const progress = progressOf(options.lab, run, options.along);
  const smoothing = smoothingOf(metric, options.smoothing);
  const edged = place === 0 && mayHaveBand;
  const values = band(series, metric.id, { kind: edged ? options.kind : 'none', smoothing });
  const edges = edged ? edgesOf(series, metric, values, options.kind) : undefined;
  const raw = run.current && place === 0 && smoothing > 0 ? values.rawMean : undefined;
  const lines = [values.mean, ...(raw ? [raw] : []), ...(edges ? [edges.low, edges.high] : [])];
  const indices = downsample(values.steps, lines, options.width, options.range && stepsIn(progress, options.range));
  const places = Float64Array.from(indices, (i) => progress.at(values.steps[i]!));
  const pick = (line: Float64Array | undefined): Point[] => {
    const points: Point[] = [];
    if (line) for (let n = 0; n < indices.length; n++) points.push({ x: places[n]!, y: line[indices[n]!]! });
    return points;
  };
  return { run, metric, place, mean: pick(values.mean), raw: pick(raw), low: pick(edges?.low), high: pick(edges?.high) };
}

/** The steps that a range of places takes. */
export function stepsIn(progress: Progress, [from, to]: PlaceRange): readonly [from: number, to: number] {
  return [progress.stepAt(from), progress.stepAt(to)];
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
