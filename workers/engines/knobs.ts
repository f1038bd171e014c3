/** What a training step is told, one value a replica where the knob is live. */

export interface AdamWKnobs {
  /** One a replica. */
  readonly learningRate: readonly number[];
  readonly weightDecay: readonly number[];
  readonly maxGradNorm: readonly number[];
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/** Which activations a training step drops; a replica's masks depend on its seed and the step alone. */
export interface Dropout {
  /** Probability of dropping, one a replica. */
  readonly rates: readonly number[];
  readonly seeds: readonly number[];
  readonly step: number;
}

/** How a rollout samples, one value a replica. */
export interface Sampling {
  readonly temperature: readonly number[];
  /** The nucleus' mass; 1 = off. */
  readonly topP: readonly number[];
  /** 0 = off. */
  readonly topK: readonly number[];
}

export type KlEstimator = 'k1' | 'k2' | 'k3';

export type Aggregation = 'token-mean' | 'seq-mean-token-mean' | 'seq-mean-token-sum' | 'seq-mean-token-sum-norm';

/** The bounds of PPO's ratio, one a replica. */
export interface ClipBounds {
  /** The ratio stays above 1 − low; Infinity = no bound. */
  readonly low: readonly number[];
  /** The ratio stays below 1 + high; Infinity = no bound. */
  readonly high: readonly number[];
  /** A negative advantage costs at most dual · |advantage|; 0 = no cap. */
  readonly dual: readonly number[];
}

export interface GrpoKnobs {
  /** One a replica. */
  readonly temperature: readonly number[];
  readonly klCoefficient: readonly number[];
  readonly entropyCoefficient: readonly number[];
  readonly labelSmoothing: readonly number[];
  readonly bounds: ClipBounds;
  readonly klEstimator: KlEstimator;
  readonly aggregation: Aggregation;
  /** The divisor of `seq-mean-token-sum-norm`, tokens. */
  readonly maxLength: number;
  /** The response position whose entropy is reported by itself. */
  readonly decisivePosition?: number | undefined;
}

/** The scalars of a step, each `[R]`. */
export const grpoScalars = [
  'loss',
  'policyLoss',
  'entropy',
  'entropyAtT1',
  'entropy.decisive',
  'kl',
  'clipFraction',
  'samplingMismatch',
] as const;

/** What a training step reports, in the order of its rows: the loss's scalars and the gradient norm before clipping. */
export const stepScalars = [...grpoScalars, 'gradNorm'] as const;

/** Inner epochs have dropout draws of their own. */
export const mostInnerEpochs = 8;
