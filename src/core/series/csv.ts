import type { RunSeries } from './runSeries.js';

export interface CsvPart {
  /** Rows of these steps alone, both included. */
  readonly from?: number;
  readonly to?: number;
  /** A column beside the step, of what goes with it. */
  readonly place?: { readonly name: string; readonly at: (step: number) => number } | undefined;
}

/** The series as comma-separated values: one row a step and replica, empty where a metric was not measured. */
export function toCsv(series: RunSeries, metrics: readonly string[], { from = -Infinity, to = Infinity, place }: CsvPart = {}): string {
  const next = metrics.map(() => 0);
  const lines = [['step', ...(place ? [place.name] : []), 'replica', ...metrics].join(',')];
  for (;;) {
    const upcoming = metrics.map((metric, m) => series.step(metric, next[m]!)).filter((step) => !Number.isNaN(step));
    if (upcoming.length === 0) return `${lines.join('\n')}\n`;
    const step = Math.min(...upcoming);
    const here = metrics.map((metric, m) => series.step(metric, next[m]!) === step);
    for (let replica = 0; replica < series.replicas && step >= from && step <= to; replica++) {
      const cells = metrics.map((metric, m) => {
        const value = here[m] ? series.value(metric, next[m]!, replica) : NaN;
        return Number.isNaN(value) ? '' : String(value);
      });
      lines.push([step, ...(place ? [place.at(step)] : []), replica, ...cells].join(','));
    }
    here.forEach((measured, m) => {
      if (measured) next[m]! += 1;
    });
  }
}
