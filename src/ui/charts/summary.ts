import type { Values } from '../../core/messages/messages.js';
import type { Metric } from '../../core/metrics.js';
import type { Config } from '../../core/parameters.js';
import type { BandOptions } from '../../core/series/band.js';
import type { RunSeries } from '../../core/series/runSeries.js';
import { extentOf, readAt } from './readout.js';

type Translate = (id: string, values?: Values) => string;

/** How numbers and names are worded. */
export interface Wording {
  readonly format: (value: number) => string;
  readonly t: Translate;
}

/** A horizontal line to compare with. */
export interface LevelLine {
  readonly value: number;
  readonly label: string;
}

/** The levels of a metric's chart: constants, what a config makes of them, and what other metrics measured last in a run. */
export function levelsOf({ chart }: Metric, config: Config, series: RunSeries | undefined, { format, t }: Wording): LevelLine[] {
  const measured = (metric: string): number | undefined => series && readAt(series, metric, { kind: 'none', smoothing: 0 })?.mean;
  return (chart?.levels ?? []).flatMap(({ id, at }) => {
    const value = typeof at === 'number' ? at : typeof at === 'function' ? at(config) : measured(at.metric);
    if (value === undefined || !Number.isFinite(value)) return [];
    return { value, label: t('chart.level', { name: t(`level.${id}`), value: format(value) }) };
  });
}

/** All that a chart shows of a run, in words: each line from its first value to its last, then the levels. */
export function chartSummary(
  series: RunSeries | undefined,
  metrics: readonly Metric[],
  levels: readonly LevelLine[],
  options: BandOptions,
  { format, t }: Wording,
): string {
  const lines = metrics.flatMap(({ id }) => {
    const extent = series && extentOf(series, id, options);
    if (!extent) return [];
    const { first, last, min, max } = extent;
    return t('chart.summary', {
      title: t(`metric.${id}`),
      first: format(first.mean), firstStep: first.step,
      last: format(last.mean), lastStep: last.step,
      min: format(min.mean), minStep: min.step,
      max: format(max.mean), maxStep: max.step,
    });
  });
  if (lines.length === 0) return `${t(`metric.${metrics[0]!.id}`)}. ${t('chart.empty')}`;
  return [...lines, ...levels.map(({ label }) => `${label}.`)].join(' ');
}

/** The values at a step or, without one, the last; each line by its name where there are several. */
export function readingText(
  series: RunSeries,
  metrics: readonly Metric[],
  step: number | undefined,
  options: BandOptions,
  { format, t }: Wording,
): string {
  const readings = metrics.flatMap(({ id }) => {
    const reading = readAt(series, id, options, step);
    return reading ? [{ id, reading }] : [];
  });
  const values = readings.map(({ id, reading }) => {
    const value = format(reading.mean);
    return metrics.length === 1 ? value : t('chart.named', { name: t(`metric.${id}`), value });
  });
  if (readings.length === 0) return t('chart.empty');
  return t('chart.reading', { step: readings[0]!.reading.step, value: values.join(t('page.listSeparator')) });
}

/** Why a chart shows nothing. */
export function emptyText(metric: Metric, config: Config, t: Translate): string {
  return t(metric.cadence === 'validation' && config.validationEvery === 0 ? 'chart.noValidation' : 'chart.empty');
}
