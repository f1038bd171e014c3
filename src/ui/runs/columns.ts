import { seedValues, spreadOf, type Moment } from '../../core/run/comparison.js';
import type { Lab } from '../../core/labs/lab.js';
import { configAt } from '../../core/run/record.js';
import type { Run } from '../state/run.svelte.js';

/** A column of the table: `knob learningRate`, `final reward`, `best reward`, or what a run is. */
export type ColumnId = `knob ${string}` | `${Moment} ${string}` | 'steps' | 'seeds' | 'started';

/** What a run's cell is sorted by; strings after numbers. */
export function sortKey(run: Run, lab: Lab, column: ColumnId | 'name', name: string): number | string {
  if (column === 'name') return name.toLowerCase();
  if (column === 'steps') return run.head.step;
  if (column === 'seeds') return run.replicas;
  if (column === 'started') return run.head.created;
  const [kind, id] = column.split(' ') as [string, string];
  if (kind === 'knob') {
    const value = configAt(run.head)[id];
    return typeof value === 'number' ? value : String(value);
  }
  const metric = lab.metrics.find((each) => each.id === id);
  return metric ? spreadOf(seedValues(run.head, metric, kind as Moment)).mean : NaN;
}

/** Runs by a column; those without a value come last in either direction. */
export function sorted(runs: readonly Run[], keyOf: (run: Run) => number | string, descending: boolean): Run[] {
  const missing = (key: number | string): boolean => typeof key === 'number' && Number.isNaN(key);
  return [...runs].sort((a, b) => {
    const [x, y] = [keyOf(a), keyOf(b)];
    if (missing(x) || missing(y)) return Number(missing(x)) - Number(missing(y));
    const order = typeof x === 'number' && typeof y === 'number' ? x - y : String(x).localeCompare(String(y));
    return descending ? -order : order;
  });
}

const key = (lab: Lab): string => `columns ${lab.id}`;

/** The columns that were chosen in this browser, or those that say most: the score, and the learning rate. */
export function chosenColumns(lab: Lab, config: Run['config']): ColumnId[] {
  const first: ColumnId[] = [`final ${lab.score(config)}`, `best ${lab.score(config)}`, 'knob learningRate', 'steps', 'seeds', 'started'];
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(key(lab)) ?? 'null');
    const known = new Set([...allColumns(lab)]);
    return Array.isArray(stored) ? stored.filter((id): id is ColumnId => known.has(id as ColumnId)) : first;
  } catch {
    return first;
  }
}

export function chooseColumns(lab: Lab, columns: readonly ColumnId[]): void {
  try {
    localStorage.setItem(key(lab), JSON.stringify(columns));
  } catch {}
}

export function allColumns(lab: Lab): ColumnId[] {
  return [
    ...lab.metrics.flatMap(({ id }): ColumnId[] => [`final ${id}`, `best ${id}`]),
    ...lab.parameters.map(({ key: knob }): ColumnId => `knob ${knob}`),
    'steps', 'seeds', 'started',
  ];
}
