/** What of a run a table tells beside its name and state, and by what runs are sorted. */
import type { Lab } from '../labs/lab.js';
import type { Metric } from '../metrics.js';
import type { Parameter } from '../parameters.js';
import { places, spreadOf, type Place } from './compare.js';
import type { RunHead } from './record.js';

export type Column =
  | { readonly kind: 'name' | 'created' }
  | { readonly kind: 'metric'; readonly metric: Metric; readonly place: Place }
  /** The knob as the run began with it. */
  | { readonly kind: 'knob'; readonly parameter: Parameter };

/** `metric:validation.answer:final`, `knob:learningRate`, `created`: what a browser remembers. */
export function columnId(column: Column): string {
  if (column.kind === 'metric') return `metric:${column.metric.id}:${column.place}`;
  return column.kind === 'knob' ? `knob:${column.parameter.key}` : column.kind;
}

/** Undefined where the lab has no such column any more. */
export function readColumn(lab: Lab, id: string): Column | undefined {
  const [kind, name, place] = id.split(':');
  if (kind === 'name' || kind === 'created') return { kind };
  if (kind === 'knob') {
    const parameter = lab.parameters.find(({ key }) => key === name);
    return parameter && { kind, parameter };
  }
  const metric = lab.metrics.find((candidate) => candidate.id === name);
  const known = places.find((each) => each === place);
  return kind === 'metric' && metric && known ? { kind, metric, place: known } : undefined;
}

export interface Sorting {
  readonly column: Column;
  readonly descending: boolean;
}

/** Runs in the order of a column, those without a value last whichever way; runs that are equal in it the newest first. */
export function sortRuns<R extends { readonly head: RunHead }>(runs: readonly R[], { column, descending }: Sorting, nameOf: (run: R) => string): R[] {
  const valued = runs.map((run) => ({ run, value: valueOf(column, run.head, () => nameOf(run)) }));
  return valued
    .sort((a, b) => {
      if (a.value === undefined || b.value === undefined) return Number(a.value === undefined) - Number(b.value === undefined) || newer(a.run, b.run);
      const order = compareValues(a.value, b.value);
      return (descending ? -order : order) || newer(a.run, b.run);
    })
    .map(({ run }) => run);
}

function valueOf(column: Column, head: RunHead, name: () => string): number | string | undefined {
  switch (column.kind) {
    case 'name':
      return name();
    case 'created':
      return head.created;
    case 'metric':
      return spreadOf(head, column.metric.id, column.place)?.mean;
    case 'knob': {
      const { key, applies } = column.parameter;
      if (applies && !applies(head.config)) return undefined;
      const value = head.config[key];
      return typeof value === 'boolean' ? Number(value) : value;
    }
  }
}

function newer(a: { readonly head: RunHead }, b: { readonly head: RunHead }): number {
  return b.head.created - a.head.created;
}

function compareValues(a: number | string, b: number | string): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b), undefined, { numeric: true });
}
