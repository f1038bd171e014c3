import * as tf from '@tensorflow/tfjs-core';
import { type Aggregation, kernelKnob, logRatioLimit, singlesOut, unbounded } from '../grpoStep.js';
import type { PolicyLossKnobs } from '../knobs.js';
import type { PerReplica } from '../perReplica.js';
import { singledOut, type SinglingOut } from './singledOut.js';
import { stopGradient, withoutGradient } from './stopGradient.js';

/** `[R, B, T]` over the response's tokens unless said. */
export interface PolicyLossBatch {
  /** Of the policy in training. */
  readonly logProbs: tf.Tensor3D;
  /** Of the policy before the step. */
  readonly oldLogProbs: tf.Tensor3D;
  /** `[R, B]`. */
  readonly advantages: tf.Tensor2D;
  /** 1 on tokens in the loss. */
  readonly mask: tf.Tensor3D;
  /** Where the kind of loss singles tokens out. */
  readonly singlingOut?: SinglingOut | undefined;
}

/**
 * The policy's loss a token: `policyLosses` says which kinds there are. `clip` is PPO's, with the dual clip for negative
 * advantages (verl `compute_policy_loss_vanilla`; Schulman et al. 2017, Ye et al. 2020); the others are those of verl
 * `compute_policy_loss_gspo`, `…_cispo`, `…_clip_cov`, `…_kl_cov`, `…_gpg` and `…_sapo`.
 *
 * @returns `losses` `[R, B, T]`; `clipped`, 1 where a bound or the covariance takes the token's gradient; `logRatio`, with
 * its gradient, and `sequenceLogRatio` `[R, B, 1]`, the mean over a response's tokens, without one
 */
export function policyLoss(batch: PolicyLossBatch, knobs: PolicyLossKnobs): {
  losses: tf.Tensor3D;
  clipped: tf.Tensor3D;
  logRatio: tf.Tensor3D;
  sequenceLogRatio: tf.Tensor3D;
} {
  const { logProbs, oldLogProbs, mask } = batch;
  const column = (values: PerReplica): tf.Tensor3D => tf.tensor3d([...values], [values.length, 1, 1]);
  const bound = (knob: 'clipLow' | 'clipHigh' | 'dualClip'): tf.Tensor3D => column(knobs[knob].map((value) => kernelKnob(knob, value)));
  const advantage = tf.expandDims(batch.advantages, 2) as tf.Tensor3D;
  const own = tf.sub(logProbs, oldLogProbs);
  const sequenceLogRatio = stopGradient(
    tf.div(tf.sum(tf.mul(own, mask), 2, true), tf.maximum(tf.sum(mask, 2, true), 1)) as tf.Tensor3D,
  );
  const difference = knobs.policyLoss === 'gspo' ? tf.add(sequenceLogRatio, tf.sub(logProbs, stopGradient(logProbs))) : own;
  const logRatio = tf.clipByValue(difference, -logRatioLimit, logRatioLimit) as tf.Tensor3D;
  const ratio = tf.exp(logRatio);
  const within = tf.maximum(tf.minimum(ratio, tf.add(1, bound('clipHigh'))), tf.sub(1, bound('clipLow')));
  const plain = tf.neg(tf.mul(advantage, ratio));
  const none = tf.zerosLike(logProbs);
  const told = (losses: tf.Tensor, clipped: tf.Tensor = none): ReturnType<typeof policyLoss> =>
    ({ losses: losses as tf.Tensor3D, clipped: clipped as tf.Tensor3D, logRatio, sequenceLogRatio });
  const number = (flags: tf.Tensor): tf.Tensor => tf.cast(flags, 'float32');
  /** 1 where a bound takes the gradient. */
  const isBounded = (): tf.Tensor3D =>
    withoutGradient([plain, within], () => number(tf.greater(tf.neg(tf.mul(advantage, within)), plain))) as tf.Tensor3D;
  const singledOutOf = (clipped: tf.Tensor3D): tf.Tensor =>
    withoutGradient([logProbs, clipped], () => singledOut(batch, clipped, knobs.policyLoss));

  switch (knobs.policyLoss) {
    case 'cispo':
      return told(
        tf.neg(tf.mul(stopGradient(within), tf.mul(advantage, logProbs))),
        withoutGradient([ratio, within], () => number(tf.notEqual(ratio, within))),
      );
    case 'gpg':
      return told(tf.neg(tf.mul(advantage, logProbs)));
    case 'sapo': {
      const temperature = tf.where(tf.greater(advantage, 0), column(knobs.sapoPositive), column(knobs.sapoNegative));
      const gate = tf.div(tf.mul(tf.sigmoid(tf.mul(temperature, tf.sub(ratio, 1))), 4), temperature);
      return told(tf.neg(tf.mul(gate, advantage)));
    }
    case 'kl-cov': {
      const out = singledOutOf(none);
      const magnitude = tf.mul(logRatio, withoutGradient([logRatio], () => tf.sign(logRatio)));
      return told(tf.add(plain, tf.mul(tf.mul(out, column(knobs.klCovCoefficient)), magnitude)));
    }
    case 'clip':
    case 'gspo':
    case 'clip-cov': {
      const bounded = tf.neg(tf.mul(advantage, within));
      const negative = number(tf.less(advantage, 0));
      const cap = tf.add(tf.mul(negative, tf.mul(tf.neg(advantage), bound('dualClip'))), tf.mul(tf.sub(1, negative), unbounded));
      const losses = tf.minimum(tf.maximum(plain, bounded), cap);
      const clipped = isBounded();
      if (!singlesOut(knobs.policyLoss)) return told(losses, clipped);
      const out = singledOutOf(clipped);
      return told(tf.mul(losses, tf.sub(1, out)), tf.maximum(clipped, out));
    }
  }
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
