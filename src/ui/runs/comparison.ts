import { differenceOf, differingKnobs, seedValues, spreadOf, type Moment } from '../../core/run/comparison.js';
import type { Lab } from '../../core/labs/lab.js';
import type { Values } from '../../core/messages/messages.js';
import { chartedMetrics } from '../../core/metrics.js';
import { formatMeasured, formatValue } from '../format.js';
import type { Run } from '../state/run.svelte.js';

type Translate = (id: string, values?: Values) => string;

/** A table of texts: a head, and rows that begin with their titles. */
export interface TextTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/**
 * Runs side by side: the knobs in which they differ, what each metric came to and how far that is from the baseline, and
 * the findings with their steps.
 */
export function comparisonTable(lab: Lab, runs: readonly Run[], names: readonly string[], baseline: Run, t: Translate): TextTable {
  const heads = runs.map(({ head }) => head);
  const knobs = differingKnobs(lab, heads).map(({ key, values }) => {
    const parameter = lab.parameters.find((each) => each.key === key)!;
    return [t(`parameter.${key}`), ...values.map((value) => formatValue(parameter, value, t))];
  });
  const measured = chartedMetrics(lab.metrics, baseline.config).filter((metric) => heads.some((head) => seedValues(head, metric, 'final').some(Number.isFinite)));
  const moments = measured.flatMap((metric) => {
    const kinds: Moment[] = metric.cadence === 'validation' ? ['final', 'best'] : ['final'];
    return kinds.map((moment) => [
      t(`table.${moment}`, { metric: t(`metric.${metric.id}`) }),
      ...runs.map((run) => {
        const { mean, sd } = spreadOf(seedValues(run.head, metric, moment));
        const own = Number.isNaN(sd) ? formatMeasured(mean) : `${formatMeasured(mean)} ± ${formatMeasured(sd)}`;
        if (run === baseline || Number.isNaN(mean)) return own;
        const { difference, band } = differenceOf(run.head, baseline.head, metric, moment);
        const error = Number.isNaN(band) ? '' : ` ± ${formatMeasured(band)}`;
        return `${own} (${difference < 0 ? '−' : '+'}${formatMeasured(Math.abs(difference))}${error})`;
      }),
    ]);
  });
  const found = runs.map(({ findings }) => findings.map(({ id, step }) => t('compare.finding', { finding: t(`finding.${id}`), step })).join('; ') || '–');
  const states = runs.map(({ head }) => t('compare.state', { state: t(`status.${head.state}`), step: head.step, seeds: head.seeds.length }));
  return {
    head: [t('compare.run'), ...runs.map((run, i) => (run === baseline ? t('compare.baseline', { name: names[i]! }) : names[i]!))],
    rows: [[t('compare.states'), ...states], ...knobs, ...moments, [t('findings.title'), ...found]],
  };
}

/** As a Markdown table, with what Markdown would read otherwise escaped. */
export function markdownOf({ head, rows }: TextTable): string {
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replace(/[\\`*_[\]<>|]/g, '\\$&').replace(/\s+/g, ' ')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
