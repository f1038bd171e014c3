import type { Lab } from '../../core/labs/lab.js';
import { rangeOf, type Metric, type Range } from '../../core/metrics.js';
import type { Config } from '../../core/parameters.js';
import { configAt } from '../../core/run/record.js';
import { progressOf, type ProgressKind } from '../../core/run/progress.js';
import { RunSeries } from '../../core/series/runSeries.js';
import { logAxis, progressAxis, roundEnd, valueAxis, type Axis } from './axis.js';
import { marksOn, type ChartMark, type ChartRun } from './chartRun.js';
import type { ChartSettings } from './chartSettings.js';
import { extentOf, widened, type Extent } from './extent.js';
import { linesOf, type Lines, type PlaceRange } from './lines.js';
import { plotArea } from './plotArea.js';
import { levelsOf, type LevelLine, type Wording } from './summary.js';
import type { ChartTheme } from './theme.js';

/** A chart's own metric, and those that are lines of the same chart; it comes first. */
export type ChartMetrics = readonly [Metric, ...Metric[]];

/** What a chart is to show. */
export interface ChartRequest {
  readonly lab: Lab;
  readonly metrics: readonly Metric[];
  /** Of the run in the foreground or, without one, of the run to come. */
  readonly config: Config;
  readonly runs: readonly ChartRun[];
  readonly settings: ChartSettings;
  /** Whether the axis of values is logarithmic. */
  readonly log: boolean;
  /** What to show of the runs, where zoomed. */
  readonly range?: PlaceRange | undefined;
  readonly small: boolean;
  /** CSS pixels. */
  readonly width: number;
  readonly height: number;
  readonly wording: Wording;
  readonly theme: ChartTheme;
}

/** What a chart draws. */
export interface ChartView {
  readonly lines: Lines;
  readonly along: ProgressKind;
  readonly x: Axis;
  readonly y: Axis;
  readonly log: boolean;
  /** Those of the current run, the most telling first. */
  readonly marks: readonly PlacedMark[];
  readonly levels: readonly LevelLine[];
  /** The farthest values off the scale, where outliers are left out of it. */
  readonly above?: number | undefined;
  readonly below?: number | undefined;
  /** Too low for names over the lines. */
  readonly small: boolean;
  /** CSS pixels. */
  readonly width: number;
  readonly height: number;
  /** What zooming out shows. */
  readonly whole: PlaceRange;
  readonly theme: ChartTheme;
}

export interface PlacedMark {
  readonly mark: ChartMark;
  /** On the axis that runs are drawn along. */
  readonly place: number;
  /** Of the run's lines. */
  readonly color: string;
}

/** What a chart's axes have shown: while a run trains, they do not show less. */
export interface Shown {
  /** Names what else decides them. */
  readonly of: string;
  readonly end: number;
  readonly extent: Extent;
}

/** Seconds and tokens on the axis before any have been counted. */
const unknownEnd: Record<ProgressKind, number> = { step: 1, samples: 1, tokens: 1000, time: 10 };

/** What a chart of `request` draws, with axes that show no less than they have `shown` where that still counts. */
export function chartView(request: ChartRequest, shown?: Shown): { readonly view: ChartView; readonly shown: Shown } {
  const { lab, metrics, config, runs, settings, log, range, small, width, height, wording, theme } = request;
  const { along } = settings;
  const [metric] = metrics as ChartMetrics;
  const area = plotArea(width, height);
  const current = runs.find((run) => run.current);
  const levels = levelsOf(metric, config, (current ?? runs[0])?.series, wording);
  const lines = linesOf(runs, metrics, { lab, along, kind: settings.band, smoothing: settings.smoothing, width: area.right - area.left, range });

  const of = [runs.map(({ id }) => id).sort(), metric.id, JSON.stringify(settings), log, range].join();
  const held = shown?.of === of && runs.some(({ live }) => live) ? shown : undefined;
  const possible = wholeRange(metric, config, runs);
  const reached = extentOf(lines, { levels: levels.map(({ value }) => value), trimmed: settings.trimmed, range: possible });
  const extent = held ? widened(held.extent, reached) : reached;
  const end = Math.max(held?.end ?? 0, endOf(request));
  const whole: PlaceRange = [beginningOf(request, end), end];

  const x = progressAxis(along, ...(range ?? whole), small ? 3 : 5);
  const intervals = small ? 3 : 4;
  const y = log
    ? logAxis(extent.lowPositive, extent.high, intervals)
    : valueAxis(possible, Number.isNaN(extent.low) ? 0 : extent.low, Number.isNaN(extent.high) ? 1 : extent.high, intervals);
  const marks = current ? marksOn(current.marks, metrics).map((mark) => placed(lab, current, mark, along, theme)) : [];
  const view: ChartView = {
    lines, along, x, y, log, marks, levels, small, width, height, whole, theme,
    ...(reached.above !== undefined && reached.above > y.max && { above: reached.above }),
    ...(reached.below !== undefined && reached.below < y.min && { below: reached.below }),
  };
  return { view, shown: { of, end, extent } };
}

function placed(lab: Lab, run: ChartRun, mark: ChartMark, along: ProgressKind, theme: ChartTheme): PlacedMark {
  return { mark, place: progressOf(lab, run, along).at(mark.step), color: theme.resolve(run.color) };
}

/** How far the axis goes: as far as the run in the foreground will train, and every other has. */
function endOf({ lab, config, runs, settings: { along } }: ChartRequest): number {
  const planned = lab.steps(config);
  const reached = Math.max(0, ...runs.map((run) => (run.series.lastStep > 0 ? progressOf(lab, run, along).at(run.series.lastStep) : 0)));
  if (along === 'step' || along === 'samples') {
    const course = runs.find((run) => run.current) ?? { head: { config, events: [] }, series: new RunSeries(1) };
    return Math.max(reached, progressOf(lab, course, along).at(planned));
  }
  // What a run will take is not known.
  if (reached === 0) return unknownEnd[along];
  return runs.some(({ live }) => live) ? roundEnd(reached) : reached;
}

/** Where a chart begins: at 0, but what is first measured in the later half begins there. */
function beginningOf({ lab, metrics, runs, settings: { along } }: ChartRequest, end: number): number {
  const places = runs.flatMap((run) =>
    metrics.filter(({ id }) => run.series.has(id)).map(({ id }) => progressOf(lab, run, along).at(run.series.step(id, 0))),
  );
  const first = Math.min(...places);
  return first > end / 2 && first < end ? first : 0;
}

/** All values that a metric could have in any of the runs as they were trained, where known. */
function wholeRange(metric: Metric, config: Config, runs: readonly ChartRun[]): Range | undefined {
  const configs = [config, ...runs.flatMap(({ head }) => [head.config, ...head.events.map(({ step }) => configAt(head, step))])];
  const ranges = configs.map((each) => rangeOf(metric, each));
  if (ranges.includes(undefined)) return undefined;
  const known = ranges as Range[];
  return [Math.min(...known.map(([least]) => least)), Math.max(...known.map(([, most]) => most))];
}
