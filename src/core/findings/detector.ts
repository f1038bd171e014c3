import type { Config } from '../parameters.js';
import type { Fix } from './fix.js';

export type Severity = 'warning' | 'alarm';

/** Numbers behind a finding, in the words of message id `finding.<id>.evidence`. */
export interface Evidence {
  readonly values: Readonly<Record<string, number>>;
  /** Where it is not the detector's own. */
  readonly severity?: Severity;
  /** A special case with its own words: message ids `finding.<id>.<variant>.evidence` and so on. */
  readonly variant?: string;
}

/** The value of a metric at the step being looked at; NaN where it was not measured. */
export type ReadMetric = (metric: string) => number;

/**
 * Looks at one replica step by step, in order from step 0, and returns evidence while its rule holds. The first counts,
 * and a later one only if it raises a warning to an alarm.
 */
export type Watch = (step: number, read: ReadMetric) => Evidence | undefined;

/** One sign of a run going wrong: a rule with thresholds from measured runs, one file each. */
export interface Detector<C = Config> {
  /** Also the message ids `finding.<id>` (title), `.evidence`, `.cause`, `.fix`. */
  readonly id: string;
  readonly severity: Severity;
  /** The metrics on whose charts it is marked; the first is the main one. */
  readonly metrics: readonly string[];
  readonly applies: (config: C) => boolean;
  /** A fresh watch for one replica. */
  readonly watch: (config: C) => Watch;
  /** Live knobs that change what its numbers mean: a change of one of them begins a fresh watch. */
  readonly restartsOn?: readonly (keyof C & string)[];
  /** What may help; it is offered where it has cured in measured runs (`labs/offeredFix`). */
  readonly fix?: Fix<C>;
}

export interface Finding {
  readonly id: string;
  /** The step at which it first held in any replica. */
  readonly step: number;
  /** All replicas in which it has held so far, each with the step at which it first did. */
  readonly replicas: readonly { readonly replica: number; readonly step: number }[];
  /** The worst in any replica so far. */
  readonly severity: Severity;
  /** The evidence in the first replica in which it was this severe. */
  readonly evidence: Evidence;
}
