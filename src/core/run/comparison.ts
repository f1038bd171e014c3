/** Runs beside each other, by what their heads say: no measurements are needed. */
import { changedKeys, type Value } from '../parameters.js';
import type { Lab } from '../labs/lab.js';
import type { Metric } from '../metrics.js';
import { configAt, type RunHead } from './record.js';
import { effectOf, type Effect } from '../comparison/verdict.js';

/** A metric's last value, or the best that it had. */
export type Moment = 'final' | 'best';

/** One value a seed; NaN where it was not measured. Of a loss the smallest value is the best, else the largest. */
export function seedValues({ summary, seeds }: RunHead, { id, unit }: Metric, moment: Moment): number[] {
  const own = Object.hasOwn(summary, id) ? summary[id] : undefined;
  const values = moment === 'final' ? own?.final : unit === 'loss' ? own?.least : own?.most;
  return seeds.map((_, i) => values?.[i] ?? NaN);
}

/** Mean and sample standard deviation of what was measured; NaN where nothing was, or only one value. */
export function spreadOf(values: readonly number[]): { readonly mean: number; readonly sd: number } {
  const measured = values.filter(Number.isFinite);
  const mean = measured.reduce((sum, value) => sum + value, 0) / measured.length;
  const squares = measured.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean: measured.length === 0 ? NaN : mean, sd: measured.length < 2 ? NaN : Math.sqrt(squares / (measured.length - 1)) };
}

/**
 * How much a run's metric differs from that of another: over the seeds that both have, pair by pair, with the error that
 * the difference has; where they share none, the difference of means, whose error is not known (NaN).
 */
export function differenceOf(run: RunHead, baseline: RunHead, metric: Metric, moment: Moment): Pick<Effect, 'difference' | 'band' | 'seeds'> {
  const own = seedValues(run, metric, moment);
  const others = seedValues(baseline, metric, moment);
  const pairs = run.seeds.flatMap((seed, i) => {
    const at = baseline.seeds.indexOf(seed);
    return at >= 0 && Number.isFinite(own[i]) && Number.isFinite(others[at]) ? [[own[i]!, others[at]!] as const] : [];
  });
  if (pairs.length === 0) return { difference: spreadOf(own).mean - spreadOf(others).mean, band: NaN, seeds: 0 };
  const { difference, band, seeds } = effectOf(pairs.map(([value]) => value), pairs.map(([, value]) => value));
  return { difference, band, seeds };
}

/** The knobs in which runs differ, live changes made, with each run's values in their order. */
export function differingKnobs(lab: Lab, heads: readonly RunHead[]): { readonly key: string; readonly values: readonly Value[] }[] {
  const configs = heads.map((head) => configAt(head));
  return lab.parameters.flatMap(({ key, applies }) => {
    if (applies && !configs.some((config) => applies(config))) return [];
    const values = configs.map((config) => config[key]!);
    return new Set(values).size > 1 ? [{ key, values }] : [];
  });
}

/** Whether all words of a search are in what is said of a run: its name, note and preset, and the knobs that it changes. */
export function matches(search: string, lab: Lab, head: RunHead, texts: readonly string[], knobNames: (key: string) => readonly string[]): boolean {
  const knobs = changedKeys(lab.parameters, configAt(head), head.base).flatMap((key) => [key, ...knobNames(key), `${key}=${String(configAt(head)[key])}`]);
  const said = [...texts, head.preset ?? '', ...knobs].join('\n').toLowerCase();
  return search.toLowerCase().split(/\s+/).every((word) => said.includes(word));
}
