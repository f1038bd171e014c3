import type { Expectation } from '../../src/core/labs/lab.js';
import type { ConfigChange } from '../../src/core/parameters.js';
import type { ScheduledChange } from '../../src/core/protocol.js';

/**
 * The mean over seeds at a moment: as a preset's, or the first step at which the metric is at least `reaches` (the last
 * step where it never is). Where no standard deviation was measured it counts as .04, for steps as one validation period.
 */
export interface MeanClaim extends Omit<Expectation, 'at' | 'sd' | 'within'> {
  readonly at: Moment;
  readonly sd?: number;
}

/** `seeds` of `of` lay in [low, high]. */
export interface CountClaim {
  readonly metric: string;
  readonly at: Moment;
  readonly low?: number;
  readonly high?: number;
  readonly seeds: number;
  readonly of: number;
}

/** The mean is that of the same claim with `sameAs` instead. */
export interface ComparisonClaim<Change = ConfigChange> {
  readonly metric: string;
  readonly at: Moment;
  readonly sameAs: Change;
}

export type Moment = Expectation['at'] | { readonly reaches: number };
export type Statement<Change = ConfigChange> = MeanClaim | CountClaim | ComparisonClaim<Change>;

/** Something measured that is no preset; `npm run presets -- --claims` verifies it. */
export interface Claim<Change = ConfigChange> {
  readonly id: string;
  /** What differs from the lab's defaults, or its variant's. */
  readonly values: Change;
  readonly seeds?: number;
  /** What it changes as it trains. */
  readonly schedule?: readonly ScheduledChange[];
  /**
   * A metric may be the difference of two, `a - b`; in the GRPO lab `entropyLaw.a`, `.b`, `.r2` and `.ceiling` are a
   * run's fit of validation reward to the decisive entropy.
   */
  readonly expected: readonly Statement<Change>[];
  /** Findings that come in no seed. */
  readonly without?: readonly string[];
}

export const mean = (metric: string, at: Moment, value: number, sd?: number): MeanClaim =>
  ({ metric, at, mean: value, ...(sd === undefined ? {} : { sd }) });
export const below = (metric: string, at: Moment, high: number, seeds: number, of: number): CountClaim => ({ metric, at, high, seeds, of });
export const above = (metric: string, at: Moment, low: number, seeds: number, of: number): CountClaim => ({ metric, at, low, seeds, of });
export const at = (step: number): Moment => [step, step];
