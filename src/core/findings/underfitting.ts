import type { Detector, ReadMetric } from './detector.js';
import type { Fix } from './fix.js';

/** What a lab makes of an evaluation. */
export interface Progress {
  /** The validation score, 1 at best. */
  readonly score: number;
  /** Whether the run is over for this replica. */
  readonly ended: boolean;
  /** Whether a run that ends here has not learned what it could, by whatever it was; `from` is its first score. */
  readonly unlearned: (from: number) => boolean;
  /** Further evidence. */
  readonly values?: Readonly<Record<string, number>>;
}

/** A learning rate at which runs were seen to learn, and the score that they ended at. */
export interface HealthyRun {
  readonly learningRate: number;
  readonly reaches: number;
}

interface Learning<C> {
  /** Of which the first is the main one. */
  readonly metrics: readonly string[];
  /** Reads the evaluations of one replica; undefined at a step without one. */
  readonly progress: (config: C) => (step: number, read: ReadMetric) => Progress | undefined;
  readonly healthy: (config: C) => HealthyRun;
  readonly restartsOn?: Detector<C>['restartsOn'];
  readonly fix: Fix<C>;
}

/** At most this share of the way from its first score to the healthy one is little. */
const little = 0.75;
/** Learning rates that are not this many times below the healthy one learn nearly as much. */
const farBelow = 5;

/** A run that begins this close to what a healthy one reaches has little to learn: one from a trained selector does. */
const worthwhile = 0.05;

const twoDigits = (value: number): number => Number(value.toPrecision(2));

/**
 * A run that is over and has learned next to nothing. Where its learning rate never was above a fifth of a healthy one and
 * it came less than .75 of the way to what that reaches, the rate is the reason (variant `slow`). At a tenth, all of 5
 * seeds of `healthy`, `too-timid`, `tool-choice-healthy`, `vqa-healthy`, `thinking-grows` and the other labs' presets did;
 * runs at their healthy rates came .85 of it or more.
 */
export function underfitting<C>({ metrics, progress, healthy, restartsOn, fix }: Learning<C>): Detector<C> {
  return {
    id: 'underfitting',
    severity: 'warning',
    metrics,
    applies: () => true,
    ...(restartsOn && { restartsOn }),
    watch: (config) => {
      const progressAt = progress(config);
      const { learningRate: healthyRate, reaches } = healthy(config);
      let rate = 0;
      let from: number | undefined;
      return (step, read) => {
        rate = Math.max(rate, read('learningRate') || 0);
        const now = progressAt(step, read);
        if (!now) return undefined;
        from ??= now.score;
        if (!now.ended) return undefined;
        const values = { from, to: now.score, ...now.values };
        const times = healthyRate / rate;
        const gain = reaches - from;
        if (rate > 0 && times >= farBelow && gain > worthwhile && now.score - from < little * gain) {
          return { values: { ...values, rate, healthyRate, times: twoDigits(times), reaches }, variant: 'slow' };
        }
        return now.unlearned(from) ? { values } : undefined;
      };
    },
    fix,
  };
}
