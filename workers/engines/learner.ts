import type { DropoutDraws, Operations, Value } from './operations.js';
import type { AdamWKnobs } from './knobs.js';
import type { ParameterLayout } from './layout.js';

/** A population's weights and optimiser at one moment, as plain data: any engine can go on from it. */
export interface LearnerSnapshot {
  readonly replicas: number;
  /** `[R, P]`, like the moments. */
  readonly parameters: Float32Array;
  readonly firstMoment: Float32Array;
  readonly secondMoment: Float32Array;
  /** Optimiser updates so far. */
  readonly updates: number;
}

/** A loss a replica, `[R]`, of the parameters as `operations` has them. */
export type Loss = (operations: Operations) => Value;

export interface UpdateResult {
  /** Before the update, `[R]`. */
  readonly loss: Float32Array;
  /** Before clipping, `[R]`. */
  readonly gradNorm: Float32Array;
}

/**
 * Models of a population on one engine, trained by AdamW along any loss that is written in `Operations`: the seam
 * between the labs whose models are smaller than a language model and the implementations.
 */
export interface Learner {
  readonly layout: ParameterLayout;
  readonly replicas: number;
  /** One update along each replica's own gradient. */
  update(loss: Loss, optimizer: AdamWKnobs, dropout: DropoutDraws): Promise<UpdateResult>;
  /** The loss `[R]` and its gradient `[R, P]`, which change nothing. */
  gradient(loss: Loss, dropout?: DropoutDraws): Promise<{ loss: Float32Array; gradient: Float32Array }>;
  /** The numbers of some arrays, without dropout. */
  compute(forward: (operations: Operations) => readonly Value[]): Promise<Float32Array[]>;
  /** Takes the last update back, once its result turns out not to be finite. */
  undo(): void;
  snapshot(): Promise<LearnerSnapshot>;
  dispose(): void;
}

/** A fresh optimiser for parameters `[R, P]`. */
export function startSnapshot(layout: ParameterLayout, parameters: Float32Array): LearnerSnapshot {
  const zeros = (): Float32Array => new Float32Array(parameters.length);
  return { replicas: parameters.length / layout.size, parameters, firstMoment: zeros(), secondMoment: zeros(), updates: 0 };
}
