/**
 * A replica's evaluations on the same validation pairs, each beside the last one. The errors are of the change from it
 * to the last: because the pairs are the same, they are those of a mean over pairs of the difference.
 */
export interface Evaluations {
  readonly steps: readonly number[];
  /** Validation loss. */
  readonly loss: readonly number[];
  readonly accuracy: readonly number[];
  readonly lossError: readonly number[];
  readonly accuracyError: readonly number[];
}

/** A mean with its standard error. */
export interface Estimate {
  readonly mean: number;
  readonly error: number;
}

/** What became of one evaluation by the last. */
export interface Change {
  readonly from: number;
  readonly to: number;
  readonly lossBefore: number;
  readonly lossAfter: number;
  /** As a share of the loss before. */
  readonly loss: Estimate;
  readonly accuracy: Estimate;
}

/** A change of less than so many standard errors is noise: two come by chance alone in one of twenty comparisons. */
export const errorsOfNoise = 2;
/**
 * The same for the change since the lowest of many evaluations, which was picked because it is low: with 16 of them one
 * is three errors away by chance alone in about one of twenty runs (Bonferroni).
 */
export const errorsOfLowest = 3;

export type Verdict =
  /** Nothing came after it. */
  | 'last'
  | 'noise'
  | 'lower'
  /** The loss rose, and more pairs are ranked wrongly. */
  | 'overfitting'
  /** The loss rose, but not because more pairs are ranked wrongly: the model has become surer of its mistakes. */
  | 'overconfident';

/** The place of the evaluation with the lowest loss, in the mean over seeds that were evaluated at the same steps. */
export function lowestLoss(seeds: readonly Evaluations[]): number {
  const total = (place: number): number => seeds.reduce((sum, { loss }) => sum + loss[place]!, 0);
  return seeds[0]!.steps.reduce((lowest, _, place) => (total(place) < total(lowest) ? place : lowest), 0);
}

/** The last evaluation against the one at a place. */
export function changeSince({ steps, loss, accuracy, lossError, accuracyError }: Evaluations, place: number): Change {
  const last = steps.length - 1;
  const before = loss[place]!;
  return {
    from: steps[place]!,
    to: steps[last]!,
    lossBefore: before,
    lossAfter: loss[last]!,
    loss: { mean: loss[last]! / before - 1, error: lossError[place]! / before },
    accuracy: { mean: accuracy[last]! - accuracy[place]!, error: accuracyError[place]! },
  };
}

/**
 * What a change of the loss and of the accuracy says.
 *
 * @param errors how many standard errors of the loss are noise
 */
export function judgeChange({ loss, accuracy }: Pick<Change, 'loss' | 'accuracy'>, errors: number): Verdict {
  if (loss.mean === 0 && loss.error === 0) return 'last';
  if (Math.abs(loss.mean) < errors * loss.error) return 'noise';
  if (loss.mean < 0) return 'lower';
  return accuracy.mean < -errorsOfNoise * accuracy.error ? 'overfitting' : 'overconfident';
}

/** The mean change over seeds, each of which has data of its own. */
export function changeOverSeeds(changes: readonly Change[]): Pick<Change, 'loss' | 'accuracy'> {
  return { loss: overSeeds(changes.map(({ loss }) => loss)), accuracy: overSeeds(changes.map(({ accuracy }) => accuracy)) };
}

/** Its error is that of the seeds' spread, which few seeds tell badly, or of their pairs, whichever is larger. */
function overSeeds(estimates: readonly Estimate[]): Estimate {
  const seeds = estimates.length;
  const sum = (of: (estimate: Estimate) => number): number => estimates.reduce((total, estimate) => total + of(estimate), 0);
  const mean = sum((estimate) => estimate.mean) / seeds;
  const ofPairs = Math.sqrt(sum(({ error }) => error ** 2)) / seeds;
  const ofSeeds = seeds > 1 ? Math.sqrt(sum((estimate) => (estimate.mean - mean) ** 2) / (seeds - 1) / seeds) : 0;
  return { mean, error: Math.max(ofPairs, ofSeeds) };
}

/** Validation pairs after which a change of this share of the loss is no longer noise, from the error that so many have. */
export function pairsToSee(share: number, error: number, pairs: number): number {
  return Math.ceil(pairs * (errorsOfNoise * error / share) ** 2);
}

/**
 * Whether the logged training loss lies above the validation loss only because it is measured differently: as an
 * average over the steps of an epoch, with dropout. With the weights of now and without dropout it lies below.
 */
export function measuredDifferently(logged: number, evaluated: number, validation: number): boolean {
  return logged > validation && evaluated < validation;
}
