import { applying, type Config } from './parameters.js';

/** A number measured while a run trains, one value a replica. */
export interface Metric<C = Config> {
  /** Also the message ids `metric.<id>` (name) and `metric.<id>.hint` (what it means). */
  readonly id: string;
  /** What its chart stands with; message id `charts.group.<group>`. */
  readonly group: MetricGroup;
  /** Message id `unit.<unit>`. */
  readonly unit: 'score' | 'share' | 'nats' | 'tokens' | 'groups' | 'norm' | 'loss' | 'rate' | 'ratio' | 'coefficient';
  /** Measured at every step, or only at validations. */
  readonly cadence: 'step' | 'validation';
  readonly scale: 'linear' | 'log';
  /** The values that it can have, where known: the axis shows them all. */
  readonly range?: Range | ((config: C) => Range | undefined);
  /** What its chart shows beside it. */
  readonly chart?: ChartExtras<C>;
  /** What frameworks log it as. */
  readonly frameworks?: Readonly<Record<string, string>>;
  /** Whether it is measured under this config. */
  readonly applies?: (config: C) => boolean;
}

/** What metrics tell of, the same in all labs, in the order in which their charts are shown. */
export const metricGroups = ['validation', 'training', 'reward', 'policy', 'embeddings', 'optimizer'] as const;
export type MetricGroup = (typeof metricGroups)[number];

export type Range = readonly [least: number, most: number];

export interface ChartExtras<C = Config> {
  /** Metrics that are lines of this chart instead of having charts of their own. */
  readonly with?: readonly string[];
  /** Shades the gap between the metric and the first of `with`. */
  readonly shadesGap?: boolean;
  /** A metric that is the standard error of this one: drawn as a band of one to either side. */
  readonly standardError?: string;
  readonly levels?: readonly Level<C>[];
}

/** A value to compare a metric with, such as chance. */
export interface Level<C = Config> {
  /** Message id `level.<id>`. */
  readonly id: string;
  /** A number, what another metric measures, or what a config makes of it: nothing where it means nothing there. */
  readonly at: number | { readonly metric: string } | ((config: C) => number | undefined);
}

/** The values that a metric can have under a config, where known. */
export function rangeOf({ range }: Pick<Metric, 'range'>, config: Config): Range | undefined {
  return typeof range === 'function' ? range(config) : range;
}

/** What is drawn in a metric's chart with it: lines, errors and levels. */
export function companionsOf({ chart = {} }: Metric): string[] {
  const levels = (chart.levels ?? []).flatMap(({ at }) => (typeof at === 'object' ? [at.metric] : []));
  return [...(chart.with ?? []), ...(chart.standardError === undefined ? [] : [chart.standardError]), ...levels];
}

/** The metrics that have a chart of their own under a config: all that are measured, but those drawn in another's. */
export function chartedMetrics(metrics: readonly Metric[], config: Config): Metric[] {
  const measured = applying(metrics, config);
  const companions = new Set(measured.flatMap(companionsOf));
  return measured.filter(({ id }) => !companions.has(id));
}

/** The lines of a metric's chart, its own first. */
export function chartLines(metrics: readonly Metric[], metric: Metric, config: Config): Metric[] {
  const further = (metric.chart?.with ?? []).flatMap((id) => metrics.filter((candidate) => candidate.id === id));
  return [metric, ...applying(further, config)];
}
