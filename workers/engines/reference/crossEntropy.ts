import * as tf from '@tensorflow/tfjs-core';
import { oneHot } from './oneHot.js';

/**
 * Cross-entropy with label smoothing, a row: (1 − ε) · −log p(label) + ε · mean over classes of −log p
 * (torch.nn.functional.cross_entropy).
 *
 * @param logits `[R, N, K]`
 * @param labels int32 `[R, N]`
 * @param labelSmoothing ε, `[R]`
 * @returns nats, `[R, N]`
 */
export function crossEntropy(logits: tf.Tensor3D, labels: tf.Tensor2D, labelSmoothing: tf.Tensor1D): tf.Tensor2D {
  const logProbs = tf.logSoftmax(logits);
  const chosen = oneHot(labels, logits.shape[2]);
  const epsilon = tf.expandDims(labelSmoothing, 1);
  const label = tf.neg(tf.sum(tf.mul(chosen, logProbs), 2));
  const uniform = tf.neg(tf.mean(logProbs, 2));
  return tf.add(tf.mul(tf.sub(1, epsilon), label), tf.mul(epsilon, uniform));
}

/** The mean of `values` `[R, N]` over the rows that `mask` `[R, N]` keeps (1 or 0), a replica: `[R]`. */
export function maskedMean(values: tf.Tensor2D, mask: tf.Tensor2D): tf.Tensor1D {
  return tf.div(tf.sum(tf.mul(values, mask), 1), tf.maximum(tf.sum(mask, 1), 1));
}
