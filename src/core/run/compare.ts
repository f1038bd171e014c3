/** Runs of one lab side by side: what they came to, in what they differ, and what was found in each. Heads are enough for it. */
import { effectOf, type Effect } from '../comparison/verdict.js';
import type { Finding } from '../findings/detector.js';
import { findLab } from '../labs/index.js';
import type { Lab } from '../labs/lab.js';
import { areComparable } from '../labs/variants.js';
import type { Metric } from '../metrics.js';
import type { Parameter, Value } from '../parameters.js';
import { configAt, type MetricSummary, type RunHead } from './record.js';
import { turnsOf } from './turns.js';

/**
 * The last value of a metric, its smallest or its largest, each seed's own; of a score also the one at the step where its
 * mean over seeds was highest, as a checkpoint is chosen: the largest of each seed would be luck as well.
 */
export type Place = keyof MetricSummary | 'best';
export const places: readonly Place[] = ['final', 'best', 'most', 'least'];

/** What was measured over seeds. */
export interface Spread {
  readonly mean: number;
  /** Standard deviation of the sample (n − 1); NaN with one seed. */
  readonly sd: number;
  /** In which it was measured. */
  readonly seeds: number;
}

/** How a run differs from another. */
export interface Difference {
  readonly mean: number;
  /** Half the width of the mean's 95% interval by Student's t; NaN with fewer than two pairs. */
  readonly band: number;
  /** Seeds that both have, over which they are compared; where there are none, it is the difference of the means. */
  readonly pairs: number;
}

/** What a run is judged by. */
export function scoreOf(head: RunHead): string {
  return findLab(head.lab)!.score(configAt(head));
}

/** What a metric came to in each seed of a run in which it was measured. */
function bySeed(head: RunHead, metric: string, place: Place): ReadonlyMap<number, number> {
  const values = (place === 'best' ? bestOf(head, metric)?.scores : head.summary[metric]?.[place]) ?? [];
  return new Map(head.seeds.flatMap((seed, i) => (typeof values[i] === 'number' ? [[seed, values[i]] as const] : [])));
}

function bestOf(head: RunHead, metric: string): RunHead['best'] {
  return scoreOf(head) === metric ? head.best : undefined;
}

/** Undefined where it was never measured. */
export function spreadOf(head: RunHead, metric: string, place: Place): Spread | undefined {
  const values = [...bySeed(head, metric, place).values()];
  if (values.length === 0) {
    const best = place === 'best' ? bestOf(head, metric) : undefined;
    return best && { mean: best.score, sd: NaN, seeds: head.seeds.length };
  }
  const { mean, sd } = effectOf(values, values);
  return { mean, sd, seeds: values.length };
}

/**
 * The effect of what makes a run differ from a base, over the seeds that both have, of which there may be none; undefined
 * where one of them never measured the metric, or where it means something else in it.
 */
function effectBetween(head: RunHead, base: RunHead, metric: string, place: Place): Effect | undefined {
  if (!areComparable(findLab(head.lab)!, head.config, base.config)) return undefined;
  const own = bySeed(head, metric, place);
  const other = bySeed(base, metric, place);
  if (own.size === 0 || other.size === 0) return undefined;
  const shared = [...own.keys()].filter((seed) => other.has(seed));
  return effectOf(shared.map((seed) => own.get(seed)!), shared.map((seed) => other.get(seed)!));
}

/** Run minus base, seed by seed; undefined where no difference can be told. */
export function differenceOf(head: RunHead, base: RunHead, metric: string, place: Place): Difference | undefined {
  const effect = effectBetween(head, base, metric, place);
  if (!effect) return undefined;
  const { difference, band, seeds } = effect;
  if (seeds > 0) return { mean: difference, band, pairs: seeds };
  return { mean: spreadOf(head, metric, place)!.mean - spreadOf(base, metric, place)!.mean, band: NaN, pairs: 0 };
}

/** Whether a run ended better than a base by what both are judged by; undefined where that cannot be told. */
export function judge(head: RunHead, base: RunHead): Effect | undefined {
  const metric = scoreOf(head);
  return metric === scoreOf(base) ? effectBetween(head, base, metric, 'final') : undefined;
}

/** A knob of a run: what it began with, and what it changed to as it trained. */
export interface KnobCourse {
  readonly start: Value;
  readonly changes: readonly { readonly step: number; readonly to: Value }[];
}

export interface KnobDifference {
  readonly parameter: Parameter;
  /** One a run; undefined where the knob means nothing. */
  readonly courses: readonly (KnobCourse | undefined)[];
}

/** The knobs in which runs differ, at their start or by changes as they trained, in the order of the lab's table. */
export function differingKnobs(lab: Lab, heads: readonly RunHead[]): KnobDifference[] {
  return lab.parameters.flatMap((parameter): KnobDifference[] => {
    const courses = heads.map((head) => courseOf(head, parameter.key));
    const equal = new Set(courses.map((course) => JSON.stringify(course))).size === 1;
    const means = heads.map((head) => parameter.applies?.(head.config) ?? true);
    if (equal || !means.includes(true)) return [];
    return [{ parameter, courses: courses.map((course, i) => (means[i] ? course : undefined)) }];
  });
}

function courseOf({ config, events }: RunHead, key: string): KnobCourse {
  const changes = turnsOf(events).flatMap(({ step, changes }) => changes.filter((each) => each.key === key).map(({ to }) => ({ step, to: to! })));
  return { start: config[key]!, changes };
}

/** The score of each run first, then what their large charts show: those of them that were measured. */
export function mainMetrics(lab: Lab, heads: readonly RunHead[]): Metric[] {
  const ids = new Set([...heads.map(scoreOf), ...heads.flatMap((head) => lab.headlines(head.config))]);
  return [...ids].filter((id) => heads.some(({ summary }) => summary[id])).flatMap((id) => lab.metrics.filter((metric) => metric.id === id));
}

export interface FoundIn {
  readonly id: string;
  /** One a run; undefined where it was not found. */
  readonly findings: readonly (Finding | undefined)[];
}

/** What was found in any of the runs, the earliest first. */
export function findingsOf(heads: readonly RunHead[]): FoundIn[] {
  const all = heads.flatMap(({ findings }) => findings).sort((a, b) => a.step - b.step);
  const ids = [...new Set(all.map(({ id }) => id))];
  return ids.map((id) => ({ id, findings: heads.map(({ findings }) => findings.find((finding) => finding.id === id)) }));
}
