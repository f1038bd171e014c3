import { labs } from '../../core/labs/index.js';
import type { Lab } from '../../core/labs/lab.js';
import type { Config } from '../../core/parameters.js';
import { columnId, readColumn, type Column, type Sorting } from '../../core/run/columns.js';

/** What a browser remembers of a lab's table: ids of columns. */
interface Kept {
  readonly columns?: readonly string[];
  readonly sorted?: string;
  readonly descending?: boolean;
}

const keyOf = (lab: string): string => `runs of ${lab}`;

function read(lab: string): Kept {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(keyOf(lab)) ?? '{}');
    const { columns, sorted, descending } = value as Kept;
    return {
      ...(Array.isArray(columns) && { columns: columns.filter((id) => typeof id === 'string') }),
      ...(typeof sorted === 'string' && { sorted, descending: descending === true }),
    };
  } catch {
    return {};
  }
}

/** Which runs the list and the table show, in which order, and what of them. */
class Listing {
  /** Words that a run has to have. */
  query = $state('');
  private kept = $state.raw<Readonly<Record<string, Kept>>>(Object.fromEntries(labs.map(({ id }) => [id, read(id)])));

  /** Those chosen, or the best and the last score. */
  columns(lab: Lab, config: Config): Column[] {
    const score = lab.score(config);
    const ids = this.kept[lab.id]!.columns ?? [`metric:${score}:best`, `metric:${score}:final`];
    return ids.flatMap((id) => readColumn(lab, id) ?? []);
  }

  /** Shows a column or no longer; `undefined` brings back the usual ones. */
  choose(lab: Lab, columns: readonly Column[] | undefined): void {
    const { columns: _, ...others } = this.kept[lab.id]!;
    this.keep(lab, columns ? { ...others, columns: columns.map(columnId) } : others);
  }

  /** The newest first where nothing else was chosen. */
  sorting(lab: Lab): Sorting {
    const { sorted, descending = true } = this.kept[lab.id]!;
    return { column: (sorted === undefined ? undefined : readColumn(lab, sorted)) ?? { kind: 'created' }, descending };
  }

  /** By another column first the largest, but names from their beginning; by the same the other way round. */
  sort(lab: Lab, column: Column): void {
    const now = this.sorting(lab);
    const same = columnId(now.column) === columnId(column);
    this.keep(lab, { ...this.kept[lab.id], sorted: columnId(column), descending: same ? !now.descending : column.kind !== 'name' });
  }

  private keep(lab: Lab, kept: Kept): void {
    this.kept = { ...this.kept, [lab.id]: kept };
    try {
      localStorage.setItem(keyOf(lab.id), JSON.stringify(kept));
    } catch {
      // Chosen for this visit only.
    }
  }
}

export const listing = new Listing();
