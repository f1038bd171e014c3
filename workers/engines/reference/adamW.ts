import * as tf from '@tensorflow/tfjs-core';
import type { AdamWKnobs } from '../knobs.js';
import type { PerReplica } from '../perReplica.js';

/** Parameters and moments of a population, each `[R, P]`, after `updates` updates. */
export type AdamWState = {
  readonly parameters: tf.Tensor2D;
  readonly firstMoment: tf.Tensor2D;
  readonly secondMoment: tf.Tensor2D;
  readonly updates: number;
};

/** A fresh state that owns zero moments; it takes the parameters over. */
export function startAdamW(parameters: tf.Tensor2D): AdamWState {
  return { parameters, firstMoment: tf.zerosLike(parameters), secondMoment: tf.zerosLike(parameters), updates: 0 };
}

export function disposeAdamW(state: AdamWState): void {
  tf.dispose([state.parameters, state.firstMoment, state.secondMoment]);
}

/**
 * One update by AdamW with decoupled weight decay (Loshchilov & Hutter 2019, torch.optim.AdamW) after clipping by each
 * replica's global norm (torch.nn.utils.clip_grad_norm_: factor min(1, max / (norm + 1e-6))).
 *
 * @param gradient `[R, P]`
 * @returns a new state (the caller disposes of the old one) with the norms before clipping, `[R]`
 */
export function adamW(
  state: AdamWState,
  gradient: tf.Tensor2D,
  knobs: AdamWKnobs,
): AdamWState & { readonly gradNorm: tf.Tensor1D } {
  const updates = state.updates + 1;
  const { beta1, beta2, epsilon } = knobs;
  const column = (values: PerReplica): tf.Tensor2D => tf.tensor2d([...values], [values.length, 1]);
  const correction1 = 1 - beta1 ** updates;
  const correction2 = 1 - beta2 ** updates;
  return tf.tidy(() => {
    const gradNorm = tf.sqrt(tf.sum(tf.square(gradient), 1)) as tf.Tensor1D;
    const factor = tf.minimum(tf.div(column(knobs.maxGradNorm), tf.add(tf.expandDims(gradNorm, 1), 1e-6)), 1);
    const clipped = tf.mul(gradient, factor);
    const firstMoment = tf.add(tf.mul(state.firstMoment, beta1), tf.mul(clipped, 1 - beta1)) as tf.Tensor2D;
    const secondMoment = tf.add(tf.mul(state.secondMoment, beta2), tf.mul(tf.square(clipped), 1 - beta2)) as tf.Tensor2D;
    const root = tf.add(tf.sqrt(tf.div(secondMoment, correction2)), epsilon);
    const direction = tf.div(tf.div(firstMoment, correction1), root);
    const kept = column(knobs.learningRate.map((rate, replica) => 1 - rate * knobs.weightDecay[replica]!));
    const parameters = tf.sub(
      tf.mul(state.parameters, kept),
      tf.mul(direction, column(knobs.learningRate)),
    ) as tf.Tensor2D;
    return { parameters, firstMoment, secondMoment, gradNorm, updates };
  });
}
