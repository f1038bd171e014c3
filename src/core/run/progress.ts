import type { Lab } from '../labs/lab.js';
import { configAt, type RunHead } from './record.js';
import { Growable } from '../series/growable.js';
import type { RunSeries } from '../series/runSeries.js';

/** What can be counted along a run: steps, samples drawn or shown, tokens of these, seconds of training. */
export const progressKinds = ['step', 'samples', 'tokens', 'time'] as const;
export type ProgressKind = (typeof progressKinds)[number];

/** How far a run had come at each step. */
export interface Progress {
  /** At a step; between steps that were measured, in proportion. */
  at(step: number): number;
  /** The step, in fractions, at which it had come so far. */
  stepAt(place: number): number;
}

/** What of a run tells how far it had come. */
export interface Course {
  readonly head: Pick<RunHead, 'config' | 'events' | 'from'>;
  readonly series: RunSeries;
  /**
   * The run that it was forked from, where that is here: it counts on from there. Otherwise its samples are counted as if
   * it had been trained like this from the start, its tokens and seconds from the fork.
   */
  readonly parent?: Course | undefined;
}

type Counting = Pick<Lab, 'samples' | 'tokens'>;

/** Those that runs of a lab can be drawn along. */
export function kindsOf({ tokens }: Counting): ProgressKind[] {
  return progressKinds.filter((kind) => kind !== 'tokens' || tokens !== undefined);
}

interface Known {
  readonly events: RunHead['events'];
  readonly parent: RunSeries | undefined;
  readonly progress: Progress;
}

const known = new WeakMap<RunSeries, Map<ProgressKind, Known>>();
const ownSteps: Progress = { at: (step) => step, stepAt: (place) => place };

/** How far a run had come at each step. It grows with the run, and costs only what was measured since it was last asked. */
export function progressOf(lab: Counting, course: Course, kind: ProgressKind): Progress {
  if (kind === 'step') return ownSteps;
  const { series, head, parent } = course;
  const kinds = known.get(series) ?? new Map<ProgressKind, Known>();
  known.set(series, kinds);
  const last = kinds.get(kind);
  if (last && last.events === head.events && last.parent === parent?.series) return last.progress;
  const progress = progressAlong(lab, course, kind);
  kinds.set(kind, { events: head.events, parent: parent?.series, progress });
  return progress;
}

function progressAlong(lab: Counting, course: Course, kind: Exclude<ProgressKind, 'step'>): Progress {
  const { series, parent, head: { from } } = course;
  if (kind === 'samples') return samplesAlong(samplesPerStep(lab, course));
  const before = from && parent ? progressOf(lab, parent, kind).at(from.step) : 0;
  if (kind === 'tokens') return tokensAlong(lab, course, before);
  return {
    at: (step) => before + between(series.clock.steps, series.clock.seconds, step),
    stepAt: (place) => between(series.clock.seconds, series.clock.steps, place - before),
  };
}

/** The samples of each step, counted from 1, with all changes of knobs where they were. */
function samplesPerStep(lab: Counting, { head, parent }: Course): (step: number) => number {
  const changes = head.events.flatMap(({ type, step }) => (type === 'changed' ? [step] : []));
  const stretches = [-Infinity, ...changes].map((from) => ({ from, samples: lab.samples(configAt(head, from)) }));
  const { from } = head;
  const before = from && parent ? samplesPerStep(lab, parent) : undefined;
  return (step) => (before && step <= from!.step ? before(step) : stretches.findLast((stretch) => stretch.from <= step)!.samples(step));
}

/** Known for steps to come, too. */
function samplesAlong(samples: (step: number) => number): Progress {
  const steps = Growable.int32();
  const sums = Growable.float64();
  const next = (): void => {
    const step = steps.length;
    sums.push(step === 0 ? 0 : sums.at(step - 1) + samples(step));
    steps.push(step);
  };
  return {
    at(step) {
      while (steps.length <= step) next();
      return between(steps.view(), sums.view(), step);
    },
    stepAt(place) {
      while (steps.length === 0 || sums.at(steps.length - 1) < place) next();
      return between(sums.view(), steps.view(), place);
    },
  };
}

/** A step in which the length was not measured counts as the next one that was. */
function tokensAlong(lab: Counting, course: Course, before: number): Progress {
  const { series, head: { from } } = course;
  const metric = lab.tokens!;
  const samples = samplesPerStep(lab, course);
  const steps = Growable.int32();
  const sums = Growable.float64();
  steps.push(from?.step ?? 0);
  sums.push(before);
  const update = (): void => {
    for (let i = steps.length - 1; i < series.points(metric); i++) {
      const step = series.step(metric, i);
      sums.push(sums.at(i) + (step - steps.at(i)) * samples(step) * meanOf(series, metric, i));
      steps.push(step);
    }
  };
  return {
    at(step) {
      update();
      return between(steps.view(), sums.view(), step);
    },
    stepAt(place) {
      update();
      return between(sums.view(), steps.view(), place);
    },
  };
}

/** A metric's `i`-th point, over the replicas that were measured. */
function meanOf(series: RunSeries, metric: string, i: number): number {
  const values = Array.from({ length: series.replicas }, (_, replica) => series.value(metric, i, replica)).filter(Number.isFinite);
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The line through (xs, ys), whose xs never fall, at `x`; level beyond its ends, 0 where it has none. */
function between(xs: ArrayLike<number>, ys: ArrayLike<number>, x: number): number {
  let low = 0;
  let high = xs.length;
  if (high === 0) return 0;
  // The first point beyond `x`: of several at one place the last counts.
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (xs[middle]! <= x) low = middle + 1;
    else high = middle;
  }
  if (low === 0) return ys[0]!;
  if (low === xs.length) return ys[low - 1]!;
  const share = (x - xs[low - 1]!) / (xs[low]! - xs[low - 1]!);
  return ys[low - 1]! + share * (ys[low]! - ys[low - 1]!);
}
