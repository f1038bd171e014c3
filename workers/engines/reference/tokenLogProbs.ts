import * as tf from '@tensorflow/tfjs-core';
import { oneHot } from './oneHot.js';

/**
 * The log-probability of each token and the entropy of its distribution softmax(logits / temperature), nats.
 *
 * @param logits `[R, N, V]`
 * @param tokens int32 `[R, N]`
 * @param temperature `[R]`
 * @returns `logProbs` and `entropy` `[R, N]`; `all`, the log-probabilities of all tokens `[R, N, V]`
 */
export function tokenLogProbs(
  logits: tf.Tensor3D,
  tokens: tf.Tensor2D,
  temperature: tf.Tensor1D,
): { logProbs: tf.Tensor2D; entropy: tf.Tensor2D; all: tf.Tensor3D } {
  const all = tf.logSoftmax(tf.div(logits, tf.reshape(temperature, [-1, 1, 1]))) as tf.Tensor3D;
  const chosen = oneHot(tokens, logits.shape[2]);
  return {
    logProbs: tf.sum(tf.mul(chosen, all), 2),
    entropy: tf.neg(tf.sum(tf.mul(tf.exp(all), all), 2)),
    all,
  };
}
