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
