import { SvelteSet } from 'svelte/reactivity';
import type { Run } from '../state/run.svelte.js';

/** The runs that were ticked in the table, by id. */
export const selection = new SvelteSet<string>();

/** Ticks a run, or no more; with `from` all between the two in the order of a list. */
export function toggle(run: Run, order: readonly Run[], from?: Run): void {
  const ticks = !selection.has(run.id);
  const [a, b] = [order.indexOf(from ?? run), order.indexOf(run)].sort((x, y) => x - y) as [number, number];
  for (const each of order.slice(Math.max(0, a), b + 1)) if (ticks) selection.add(each.id); else selection.delete(each.id);
}
