import * as tf from '@tensorflow/tfjs-core';
import { type Aggregation, kernelKnob, logRatioLimit, unbounded } from '../grpoStep.js';
import type { ClipBounds } from '../knobs.js';

/**
 * PPO's clipped policy loss a token, with the dual clip for negative advantages
 * (verl `compute_policy_loss_vanilla`; Schulman et al. 2017, Ye et al. 2020).
 *
 * @param logProbs of the policy in training, `[R, B, T]`
 * @param oldLogProbs of the policy that sampled, `[R, B, T]`
 * @param advantages `[R, B]`
 * @returns `losses` `[R, B, T]`; `clipped`, 1 where the clipped branch is the larger one; `logRatio`
 */
export function policyLoss(
  logProbs: tf.Tensor3D,
  oldLogProbs: tf.Tensor3D,
  advantages: tf.Tensor2D,
  bounds: ClipBounds,
): { losses: tf.Tensor3D; clipped: tf.Tensor3D; logRatio: tf.Tensor3D } {
  const perReplica = (knob: keyof ClipBounds): tf.Tensor3D =>
    tf.tensor3d(bounds[knob].map((value) => kernelKnob(knob, value)), [bounds[knob].length, 1, 1]);
  const advantage = tf.expandDims(advantages, 2) as tf.Tensor3D;
  const logRatio = tf.clipByValue(tf.sub(logProbs, oldLogProbs), -logRatioLimit, logRatioLimit) as tf.Tensor3D;
  const ratio = tf.exp(logRatio);
  const lowest = tf.sub(1, perReplica('clipLow'));
  const highest = tf.add(1, perReplica('clipHigh'));
  const plain = tf.neg(tf.mul(advantage, ratio));
  const bounded = tf.neg(tf.mul(advantage, tf.maximum(tf.minimum(ratio, highest), lowest)));
  const negative = tf.cast(tf.less(advantage, 0), 'float32');
  const cap = tf.add(tf.mul(negative, tf.mul(tf.neg(advantage), perReplica('dualClip'))), tf.mul(tf.sub(1, negative), unbounded));
  return {
    losses: tf.minimum(tf.maximum(plain, bounded), cap),
    clipped: tf.cast(tf.greater(bounded, plain), 'float32'),
    logRatio,
  };
}

/**
 * One number a replica from losses a token, as verl's `agg_loss`.
 *
 * @param values `[R, B, T]`
 * @param mask `[R, B, T]`, 1 on the response's tokens
 * @param maxLength the divisor of `seq-mean-token-sum-norm` (Dr. GRPO), tokens
 * @returns `[R]`
 */
export function aggregate(values: tf.Tensor3D, mask: tf.Tensor3D, aggregation: Aggregation, maxLength: number): tf.Tensor1D {
  const kept = tf.mul(values, mask);
  switch (aggregation) {
    case 'token-mean':
      return tf.div(tf.sum(kept, [1, 2]), tf.maximum(tf.sum(mask, [1, 2]), 1));
    case 'seq-mean-token-mean':
      return tf.mean(tf.div(tf.sum(kept, 2), tf.maximum(tf.sum(mask, 2), 1)), 1);
    case 'seq-mean-token-sum':
      return tf.mean(tf.sum(kept, 2), 1);
    case 'seq-mean-token-sum-norm':
      return tf.div(tf.mean(tf.sum(kept, 2), 1), maxLength);
  }
}
