import * as tf from '@tensorflow/tfjs-core';
import { crossEntropy, maskedMean } from './crossEntropy.js';
import { adamW, disposeAdamW, startAdamW, type AdamWState } from './adamW.js';
import { grpoLoss, type GrpoBatch } from './grpoLoss.js';
import { tokenLogProbs } from './tokenLogProbs.js';
import { mostInnerEpochs, scalarRow, scalarSpecifications, stepScalars } from '../grpoStep.js';
import type { Dropout } from '../knobs.js';
import { transformerLayout, type TransformerShape } from '../layout.js';
import type { GrpoUpdate, Policy, PolicySnapshot, Sample, SampleRequest, SupervisedUpdate } from '../policy.js';
import { readTensor } from './read.js';
import { rollout } from './rollout.js';
import { transformer } from './transformer.js';

/** The reference implementation: plain tfjs operations with autodiff, on whichever backend tfjs has. */
export class ReferencePolicy implements Policy {
  private readonly replicas: number;
  private state: AdamWState;
  private reference: tf.Tensor2D;
  /** Scalars of the last update, still on the device. */
  private pending: tf.Tensor2D | undefined;
  /** The state before the last update, until its scalars have been told. */
  private before: AdamWState | undefined;

  /**
   * @param synchronous whether reading a tensor costs nothing, so that a rollout may look whether all sequences have ended
   * @param start parameters `[R, P]`, which become the reference too, or a snapshot
   */
  constructor(
    private readonly synchronous: boolean,
    private readonly shape: TransformerShape,
    start: Float32Array | PolicySnapshot,
    private readonly read = readTensor,
  ) {
    const { size } = transformerLayout(shape);
    const parameters = start instanceof Float32Array ? start : start.parameters;
    this.replicas = parameters.length / size;
    const matrix = (values: Float32Array): tf.Tensor2D => tf.tensor2d(values, [this.replicas, size]);
    if (start instanceof Float32Array) {
      this.state = startAdamW(matrix(parameters));
      this.reference = tf.clone(this.state.parameters);
    } else {
      this.state = {
        parameters: matrix(parameters),
        firstMoment: matrix(start.firstMoment),
        secondMoment: matrix(start.secondMoment),
        updates: start.updates,
      };
      this.reference = matrix(start.reference);
    }
  }

  async sample(request: SampleRequest): Promise<Sample> {
    const { replicas, pending } = this;
    const sequences = request.prompts.length / request.promptLength / replicas;
    const { width, packed } = tf.tidy(() => {
      const prompts = tf.tensor3d(request.prompts, [replicas, sequences, request.promptLength], 'int32');
      const { tokens, logProbs, entropies } = rollout(this.state.parameters, this.shape, {
        ...request,
        prompts,
        synchronous: this.synchronous,
      });
      const parts = [tf.cast(tokens, 'float32'), logProbs, entropies].map((part) => tf.reshape(part, [-1]));
      if (pending) parts.push(tf.reshape(pending, [-1]));
      return { width: tokens.shape[2], packed: tf.concat(parts) };
    });
    const data = await this.read(packed).finally(() => packed.dispose());
    if (pending) this.told();
    const count = replicas * sequences * width;
    return {
      tokens: Int32Array.from(data.subarray(0, count)),
      logProbs: data.slice(count, 2 * count),
      entropies: data.slice(2 * count, 3 * count),
      width,
      scalars: pending && data.slice(3 * count),
    };
  }

  /** Old log-probabilities are those of the pass in training with one inner epoch, of a pass without dropout otherwise. */
  update(update: GrpoUpdate): void {
    const { loss: knobs, innerEpochs, dropout, promptLength } = update;
    const { state, scalars } = tf.tidy(() => {
      const { inputs, targets, mask, advantages, samplingLogProbs } = this.pack(update);
      const [replicas, sequences, length] = targets.shape;
      const respond = (parameters: tf.Tensor2D, masks?: Dropout): tf.Tensor4D => {
        const logits = transformer(parameters, this.shape, inputs, masks ? { dropout: masks } : {});
        return tf.slice(logits, [0, 0, promptLength - 1, 0], [-1, -1, length, -1]);
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
        advantages,
        samplingLogProbs,
        referenceLogProbs: logProbsOf(this.reference),
        oldLogProbs: innerEpochs > 1 ? logProbsOf(this.state.parameters) : undefined,
      };
      const scalars: tf.Tensor2D[] = [];
      const gradNorms: tf.Tensor1D[] = [];
      let { state } = this;
      for (let epoch = 0; epoch < innerEpochs; epoch++) {
        const masks = anyDropped(dropout, dropout.step * mostInnerEpochs + epoch);
        const gradient = tf.grad((parameters: tf.Tensor) => {
          const result = grpoLoss(respond(parameters as tf.Tensor2D, masks), batch, knobs);
          scalars.push(tf.keep(result.scalars));
          return tf.sum(result.loss);
        })(state.parameters);
        const { gradNorm, ...next } = adamW(state, gradient as tf.Tensor2D, update.optimizer);
        state = next;
        gradNorms.push(gradNorm);
      }
      const rows = scalars.map((epoch) => tf.unstack(epoch));
      const measured = stepScalars.map((name) => {
        const epochs = name === 'gradNorm' ? gradNorms : rows.map((epoch) => epoch[scalarRow(name)]!);
        return scalarSpecifications[name].epochs === 'first' ? epochs[0]! : tf.mean(tf.stack(epochs), 0);
      });
      const packed = tf.stack(measured) as tf.Tensor2D;
      tf.dispose(scalars);
      return { state, scalars: packed };
    });
    this.replaceState(state);
    this.pending = scalars;
  }

