import * as tf from '@tensorflow/tfjs-core';
import { type GrpoScalar, grpoScalars, reportedKl } from '../grpoStep.js';
import type { GrpoKnobs } from '../knobs.js';
import type { PerReplica } from '../perReplica.js';
import { klEstimate } from './klEstimate.js';
import { aggregate, policyLoss } from './policyLoss.js';
import type { SinglingOut } from './singledOut.js';
import { stopGradient } from './stopGradient.js';
import { tokenLogProbs } from './tokenLogProbs.js';

/** What was sampled and how good it was; `[R, B, T]` over the response's tokens unless said. */
export interface GrpoBatch {
  /** int32. */
  readonly tokens: tf.Tensor3D;
  /** 1 on the response's tokens, 0 after its end. */
  readonly mask: tf.Tensor3D;
  /** The same, but 0 where a response is not in the loss. */
  readonly lossMask: tf.Tensor3D;
  /** `[R, B]`. */
  readonly advantages: tf.Tensor2D;
  /** Of the policy before the step; undefined where it is the one in training (a single gradient step). */
  readonly oldLogProbs?: tf.Tensor3D | undefined;
  /** What each token's policy loss is weighed by. */
  readonly correctionWeights: tf.Tensor3D;
  readonly singlingOut?: SinglingOut | undefined;
  /** Of the frozen reference policy, at the same temperature. */
  readonly referenceLogProbs: tf.Tensor3D;
  /** Under the distribution actually sampled from. */
  readonly samplingLogProbs: tf.Tensor3D;
}

/**
 * GRPO's loss: weighed policy loss + β · KL(policy ‖ reference) − c · entropy + ε · mean over the vocabulary of −log p,
 * every term aggregated alike (Shao et al. 2024, DeepSeekMath; verl `ppo_loss`).
 *
 * @param logits `[R, B, T, V]` at the positions that predict the response's tokens
 * @returns `loss` `[R]`, and `scalars` `[grpoScalars.length, R]`, which have no gradient
 */
export function grpoLoss(logits: tf.Tensor4D, batch: GrpoBatch, knobs: GrpoKnobs): { loss: tf.Tensor1D; scalars: tf.Tensor2D } {
  const [replicas, sequences, length, vocabulary] = logits.shape;
  const flat: tf.Tensor3D = tf.reshape(logits, [replicas, sequences * length, vocabulary]);
  const tokens: tf.Tensor2D = tf.reshape(batch.tokens, [replicas, sequences * length]);
  const wide = (values: tf.Tensor): tf.Tensor3D => tf.reshape(values, [replicas, sequences, length]);
  const column = (values: PerReplica): tf.Tensor3D => tf.tensor3d([...values], [replicas, 1, 1]);
  const reduce = (values: tf.Tensor3D): tf.Tensor1D => aggregate(values, batch.lossMask, knobs.aggregation, knobs.maxLength);
  const tokenMean = (values: tf.Tensor3D): tf.Tensor1D => aggregate(values, batch.mask, 'token-mean', 1);

  const tempered = tokenLogProbs(flat, tokens, tf.tensor1d([...knobs.temperature]));
  const logProbs = wide(tempered.logProbs);
  const entropy = wide(tempered.entropy);
  const old = batch.oldLogProbs ?? (stopGradient(logProbs) as tf.Tensor3D);
  const { advantages, lossMask, singlingOut } = batch;
  const policy = policyLoss({ logProbs, oldLogProbs: old, advantages, mask: lossMask, singlingOut }, knobs);
  const policyLosses: tf.Tensor3D = tf.mul(policy.losses, batch.correctionWeights);

  let total = policyLosses;
  const addTerm = (coefficients: PerReplica, term: () => tf.Tensor3D): void => {
    if (coefficients.some((coefficient) => coefficient !== 0)) total = tf.add(total, tf.mul(term(), column(coefficients)));
  };
  addTerm(knobs.klCoefficient, () => {
    const estimate = klEstimate<tf.Tensor3D>(logProbs, batch.referenceLogProbs, knobs.klEstimator);
    return knobs.klCorrection ? tf.mul(estimate, tf.exp(policy.logRatio)) : estimate;
  });
  addTerm(knobs.entropyCoefficient, () => tf.neg(entropy));
  addTerm(knobs.labelSmoothing, () => tf.neg(wide(tf.mean(tempered.all, 2))));
  const loss = reduce(total);

  const atT1 = knobs.temperature.every((value) => value === 1)
    ? entropy
    : wide(tokenLogProbs(flat, tokens, tf.onesLike(tf.tensor1d([...knobs.temperature]))).entropy);
  const decisive = knobs.decisivePosition;
  const learned = tf.mul(lossMask, tf.expandDims(tf.cast(tf.notEqual(advantages, 0), 'float32'), 2));
  const largest = (logRatios: tf.Tensor3D): tf.Tensor => tf.max(tf.mul(tf.exp(logRatios), learned), [1, 2]);
  const values: Record<GrpoScalar, tf.Tensor> = {
    loss,
    policyLoss: reduce(policyLosses),
    entropy: tokenMean(entropy),
    entropyAtT1: tokenMean(atT1),
    'entropy.decisive':
      decisive === undefined || decisive >= length
        ? tf.fill([replicas], NaN)
        : tf.mean(tf.squeeze(tf.slice(atT1, [0, 0, decisive], [-1, -1, 1]), [2]), 1),
    kl: tokenMean(klEstimate<tf.Tensor3D>(logProbs, batch.referenceLogProbs, reportedKl)),
    clipFraction: tokenMean(policy.clipped),
    samplingMismatch: tokenMean(tf.abs(tf.sub(batch.samplingLogProbs, old))),
    stalenessKl: tokenMean(tf.sub(batch.samplingLogProbs, old)),
    rolloutCorrectionWeight: tokenMean(batch.correctionWeights),
    'ratio.max': largest(policy.logRatio),
    'ratio.sequence': largest(policy.sequenceLogRatio),
  };
  return { loss, scalars: tf.stack(grpoScalars.map((name) => values[name])) as tf.Tensor2D };
}
