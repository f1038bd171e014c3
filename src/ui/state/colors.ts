import type { Lab } from '../../core/labs/lab.js';
import { paletteSize } from '../../core/run/archive.js';
import type { Run } from './run.svelte.js';

/** Those of a lab's runs that are drawn. */
export function onCharts(runs: readonly Run[], lab: Lab): Run[] {
  return runs.filter((run) => run.origin.lab === lab && !run.hidden);
}

/** A colour that the fewest of the runs have. */
export function freeColor(shown: readonly Run[]): number {
  const uses = Array.from({ length: paletteSize }, (_, color) => shown.filter(({ label }) => label.color === color).length);
  return uses.indexOf(Math.min(...uses));
}

/**
 * Runs of a file keep the colours that they came with, unless a run of this page has one on the charts.
 *
 * @param own runs of this page
 * @param colored those of the file that came with a colour
 */
export function colorTaken(own: readonly Run[], colored: readonly Run[], others: readonly Run[]): void {
  const isTaken = ({ origin, label }: Run): boolean => onCharts(own, origin.lab).some((run) => run.label.color === label.color);
  const done = colored.filter((run) => !isTaken(run));
  for (const run of [...colored.filter(isTaken), ...others]) {
    run.label = { ...run.label, color: freeColor(onCharts([...own, ...done], run.origin.lab)) };
    done.push(run);
  }
}