  async supervise(update: SupervisedUpdate): Promise<Float32Array> {
    const { replicas } = this;
    const sequences = update.tokens.length / update.length / replicas;
    const rows = sequences * update.length;
    const { losses, gradient } = tf.tidy(() => {
      const tokens = tf.tensor3d(update.tokens, [replicas, sequences, update.length], 'int32');
      const labels = tf.tensor2d(update.labels, [replicas, rows], 'int32');
      const mask = tf.tensor2d(update.mask, [replicas, rows]);
      const dropout = anyDropped(update.dropout, update.dropout.step);
      const kept: tf.Tensor1D[] = [];
      const gradient = tf.grad((parameters: tf.Tensor) => {
        const logits = transformer(parameters as tf.Tensor2D, this.shape, tokens, dropout ? { dropout } : {});
        const flat: tf.Tensor3D = tf.reshape(logits, [replicas, rows, this.shape.vocabulary]);
        const losses = maskedMean(crossEntropy(flat, labels, tf.tensor1d([...update.labelSmoothing])), mask);
        kept.push(tf.keep(losses));
        return tf.sum(losses);
      })(this.state.parameters);
      return { losses: kept[0]!, gradient: gradient as tf.Tensor2D };
    });
    const { gradNorm, ...next } = adamW(this.state, gradient, update.optimizer);
    this.replaceState(next);
    const result = await this.read(losses);
    tf.dispose([losses, gradient, gradNorm]);
    return result;
  }

  async scalars(): Promise<Float32Array | undefined> {
    if (!this.pending) return undefined;
    const scalars = await this.read(this.pending);
    this.told();
    return scalars;
  }

  undo(): void {
    if (!this.before) throw new Error('no update to take back');
    disposeAdamW(this.state);
    this.state = this.before;
    this.before = undefined;
  }

  startOver(): void {
    this.told();
    this.forgetBefore();
    const { parameters, firstMoment, secondMoment } = this.state;
    tf.dispose([firstMoment, secondMoment, this.reference]);
    this.reference = tf.clone(parameters);
    this.state = startAdamW(parameters);
  }

  async snapshot(): Promise<PolicySnapshot> {
    const { parameters, firstMoment, secondMoment, updates } = this.state;
    const matrices = [parameters, firstMoment, secondMoment, this.reference];
    const [p, m, v, reference] = await Promise.all(matrices.map(this.read));
    return {
      shape: this.shape,
      replicas: this.replicas,
      parameters: p!,
      firstMoment: m!,
      secondMoment: v!,
      reference: reference!,
      updates,
    };
  }

  async parameters(): Promise<Float32Array> {
    return this.read(this.state.parameters);
  }

  dispose(): void {
    this.told();
    this.forgetBefore();
    disposeAdamW(this.state);
    this.reference.dispose();
  }

  private told(): void {
    this.pending?.dispose();
    this.pending = undefined;
  }

  private forgetBefore(): void {
    if (this.before) disposeAdamW(this.before);
    this.before = undefined;
  }

  private replaceState(next: AdamWState): void {
    this.told();
    this.forgetBefore();
    this.before = this.state;
    this.state = next;
  }

  /**
   * Prompts with their responses as the model's inputs, padded to the longest response allowed: cut after the longest
   * one of the population, sums would round differently with other replicas beside.
   */
  private pack(update: GrpoUpdate): {
    /** int32 `[R, B, promptLength + length − 1]` */
    inputs: tf.Tensor3D;
    /** int32 `[R, B, length]` */
    targets: tf.Tensor3D;
    /** `[R, B, length]` */
    mask: tf.Tensor3D;
    /** `[R, B]` */
    advantages: tf.Tensor2D;
    /** `[R, B, length]` */
    samplingLogProbs: tf.Tensor3D;
  } {
    const { prompts, promptLength, responses, width, lengths, padding } = update;
    const { replicas } = this;
    const count = lengths.length;
    const sequences = count / replicas;
    const length = update.maxResponseLength;
    const inputLength = promptLength + length - 1;
    const inputs = new Int32Array(count * inputLength).fill(padding);
    const targets = new Int32Array(count * length).fill(padding);
    const mask = new Float32Array(count * length);
    const samplingLogProbs = new Float32Array(count * length);
    for (let i = 0; i < count; i++) {
      const own = lengths[i]!;
      const response = responses.subarray(i * width, i * width + own);
      inputs.set(prompts.subarray(i * promptLength, (i + 1) * promptLength), i * inputLength);
      inputs.set(response.subarray(0, Math.min(own, length - 1)), i * inputLength + promptLength);
      targets.set(response, i * length);
      mask.fill(1, i * length, i * length + own);
      samplingLogProbs.set(update.samplingLogProbs.subarray(i * width, i * width + own), i * length);
    }
    return {
      inputs: tf.tensor3d(inputs, [replicas, sequences, inputLength], 'int32'),
      targets: tf.tensor3d(targets, [replicas, sequences, length], 'int32'),
      mask: tf.tensor3d(mask, [replicas, sequences, length]),
      advantages: tf.tensor2d(update.advantages, [replicas, sequences]),
      samplingLogProbs: tf.tensor3d(samplingLogProbs, [replicas, sequences, length]),
    };
  }
}

function anyDropped(dropout: Dropout, step: number): Dropout | undefined {
  return dropout.rates.some((rate) => rate > 0) ? { ...dropout, step } : undefined;
}
