import { configure } from '../../src/core/labs/configure.js';
import { grpo } from '../../src/core/labs/grpo/index.js';
import { loadLanguage, message, type Values } from '../../src/core/messages/messages.js';
import type { ConfigChange } from '../../src/core/parameters.js';
import type { RunLabel } from '../../src/core/run/archive.js';
import type { Column } from '../../src/core/run/columns.js';
import { beginRecord, type MetricSummary, type RunHead } from '../../src/core/run/record.js';
import { Run } from '../../src/ui/state/run.svelte.js';

await loadLanguage('en', 'grpo');
export const t = (id: string, values: Values = {}): string => message('en', id, values, 'grpo');

let created = 1000;

export interface Made extends Partial<RunHead> {
  readonly change?: ConfigChange;
}

/** A finished run of the preset with some knobs changed. */
export function headOf(id: string, { change = {}, ...known }: Made = {}): RunHead {
  const { base } = configure(grpo, { preset: 'collapse', values: {} });
  const config = { ...base, ...change };
  const start = { lab: 'grpo', preset: 'collapse', base, config, seeds: [0, 1, 2], steps: 100 };
  return { ...beginRecord(start, { id, version: '1.2.3', created: created++ }), state: 'finished', step: 100, ...known };
}

export const summaryOf = (...final: (number | null)[]): MetricSummary =>
  ({ final, least: final.map((value) => value && value - 0.1), most: final.map((value) => value && value + 0.1) });
export const scored = (id: string, final: readonly (number | null)[], known: Made = {}): RunHead =>
  headOf(id, { summary: { 'validation.answer': summaryOf(...final) }, ...known });
export const runOf = (head: RunHead, label: Partial<RunLabel> = {}): Run => Run.recorded(1, { ...head, series: [] }, { color: 0, ...label });
export const score: Extract<Column, { kind: 'metric' }> = { kind: 'metric', metric: grpo.metrics.find(({ id }) => id === 'validation.answer')!, place: 'final' };
export const changedAt = (step: number, from: number, to: number, at = 1000 * step) =>
  ({ type: 'changed', step, at, changes: [{ key: 'learningRate', from, to }] }) as const;
