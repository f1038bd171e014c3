/** What a training step is told, one value per replica where the knob is live. */
import type { Aggregation, GrpoKnob, KlEstimator, PolicyLossKind, RolloutCorrection } from './grpoStep.js';
import type { PerReplica } from './perReplica.js';

export interface AdamWKnobs {
  readonly learningRate: PerReplica;
  readonly weightDecay: PerReplica;
  readonly maxGradNorm: PerReplica;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/** Which activations a training step drops; a replica's masks depend on its seed and the step alone. */
export interface Dropout {
  /** Probability of dropping. */
  readonly rates: PerReplica;
  readonly seeds: PerReplica;
  readonly step: number;
}

/** How the weights of a sampler are rounded. */
export const rolloutPrecisions = ['float32', 'bfloat16', 'fp8'] as const;
export type RolloutPrecision = (typeof rolloutPrecisions)[number];

/** Whose weights a rollout samples with, where they are not those in training. */
export interface Sampler {
  /** Those of the policy before so many updates, or of the oldest that is known. */
  readonly staleness: number;
  readonly precision: RolloutPrecision;
}

/** How a rollout samples. */
export interface Sampling {
  readonly temperature: PerReplica;
  /** The nucleus' mass; 1 = off. */
  readonly topP: PerReplica;
  /** 0 = off. */
  readonly topK: PerReplica;
}

/** The GRPO loss's knobs: one number per replica of each that its specification names. */
export interface GrpoKnobs extends Readonly<Record<GrpoKnob, PerReplica>> {
  readonly policyLoss: PolicyLossKind;
  readonly rolloutCorrection: RolloutCorrection;
  readonly klEstimator: KlEstimator;
  /** Whether the estimate is weighed by the ratio of new to old probability, through which its gradient flows, too. */
  readonly klCorrection: boolean;
  readonly aggregation: Aggregation;
  /** The divisor of `seq-mean-token-sum-norm`, tokens. */
  readonly maxLength: number;
  /** The response position whose entropy is reported by itself. */
  readonly decisivePosition?: number | undefined;
}

/** What a token's policy loss depends on. */
export type PolicyLossKnobs = Pick<
  GrpoKnobs, 'policyLoss' | 'clipLow' | 'clipHigh' | 'dualClip' | 'klCovCoefficient' | 'sapoPositive' | 'sapoNegative'
>;
