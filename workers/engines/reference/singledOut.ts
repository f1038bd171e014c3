import * as tf from '@tensorflow/tfjs-core';
import type { PolicyLossKind } from '../grpoStep.js';
import type { PerReplica } from '../perReplica.js';

/** What decides which tokens are singled out, beside their covariance. */
export interface SinglingOut {
  /** How many tokens of each replica: see `singledOutTokens`. */
  readonly counts: PerReplica;
  /** `clip-cov`: only tokens whose covariance lies between these. */
  readonly low: PerReplica;
  readonly high: PerReplica;
  /** `clip-cov` takes those with the smallest numbers: `[R, B, T]`. */
  readonly draws: tf.Tensor3D;
}

/**
 * 1 for the tokens that a batch singles out by the covariance of log-probability and advantage, each less its mean over
 * the tokens in the loss: for `kl-cov` those with the largest one; for `clip-cov` a random choice of those within bounds
 * which are not clipped. Of equal ones the first (Cui et al. 2025, 'The Entropy Mechanism of Reinforcement Learning for
 * Reasoning Language Models'; verl `compute_policy_loss_clip_cov`, `compute_policy_loss_kl_cov`).
 *
 * @returns `[R, B, T]`
 */
export function singledOut(
  { logProbs, advantages, mask, singlingOut }: {
    readonly logProbs: tf.Tensor3D;
    readonly advantages: tf.Tensor2D;
    readonly mask: tf.Tensor3D;
    readonly singlingOut?: SinglingOut | undefined;
  },
  clipped: tf.Tensor3D,
  kind: PolicyLossKind,
): tf.Tensor3D {
  if (!singlingOut) throw new Error(`${kind} needs to know what it singles out`);
  const [replicas, sequences, length] = logProbs.shape;
  const flat = (values: tf.Tensor): tf.Tensor2D => tf.reshape(values, [replicas, sequences * length]);
  const column = (values: PerReplica): tf.Tensor2D => tf.tensor2d([...values], [replicas, 1]);
  const present = flat(mask);
  const centred = (values: tf.Tensor2D): tf.Tensor2D => {
    const tokens = tf.maximum(tf.sum(present, 1, true), 1);
    return tf.sub(values, tf.div(tf.sum(tf.mul(values, present), 1, true), tokens));
  };
  const wide = tf.mul(tf.expandDims(advantages, 2), tf.onesLike(logProbs));
  const covariance = tf.mul(centred(flat(wide)), centred(flat(logProbs)));
  const { counts, low, high, draws } = singlingOut;
  const within = tf.logicalAnd(tf.greater(covariance, column(low)), tf.less(covariance, column(high)));
  const free = tf.logicalAnd(within, tf.equal(flat(clipped), 0));
  const [eligible, order] =
    kind === 'clip-cov' ? [tf.logicalAnd(free, tf.greater(present, 0)), tf.neg(flat(draws))] : [tf.greater(present, 0), covariance];
  return tf.reshape(tf.cast(tf.logicalAnd(eligible, tf.less(ranks(order as tf.Tensor2D, eligible), column(counts))), 'float32'), logProbs.shape);
}

/** How many eligible ones of each row come before each: larger, or equal and earlier. `[R, N]`. */
function ranks(values: tf.Tensor2D, eligible: tf.Tensor): tf.Tensor2D {
  const count = values.shape[1];
  const own = tf.expandDims(values, 2);
  const other = tf.expandDims(values, 1);
  const index = tf.range(0, count, 1);
  const earlier = tf.cast(tf.less(tf.expandDims(index, 0), tf.expandDims(index, 1)), 'float32');
  const before = tf.add(tf.cast(tf.greater(other, own), 'float32'), tf.mul(tf.cast(tf.equal(other, own), 'float32'), earlier));
  return tf.sum(tf.mul(before, tf.expandDims(tf.cast(eligible, 'float32'), 1)), 2);
}
