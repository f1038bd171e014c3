import type { streams } from '../../src/core/random.js';
import type { AdamWKnobs, GrpoKnobs, Sampling, Dropout } from './knobs.js';
import type { PerReplica } from './perReplica.js';
import type { TransformerShape } from './layout.js';

/** What to sample: B sequences a replica, replica by replica. */
export interface SampleRequest {
  /** Token ids, `[R, B, promptLength]`. */
  readonly prompts: Int32Array;
  readonly promptLength: number;
  /** Each run of so many prompts is one prompt repeated: an engine that computes sequences in turn reads it once. */
  readonly repeats: number;
  readonly maxResponseLength: number;
  readonly sampling: Sampling;
  readonly endOfSequence: number;
  readonly padding: number;
  /** Draw t of sequence b is index b · maxResponseLength + t under (seed, stream, step). */
  readonly seeds: PerReplica;
  readonly stream: (typeof streams)['sampling' | 'validation'];
  readonly step: number;
}

export interface Sample {
  /** `[R, B, width]`, padding after the end-of-sequence token; width ≤ maxResponseLength. */
  readonly tokens: Int32Array;
  /** Of each token under the sampling distribution, nats, 0 after the end: `[R, B, width]`. */
  readonly logProbs: Float32Array;
  /** Of the distribution that each token was drawn from, nats, 0 after the end: `[R, B, width]`. */
  readonly entropies: Float32Array;
  readonly width: number;
  /** The scalars of the last update, if they had not been told yet: `[stepScalars.length, R]`. */
  readonly scalars?: Float32Array | undefined;
}

/** Sampled responses with what they are worth. Sequence index: replica · B + place. */
export interface GrpoUpdate {
  /** `[R, B, promptLength]`. */
  readonly prompts: Int32Array;
  readonly promptLength: number;
  /** `[R, B, width]`, of the last sample. */
  readonly responses: Int32Array;
  readonly width: number;
  /** Tokens a response, its end counted, at least 1: `[R, B]`. */
  readonly lengths: Int32Array;
  /** Under the sampling distribution: `[R, B, width]`. */
  readonly samplingLogProbs: Float32Array;
  /** `[R, B]`. */
  readonly advantages: Float32Array;
  readonly padding: number;
  readonly maxResponseLength: number;
  /** Gradient steps on these responses. */
  readonly innerEpochs: number;
  readonly loss: GrpoKnobs;
  readonly optimizer: AdamWKnobs;
  /** Its step is the training step; inner epoch e draws under step · mostInnerEpochs + e. */
  readonly dropout: Dropout;
}

/** Supervised training on whole sequences: next-token cross-entropy where the mask is 1, a mean over those tokens. */
export interface SupervisedUpdate {
  /** `[R, B, length]`. */
  readonly tokens: Int32Array;
  readonly length: number;
  /** `[R, B, length]`: 1 where the token that follows this position is learned. */
  readonly mask: Float32Array;
  /** The token that follows: `[R, B, length]`. */
  readonly labels: Int32Array;
  readonly labelSmoothing: PerReplica;
  readonly optimizer: AdamWKnobs;
  readonly dropout: Dropout;
}

/** A population's state at one moment, as plain data: any engine, or another worker, can go on from it. */
export interface PolicySnapshot {
  readonly shape: TransformerShape;
  readonly replicas: number;
  /** `[R, P]`, like the moments and the frozen reference. */
  readonly parameters: Float32Array;
  readonly firstMoment: Float32Array;
  readonly secondMoment: Float32Array;
  readonly reference: Float32Array;
  /** Optimiser updates so far. */
  readonly updates: number;
}

/**
 * The policies of a population on one engine, with their optimiser state and frozen reference: the seam between the
 * labs and the implementations. What it computes is defined by the reference implementation (`ReferencePolicy`).
 */
export interface Policy {
  /** Samples responses from the policies as they are. */
  sample(request: SampleRequest): Promise<Sample>;
  /** One GRPO update: `innerEpochs` gradient steps. */
  update(update: GrpoUpdate): void;
  /** One supervised update; the losses `[R]` before it, nats. */
  supervise(update: SupervisedUpdate): Promise<Float32Array>;
  /** The scalars of the last update, if no sample has told them yet: `[stepScalars.length, R]`. */
  scalars(): Promise<Float32Array | undefined>;
  /** Takes the last update back, once its scalars turn out not to be finite. */
  undo(): void;
  /** The present parameters become the reference, and the optimiser starts anew: the warm start is over. */
  startOver(): void;
  snapshot(): Promise<PolicySnapshot>;
  /** The present parameters, `[R, P]`. */
  parameters(): Promise<Float32Array>;
  dispose(): void;
}
