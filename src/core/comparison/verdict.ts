/** What a change did to a score that is the higher the better. */
export type Verdict = 'helps' | 'hurts' | 'none' | 'open';

export interface Effect {
  /** Of the changed runs' scores, over seeds; the standard deviation is NaN with one seed. */
  readonly mean: number;
  readonly sd: number;
  /** The mean of (changed − base) of the same seed. */
  readonly difference: number;
  /** Half the width of its 95% interval; NaN with one seed. */
  readonly band: number;
  /** Seeds in which the changed run scored higher. */
  readonly wins: number;
  /** Seeds in which it scored lower. */
  readonly losses: number;
  readonly seeds: number;
  readonly verdict: Verdict;
}

/** Smaller differences of a score are called none, however sure: they would not be worth a change. */
export const smallestEffect = 0.02;

/** The 97.5 % quantile of Student's t with 1, 2, … degrees of freedom. */
const quantiles = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131];

/**
 * The effect of a change from runs with and without it over the same seeds, by the paired t interval. It helps or hurts
 * where the 95% interval of the difference leaves 0 out and the difference is at least .02; there is no difference
 * where the interval leaves out differences of .02 and more or where a sure difference is smaller; else it is open, and
 * more seeds would tell.
 *
 * @param scores one a seed, in the order of `base`
 */
export function effectOf(scores: readonly number[], base: readonly number[]): Effect {
  const differences = scores.map((score, seed) => score - base[seed]!);
  const seeds = differences.length;
  const difference = mean(differences);
  const quantile = quantiles[Math.min(seeds - 1, quantiles.length) - 1];
  const band = quantile === undefined ? NaN : (quantile * deviation(differences)) / Math.sqrt(seeds);
  return {
    mean: mean(scores),
    sd: seeds < 2 ? NaN : deviation(scores),
    difference,
    band,
    wins: differences.filter((each) => each > 0).length,
    losses: differences.filter((each) => each < 0).length,
    seeds,
    verdict: verdictOf(difference, band),
  };
}

function verdictOf(difference: number, band: number): Verdict {
  if (!Number.isFinite(difference) || Number.isNaN(band)) return 'open';
  const sure = Math.abs(difference) > band;
  if (sure) return Math.abs(difference) < smallestEffect ? 'none' : difference > 0 ? 'helps' : 'hurts';
  return Math.abs(difference) + band < smallestEffect ? 'none' : 'open';
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Of a sample (n − 1). */
function deviation(values: readonly number[]): number {
  const average = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - average) ** 2, 0) / (values.length - 1));
}
