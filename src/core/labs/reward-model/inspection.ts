import type { Inspection } from '../../protocol.js';
import type { Evaluations } from './evaluations.js';

/** What a replica's last evaluation found, pair by pair and summed up. */
export interface PreferenceInspection extends Inspection {
  readonly kind: 'preferences';
  /** Chosen reward − rejected reward, counted in bins of equal width. */
  readonly margins: {
    /** Lower edge of the first bin. */
    readonly from: number;
    readonly width: number;
    readonly training: readonly number[];
    readonly validation: readonly number[];
  };
  /** Validation pairs by how sure the model is of the answer that it prefers, σ(|margin|): bins over [.5, 1]. */
  readonly calibration: readonly CalibrationBin[];
  /** The validation pair that is looked at. */
  readonly pair: InspectedPair;
  /** Validation pairs. */
  readonly pairs: number;
  /** Every replica of the run over its evaluations. */
  readonly evaluations: readonly Evaluations[];
}

export interface CalibrationBin {
  readonly pairs: number;
  /** Mean of σ(|margin|). */
  readonly confidence: number;
  /** How often people chose the answer that the model prefers. */
  readonly accuracy: number;
}

export interface InspectedPair {
  /** Counts from 0. */
  readonly index: number;
  readonly chosen: InspectedAnswer;
  readonly rejected: InspectedAnswer;
  /** Probability that the answer that was chosen would be, flipped labels included. */
  readonly likelihood: number;
}

export interface InspectedAnswer {
  readonly words: readonly number[];
  readonly reward: number;
  /** What the labels come from and the model never sees. */
  readonly utility: number;
}
