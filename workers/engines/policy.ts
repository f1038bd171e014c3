import type { streams } from '../../src/core/random.js';
import type { AdamWKnobs, GrpoKnobs, Sampler, Sampling, Dropout } from './knobs.js';
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
  readonly sampler?: Sampler | undefined;
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

/** Responses to prompts. Sequence index: replica · B + place. */
export interface Responses {
  /** `[R, B, promptLength]`. */
  readonly prompts: Int32Array;
  readonly promptLength: number;
  /** `[R, B, width]`. */
  readonly responses: Int32Array;
  readonly width: number;
  /** Tokens a response, its end counted, at least 1: `[R, B]`. */
  readonly lengths: Int32Array;
  readonly padding: number;
  readonly maxResponseLength: number;
}

/** The responses of the last sample, with what they are worth. */
export interface GrpoUpdate extends Responses {
  /** Under the sampling distribution: `[R, B, width]`. */
  readonly samplingLogProbs: Float32Array;
  /** `[R, B]`; 0 where a response is not in the loss. */
  readonly advantages: Float32Array;
  /** 1 where a response is in the loss, 0 where it is left out and its tokens are not counted there: `[R, B]`. */
  readonly inLoss: Int32Array;
  /** Times that these responses are gone through. */
  readonly innerEpochs: number;
  /** Gradient steps an inner epoch, each on as many consecutive prompts; fewer where there are not so many. */
  readonly miniBatches: number;
  /** Responses a prompt, one after the other. */
  readonly repeats: number;
  /** Policies before the last so many updates that are kept, for samplers. */
  readonly staleness: number;
  readonly loss: GrpoKnobs;
  readonly optimizer: AdamWKnobs;
  /** Its step is the training step; its draws are those under `drawStep`. */
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
  /** The parameters before each of the last updates that samplers may ask for, the oldest first: `[R, k, P]`. */
  readonly history?: Float32Array | undefined;
}

/**
 * The policies of a population on one engine, with their optimiser state and frozen reference: the seam between the
 * labs and the implementations. What it computes is defined by the reference implementation (`ReferencePolicy`).
 */
export interface Policy {
  /** Samples responses from the policies as they are. */
  sample(request: SampleRequest): Promise<Sample>;
  /** The frozen reference's log-probability of each response's tokens at a temperature, 0 after its end: `[R, B, width]`. */
  referenceLogProbs(responses: Responses, temperature: PerReplica): Promise<Float32Array>;
  /** One GRPO update: `innerEpochs` · `miniBatches` gradient steps. */
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
