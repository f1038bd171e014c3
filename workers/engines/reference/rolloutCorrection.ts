import * as tf from '@tensorflow/tfjs-core';
import { logRatioLimit, type RolloutCorrection } from '../grpoStep.js';
import type { PerReplica } from '../perReplica.js';

/**
 * What each token's policy loss is weighed by, since another policy sampled it than the one that is trained:
 * `rolloutCorrections` says how (TRL `vllm_importance_sampling_mode`, verl `rollout_correction`). 1 without a correction.
 *
 * @param oldLogProbs of the policy in training before the step, `[R, B, T]`
 * @param samplingLogProbs of what it was sampled from, `[R, B, T]`
 * @param mask `[R, B, T]`, 1 on the response's tokens
 * @param threshold one a replica
 * @returns `[R, B, T]`
 */
export function rolloutCorrection(
  oldLogProbs: tf.Tensor3D,
  samplingLogProbs: tf.Tensor3D,
  mask: tf.Tensor3D,
  kind: RolloutCorrection,
  threshold: PerReplica,
): tf.Tensor3D {
  if (kind === 'off') return tf.onesLike(oldLogProbs);
  const most = tf.tensor3d([...threshold], [threshold.length, 1, 1]);
  const difference = tf.mul(tf.sub(oldLogProbs, samplingLogProbs), mask);
  const limited = (values: tf.Tensor): tf.Tensor => tf.exp(tf.clipByValue(values, -logRatioLimit, logRatioLimit));
  if (kind === 'token-truncate') return tf.minimum(limited(difference), most);
  const weight = tf.mul(limited(tf.sum(difference, 2, true)), tf.onesLike(mask));
  if (kind === 'sequence-truncate') return tf.minimum(weight, most);
  return tf.mul(weight, tf.cast(tf.lessEqual(weight, most), 'float32'));
}
