import * as tf from '@tensorflow/tfjs-core';
import type { Dropout } from '../../model/dropout.js';
import type { TransformerShape } from '../../model/layout.js';
import { transformer } from '../../model/transformer.js';
import { adamW, type AdamWKnobs, type AdamWState } from '../../optimizer/adamW.js';
import { grpoLoss, grpoScalars, type GrpoBatch, type GrpoKnobs } from '../../rl/grpoLoss.js';
import { tokenLogProbs } from '../../rl/tokenLogProbs.js';
import type { ScoredResponses } from './responses.js';
import type { Example, Task } from './tasks/task.js';

/** The scalars of a step in the order of their rows. */
export const stepScalars = [...grpoScalars, 'gradNorm'] as const;

const mostInnerEpochs = 8;

export interface PolicyUpdate {
  readonly task: Task;
  readonly shape: TransformerShape;
  /** Of the policy, left as it is. */
  readonly state: AdamWState;
  /** The frozen reference policy, `[R, P]`. */
  readonly reference: tf.Tensor2D;
  /** One a sequence, replica by replica. */
  readonly examples: readonly Example[];
  readonly scored: ScoredResponses;
  readonly advantages: Float64Array;
  /** `[R, B, width]`. */
  readonly samplingLogProbs: tf.Tensor3D;
  readonly innerEpochs: number;
  readonly loss: GrpoKnobs;
  readonly optimizer: AdamWKnobs;
  readonly dropout: Dropout;
}

/**
 * One GRPO update: `innerEpochs` gradient steps on the same sampled responses. Old log-probabilities are those of the
 * pass in training with one inner epoch, of a pass without dropout otherwise.
 *
 * @returns the new state, and the scalars `[stepScalars.length, R]`: of the first inner epoch, but the clip fraction
 *   and the gradient norm as means over inner epochs
 */
export function updatePolicy(update: PolicyUpdate): { state: AdamWState; scalars: tf.Tensor2D } {
  const { task, shape, loss: knobs, innerEpochs, dropout } = update;
  return tf.tidy(() => {
    const { inputs, targets, mask } = packSequences(update);
    const [replicas, sequences, length] = targets.shape;
    const respond = (parameters: tf.Tensor2D, masks?: Dropout): tf.Tensor4D => {
      const logits = transformer(parameters, shape, inputs, masks ? { dropout: masks } : {});
      return tf.slice(logits, [0, 0, task.promptLength - 1, 0], [-1, -1, length, -1]);
    };
    const logProbsOf = (parameters: tf.Tensor2D): tf.Tensor3D =>
      tf.tidy(() => {
        const logits: tf.Tensor3D = tf.reshape(respond(parameters), [replicas, sequences * length, -1]);
        const tokens: tf.Tensor2D = tf.reshape(targets, [replicas, sequences * length]);
        const { logProbs } = tokenLogProbs(logits, tokens, tf.tensor1d([...knobs.temperature]));
        return tf.reshape(logProbs, [replicas, sequences, length]);
      });
    const batch: GrpoBatch = {
      tokens: targets,
      mask,
      advantages: tf.tensor2d(Float32Array.from(update.advantages), [replicas, sequences]),
      referenceLogProbs: logProbsOf(update.reference),
      samplingLogProbs: tf.slice(update.samplingLogProbs, [0, 0, 0], [-1, -1, length]),
      oldLogProbs: innerEpochs > 1 ? logProbsOf(update.state.parameters) : undefined,
    };
    const dropsAny = dropout.rates.some((rate) => rate > 0);
    const scalars: tf.Tensor2D[] = [];
    const gradNorms: tf.Tensor1D[] = [];
    let { state } = update;
    for (let epoch = 0; epoch < innerEpochs; epoch++) {
      const masks = dropsAny ? { ...dropout, step: dropout.step * mostInnerEpochs + epoch } : undefined;
      const epochScalars: tf.Tensor2D[] = [];
      const gradient = tf.grad((parameters: tf.Tensor) => {
        const result = grpoLoss(respond(parameters as tf.Tensor2D, masks), batch, knobs);
        epochScalars.push(tf.keep(result.scalars));
        return tf.sum(result.loss);
      })(state.parameters);
      const { gradNorm, ...next } = adamW(state, gradient as tf.Tensor2D, update.optimizer);
      state = next;
      scalars.push(...epochScalars);
      gradNorms.push(gradNorm);
    }
    const measured = tf.unstack(scalars[0]!);
    const clipRow = grpoScalars.indexOf('clipFraction');
    measured[clipRow] = tf.mean(tf.stack(scalars.map((epoch) => tf.gather(epoch, clipRow))), 0);
    const packed = tf.stack([...measured, tf.mean(tf.stack(gradNorms), 0)]) as tf.Tensor2D;
    tf.dispose(scalars);
    return { state, scalars: packed };
  });
}

/** Prompts with their responses as the model's inputs, cut after the longest response of the population. */
function packSequences({ task, examples, scored, state }: PolicyUpdate): {
  /** int32 `[R, B, promptLength + length − 1]` */
  inputs: tf.Tensor3D;
  /** int32 `[R, B, length]` */
  targets: tf.Tensor3D;
  /** `[R, B, length]` */
  mask: tf.Tensor3D;
} {
  const replicas = state.parameters.shape[0];
  const sequences = examples.length / replicas;
  const longest = scored.lengths.reduce((most, length) => Math.max(most, length), (task.decisivePosition ?? 0) + 1);
  const length = Math.min(scored.width, longest);
  const width = task.promptLength + length - 1;
  const inputs = new Int32Array(examples.length * width);
  const targets = new Int32Array(examples.length * length);
  const mask = new Float32Array(examples.length * length);
  examples.forEach((example, i) => {
    const response = scored.tokens.subarray(i * scored.width, i * scored.width + length);
    inputs.set(example.prompt, i * width);
    inputs.set(response.subarray(0, length - 1), i * width + task.promptLength);
    targets.set(response, i * length);
    mask.fill(1, i * length, i * length + scored.lengths[i]!);
  });
  return {
    inputs: tf.tensor3d(inputs, [replicas, sequences, width], 'int32'),
    targets: tf.tensor3d(targets, [replicas, sequences, length], 'int32'),
    mask: tf.tensor3d(mask, [replicas, sequences, length]),
  };
}
