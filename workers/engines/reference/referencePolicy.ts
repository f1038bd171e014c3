import * as tf from '@tensorflow/tfjs-core';
import { crossEntropy, maskedMean } from './crossEntropy.js';
import { adamW, disposeAdamW, startAdamW, type AdamWState } from './adamW.js';
import { grpoLoss, type GrpoBatch } from './grpoLoss.js';
import { tokenLogProbs } from './tokenLogProbs.js';
import {
  drawStep, type GradientStep, scalarSpecifications, singledOutTokens, singlesOut, type StepScalar, stepScalars, stepShare, tokensInLoss,
} from '../grpoStep.js';
import { randomAt, randomKey, streams, toUniform } from '../../../src/core/random.js';
import type { Dropout, Sampler } from '../knobs.js';
import { transformerLayout, type TransformerShape } from '../layout.js';
import { joinHistory, splitHistory } from '../history.js';
import { miniBatchesOf } from '../miniBatches.js';
import type { PerReplica } from '../perReplica.js';
import type { GrpoUpdate, Policy, PolicySnapshot, Responses, Sample, SampleRequest, SupervisedUpdate } from '../policy.js';
import { roundWeights } from '../rounding.js';
import { readTensor } from './read.js';
import { rollout } from './rollout.js';
import { rolloutCorrection } from './rolloutCorrection.js';
import type { SinglingOut } from './singledOut.js';
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
  /** The parameters before each of the last updates, the oldest first. */
  private history: tf.Tensor2D[];

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
    this.history = start instanceof Float32Array ? [] : splitHistory(start).map(matrix);
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
    const sampler = await this.samplerOf(request.sampler);
    const { width, packed } = tf.tidy(() => {
      const prompts = tf.tensor3d(request.prompts, [replicas, sequences, request.promptLength], 'int32');
      const { tokens, logProbs, entropies } = rollout(sampler.parameters, this.shape, {
        ...request,
        prompts,
        synchronous: this.synchronous,
      });
      const parts = [tf.cast(tokens, 'float32'), logProbs, entropies].map((part) => tf.reshape(part, [-1]));
      if (pending) parts.push(tf.reshape(pending, [-1]));
      return { width: tokens.shape[2], packed: tf.concat(parts) };
    });
    const data = await this.read(packed).finally(() => packed.dispose());
    sampler.dispose();
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

  async referenceLogProbs(responses: Responses, temperature: PerReplica): Promise<Float32Array> {
    const { lengths, width, maxResponseLength } = responses;
    const packed = tf.tidy(() => this.logProbsOf(this.reference, pack(responses, this.replicas), temperature));
    const data = await this.read(packed).finally(() => packed.dispose());
    const logProbs = new Float32Array(lengths.length * width);
    lengths.forEach((length, i) => logProbs.set(data.subarray(i * maxResponseLength, i * maxResponseLength + length), i * width));
    return logProbs;
  }

  update(update: GrpoUpdate): void {
    const { innerEpochs, loss, dropout, staleness } = update;
    const { replicas } = this;
    const updates = miniBatchesOf(update, replicas);
    const miniBatches = updates.length;
    const severalSteps = innerEpochs * miniBatches > 1;
    const { state, scalars } = tf.tidy(() => {
      const batches = updates.map((own) => this.batchOf(own, severalSteps));
      const told = scalarsBefore(replicas);
      let { state } = this;
      for (let epoch = 0; epoch < innerEpochs; epoch++) {
        batches.forEach(({ responses, ...batch }, miniBatch) => {
          const step = drawStep(dropout.step, epoch, miniBatch);
          const masks = anyDropped(dropout, step);
          const singlingOut = this.singlingOut(updates[miniBatch]!, step);
          let measured: tf.Tensor2D | undefined;
          const gradient = tf.grad((parameters: tf.Tensor) => {
            const result = grpoLoss(this.respond(parameters as tf.Tensor2D, responses, masks), { ...batch, singlingOut }, loss);
            measured = tf.keep(result.scalars);
            return tf.sum(result.loss);
          })(state.parameters);
          const { gradNorm, ...next } = adamW(state, gradient as tf.Tensor2D, update.optimizer);
          state = next;
          const values = tf.unstack(measured!);
          stepScalars.forEach((name, k) => {
            const value = name === 'gradNorm' ? gradNorm : values[k]!;
            told[k] = toldAfter(name, told[k]!, value, { epoch, miniBatch, innerEpochs, miniBatches });
          });
          measured!.dispose();
        });
      }
      return { state, scalars: tf.stack(told) as tf.Tensor2D };
    });
    this.remember(staleness);
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
    this.history.pop()?.dispose();
  }

  startOver(): void {
    this.told();
    this.forgetBefore();
    tf.dispose(this.history.splice(0));
    const { parameters, firstMoment, secondMoment } = this.state;
    tf.dispose([firstMoment, secondMoment, this.reference]);
    this.reference = tf.clone(parameters);
    this.state = startAdamW(parameters);
  }

  async snapshot(): Promise<PolicySnapshot> {
    const { parameters, firstMoment, secondMoment, updates } = this.state;
    const matrices = [parameters, firstMoment, secondMoment, this.reference];
    const [p, m, v, reference] = await Promise.all(matrices.map(this.read));
    const history = await Promise.all(this.history.map(this.read));
    return {
      shape: this.shape,
      replicas: this.replicas,
      parameters: p!,
      firstMoment: m!,
      secondMoment: v!,
      reference: reference!,
      updates,
      ...(history.length > 0 && { history: joinHistory(history, this.replicas) }),
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
    tf.dispose(this.history.splice(0));
  }

  /** The weights that a sampler has. */
  private async samplerOf(sampler: Sampler | undefined): Promise<{ readonly parameters: tf.Tensor2D; dispose(): void }> {
    const { state, history } = this;
    const stale = sampler && sampler.staleness > 0 ? (history.at(-sampler.staleness) ?? history[0]) : undefined;
    const parameters = stale ?? state.parameters;
    if (!sampler || sampler.precision === 'float32') return { parameters, dispose: () => undefined };
    const rounded = roundWeights(await this.read(parameters), this.shape, sampler.precision);
    const own = tf.tensor2d(rounded, parameters.shape);
    return { parameters: own, dispose: () => own.dispose() };
  }

  /** Keeps the parameters before the update that is about to be made, and as many before them that it may be taken back. */
  private remember(staleness: number): void {
    if (staleness === 0) return;
    this.history.push(tf.clone(this.state.parameters));
    while (this.history.length > staleness + 1) this.history.shift()!.dispose();
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

  /** The logits that predict the responses' tokens, `[R, B, length, V]`. */
  private respond(parameters: tf.Tensor2D, { inputs, targets, firstOutput }: PackedResponses, masks?: Dropout): tf.Tensor4D {
    const logits = transformer(parameters, this.shape, inputs, masks ? { dropout: masks } : {});
    return tf.slice(logits, [0, 0, firstOutput, 0], [-1, -1, targets.shape[2], -1]);
  }

  /** Of the responses' tokens without dropout, `[R, B, length]`. */
  private logProbsOf(parameters: tf.Tensor2D, responses: PackedResponses, temperature: PerReplica): tf.Tensor3D {
    return tf.tidy(() => {
      const [replicas, sequences, length] = responses.targets.shape;
      const logits: tf.Tensor3D = tf.reshape(this.respond(parameters, responses), [replicas, sequences * length, -1]);
      const tokens: tf.Tensor2D = tf.reshape(responses.targets, [replicas, sequences * length]);
      const { logProbs } = tokenLogProbs(logits, tokens, tf.tensor1d([...temperature]));
      return tf.reshape(logProbs, [replicas, sequences, length]);
    });
  }

  /**
   * A mini-batch as the loss takes it. Old log-probabilities are those of a pass without dropout where there are several
   * gradient steps or a correction, else those of the pass in training.
   */
  private batchOf(update: GrpoUpdate, severalSteps: boolean): GrpoBatch & { readonly responses: PackedResponses } {
    const { replicas } = this;
    const { temperature, rolloutCorrection: kind, rolloutCorrectionThreshold } = update.loss;
    const { advantages, inLoss, lengths } = update;
    const responses = pack(update, replicas);
    const { targets, mask } = responses;
    const needsOld = severalSteps || kind !== 'off';
    const oldLogProbs = needsOld ? this.logProbsOf(this.state.parameters, responses, temperature) : undefined;
    const samplingLogProbs = tf.tensor3d(padded(update.samplingLogProbs, update), targets.shape);
    const included = tf.tensor3d(inLoss, [replicas, lengths.length / replicas, 1]);
    return {
      responses,
      tokens: targets,
      mask,
      lossMask: tf.mul(mask, included),
      advantages: tf.tensor2d(advantages, [replicas, lengths.length / replicas]),
      samplingLogProbs,
      referenceLogProbs: this.logProbsOf(this.reference, responses, temperature),
      oldLogProbs,
      correctionWeights: oldLogProbs
        ? rolloutCorrection(oldLogProbs, samplingLogProbs, mask, kind, rolloutCorrectionThreshold)
        : tf.onesLike(mask),
    };
  }

  private singlingOut({ loss, lengths, inLoss, dropout, maxResponseLength }: GrpoUpdate, step: number): SinglingOut | undefined {
    if (!singlesOut(loss.policyLoss)) return undefined;
    const sequences = lengths.length / this.replicas;
    const tokens = tokensInLoss(lengths, inLoss, this.replicas);
    const draws = new Float32Array(lengths.length * maxResponseLength);
    dropout.seeds.forEach((seed, replica) => {
      const key = randomKey(seed, streams.covariance, step);
      const first = replica * sequences * maxResponseLength;
      for (let i = 0; i < sequences * maxResponseLength; i++) draws[first + i] = toUniform(randomAt(key, i));
    });
    return {
      counts: loss.covarianceShare.map((share, replica) => singledOutTokens(share, tokens[replica]!)),
      low: loss.covarianceLow,
      high: loss.covarianceHigh,
      draws: tf.tensor3d(draws, [this.replicas, sequences, maxResponseLength]),
    };
  }
}

/** Responses as tensors, padded to the longest response allowed. */
interface PackedResponses {
  /** int32 `[R, B, promptLength + length − 1]` */
  readonly inputs: tf.Tensor3D;
  /** The position that predicts a response's first token. */
  readonly firstOutput: number;
  /** int32 `[R, B, length]` */
  readonly targets: tf.Tensor3D;
  /** `[R, B, length]` */
  readonly mask: tf.Tensor3D;
}

/**
 * Prompts with their responses as the model's inputs: cut after the longest one of the population, sums would round
 * differently with other replicas beside.
 */
function pack(of: Responses, replicas: number): PackedResponses {
  const { prompts, promptLength, responses, width, lengths, padding, maxResponseLength: length } = of;
  const count = lengths.length;
  const sequences = count / replicas;
  const inputLength = promptLength + length - 1;
  const inputs = new Int32Array(count * inputLength).fill(padding);
  const targets = new Int32Array(count * length).fill(padding);
  const mask = new Float32Array(count * length);
  for (let i = 0; i < count; i++) {
    const own = lengths[i]!;
    const response = responses.subarray(i * width, i * width + own);
    inputs.set(prompts.subarray(i * promptLength, (i + 1) * promptLength), i * inputLength);
    inputs.set(response.subarray(0, Math.min(own, length - 1)), i * inputLength + promptLength);
    targets.set(response, i * length);
    mask.fill(1, i * length, i * length + own);
  }
  return {
    inputs: tf.tensor3d(inputs, [replicas, sequences, inputLength], 'int32'),
    firstOutput: promptLength - 1,
    targets: tf.tensor3d(targets, [replicas, sequences, length], 'int32'),
    mask: tf.tensor3d(mask, [replicas, sequences, length]),
  };
}

/** Values `[R, B, width]` of responses in rows of the longest response allowed, zeros after each one's end. */
function padded(values: Float32Array, { lengths, width, maxResponseLength }: Responses): Float32Array {
  const rows = new Float32Array(lengths.length * maxResponseLength);
  lengths.forEach((length, i) => rows.set(values.subarray(i * width, i * width + length), i * maxResponseLength));
  return rows;
}

/** `afterStep` on the device. */
function toldAfter(name: StepScalar, before: tf.Tensor, value: tf.Tensor, step: GradientStep): tf.Tensor {
  if (scalarSpecifications[name].epochs === 'largest') return tf.maximum(before, value);
  const share = stepShare(name, step);
  return share === 0 ? before : tf.add(before, tf.mul(value, share));
}

function scalarsBefore(replicas: number): tf.Tensor[] {
  return stepScalars.map(() => tf.zeros([replicas]));
}

function anyDropped(dropout: Dropout, step: number): Dropout | undefined {
  return dropout.rates.some((rate) => rate > 0) ? { ...dropout, step } : undefined;
}
