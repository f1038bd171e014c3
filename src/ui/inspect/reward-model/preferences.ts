import type { PreferenceInspection } from '../../../core/labs/reward-model/inspection.js';
import type { Estimate } from '../../../core/labs/reward-model/evaluations.js';
import type { Run } from '../../state/run.svelte.js';

/** What a run's last evaluation came to, once there is one. */
export function preferencesOf(run: Run): PreferenceInspection | undefined {
  return run.inspection?.kind === 'preferences' ? (run.inspection as PreferenceInspection) : undefined;
}

/** With a minus that is as wide as a plus. */
export const decimals = (value: number, places = 2): string => value.toFixed(places).replace('-', '−');

export const percent = (share: number, places = 0): string => `${decimals(100 * share, places)}%`;

/** `+2.1%` and its error, for shares; with `points` set, the same numbers without the sign. */
export function signed({ mean, error }: Estimate, sign = '%'): { mean: string; error: string } {
  const text = decimals(100 * mean, 1);
  return { mean: `${mean > 0 ? '+' : ''}${text}${sign}`, error: `${decimals(100 * error, 1)}${sign}` };
}

/** The mean over seeds of a metric's last measurement. */
export function lastMean(run: Run, metric: string): number {
  const { series, replicas } = run;
  const last = series.points(metric) - 1;
  let sum = 0;
  for (let replica = 0; replica < replicas; replica++) sum += series.value(metric, last, replica);
  return sum / replicas;
}
