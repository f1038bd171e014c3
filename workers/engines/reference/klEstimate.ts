import * as tf from '@tensorflow/tfjs-core';
import { type KlEstimator, logRatioLimit } from '../grpoStep.js';

/**
 * Estimates of KL(policy ‖ reference) a token (Schulman 2020, 'Approximating KL divergence'), with
 * d = log-prob − reference log-prob, held within ±`logRatioLimit`: k1 = d, k2 = d² / 2, k3 = exp(−d) + d − 1. Nats, same shape.
 */
export function klEstimate<T extends tf.Tensor>(logProbs: T, referenceLogProbs: T, estimator: KlEstimator): T {
  const d = tf.clipByValue(tf.sub(logProbs, referenceLogProbs), -logRatioLimit, logRatioLimit);
  switch (estimator) {
    case 'k1':
      return d as T;
    case 'k2':
      return tf.div(tf.square(d), 2) as T;
    case 'k3':
      return tf.sub(tf.add(tf.exp(tf.neg(d)), d), 1) as T;
  }
}
