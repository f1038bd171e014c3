import * as tf from '@tensorflow/tfjs-core';
import { type GrpoScalar, grpoScalars, reportedKl } from '../grpoStep.js';
import type { GrpoKnobs } from '../knobs.js';
import type { PerReplica } from '../perReplica.js';
import { klEstimate } from './klEstimate.js';
import { aggregate, policyLoss } from './policyLoss.js';
import { tokenLogProbs } from './tokenLogProbs.js';

/** What was sampled and how good it was; `[R, B, T]` over the response's tokens unless said. */
export interface GrpoBatch {
  /** int32. */
  readonly tokens: tf.Tensor3D;
  /** 1 on the response's tokens, 0 after its end. */
  readonly mask: tf.Tensor3D;
  /** `[R, B]`. */
  readonly advantages: tf.Tensor2D;
  /** Of the policy that sampled; undefined where it is the one in training (a single inner epoch). */
  readonly oldLogProbs?: tf.Tensor3D | undefined;
  /** Of the frozen reference policy, at the same temperature. */
  readonly referenceLogProbs: tf.Tensor3D;
  /** Under the distribution actually sampled from. */
  readonly samplingLogProbs: tf.Tensor3D;
}

const stopGradient = tf.customGrad((x) => ({
  value: tf.clone(x as tf.Tensor),
  gradFunc: (dy: tf.Tensor) => tf.zerosLike(dy),
}));

/**
 * GRPO's loss: clipped policy loss + β · KL(policy ‖ reference) − c · entropy + ε · mean over the vocabulary of −log p,
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
  const reduce = (values: tf.Tensor3D): tf.Tensor1D => aggregate(values, batch.mask, knobs.aggregation, knobs.maxLength);
  const tokenMean = (values: tf.Tensor3D): tf.Tensor1D => aggregate(values, batch.mask, 'token-mean', 1);

  const tempered = tokenLogProbs(flat, tokens, tf.tensor1d([...knobs.temperature]));
  const logProbs = wide(tempered.logProbs);
  const entropy = wide(tempered.entropy);
  const old = batch.oldLogProbs ?? (stopGradient(logProbs) as tf.Tensor3D);
  const policy = policyLoss(logProbs, old, batch.advantages, knobs);

  let total = policy.losses;
  const addTerm = (coefficients: PerReplica, term: () => tf.Tensor3D): void => {
    if (coefficients.some((coefficient) => coefficient !== 0)) total = tf.add(total, tf.mul(term(), column(coefficients)));
  };
  addTerm(knobs.klCoefficient, () => klEstimate<tf.Tensor3D>(logProbs, batch.referenceLogProbs, knobs.klEstimator));
  addTerm(knobs.entropyCoefficient, () => tf.neg(entropy));
  addTerm(knobs.labelSmoothing, () => tf.neg(wide(tf.mean(tempered.all, 2))));
  const loss = reduce(total);

  const atT1 = knobs.temperature.every((value) => value === 1)
    ? entropy
    : wide(tokenLogProbs(flat, tokens, tf.onesLike(tf.tensor1d([...knobs.temperature]))).entropy);
  const decisive = knobs.decisivePosition;
  const values: Record<GrpoScalar, tf.Tensor> = {
    loss,
    policyLoss: reduce(policy.losses),
    entropy: tokenMean(entropy),
    entropyAtT1: tokenMean(atT1),
    'entropy.decisive':
      decisive === undefined || decisive >= length
        ? tf.fill([replicas], NaN)
        : tf.mean(tf.squeeze(tf.slice(atT1, [0, 0, decisive], [-1, -1, 1]), [2]), 1),
    kl: tokenMean(klEstimate<tf.Tensor3D>(logProbs, batch.referenceLogProbs, reportedKl)),
    clipFraction: tokenMean(policy.clipped),
    samplingMismatch: tokenMean(tf.abs(tf.sub(batch.samplingLogProbs, logProbs))),
  };
  return { loss, scalars: tf.stack(grpoScalars.map((name) => values[name])) as tf.Tensor2D };
}
