/** What a training step is told, one value per replica where the knob is live. */
import type { Aggregation, GrpoKnob, KlEstimator } from './grpoStep.js';
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
  readonly klEstimator: KlEstimator;
  readonly aggregation: Aggregation;
  /** The divisor of `seq-mean-token-sum-norm`, tokens. */
  readonly maxLength: number;
  /** The response position whose entropy is reported by itself. */
  readonly decisivePosition?: number | undefined;
}

/** The bounds of PPO's ratio. */
export type ClipBounds = Pick<GrpoKnobs, 'clipLow' | 'clipHigh' | 'dualClip'>;
