import * as tf from '@tensorflow/tfjs-core';
import type { AdamWKnobs } from '../knobs.js';
import type { DropoutDraws, Operations, Value } from '../operations.js';
import { TensorOperations } from './tensorOperations.js';
import { adamW, disposeAdamW, type AdamWState } from './adamW.js';
import type { ParameterLayout } from '../layout.js';
import type { Learner, LearnerSnapshot, Loss, UpdateResult } from '../learner.js';
import { parameterViews } from './parameterViews.js';
import { readTensor, type Read } from './read.js';

/** A learner in plain tfjs operations, on every backend: the judge of the others. */
export class ReferenceLearner implements Learner {
  readonly replicas: number;
  private state: AdamWState;
  private before: AdamWState | undefined;
  private readonly read: Read;

  constructor(readonly layout: ParameterLayout, start: LearnerSnapshot, read = readTensor) {
    // A copy: backends may hand out the memory that they go on to use.
    this.read = async (tensor) => Float32Array.from(await read(tensor));
    this.replicas = start.replicas;
    const matrix = (values: Float32Array): tf.Tensor2D => tf.tensor2d(values, [start.replicas, layout.size]);
    this.state = {
      parameters: matrix(start.parameters),
      firstMoment: matrix(start.firstMoment),
      secondMoment: matrix(start.secondMoment),
      updates: start.updates,
    };
  }

  async update(loss: Loss, optimizer: AdamWKnobs, dropout: DropoutDraws): Promise<UpdateResult> {
    const { losses, gradNorm, ...next } = tf.tidy(() => {
      const { losses, gradient } = this.differentiate(loss, dropout);
      return { losses, ...adamW(this.state, gradient, optimizer) };
    });
    if (this.before) disposeAdamW(this.before);
    this.before = this.state;
    this.state = next;
    const [lossValues, normValues] = await Promise.all([this.read(losses), this.read(gradNorm)]);
    tf.dispose([losses, gradNorm]);
    return { loss: lossValues, gradNorm: normValues };
  }

  async gradient(loss: Loss, dropout?: DropoutDraws): Promise<{ loss: Float32Array; gradient: Float32Array }> {
    const { losses, gradient } = tf.tidy(() => this.differentiate(loss, dropout));
    const [lossValues, gradientValues] = await Promise.all([this.read(losses), this.read(gradient)]);
    tf.dispose([losses, gradient]);
    return { loss: lossValues, gradient: gradientValues };
  }

  async compute(forward: (operations: Operations) => readonly Value[]): Promise<Float32Array[]> {
    const values = tf.tidy(() => [...forward(this.operations(this.state.parameters))] as tf.Tensor[]);
    const numbers = await Promise.all(values.map(this.read));
    tf.dispose(values);
    return numbers;
  }

  undo(): void {
    if (!this.before) throw new Error('there is no update to take back');
    disposeAdamW(this.state);
    this.state = this.before;
    this.before = undefined;
  }

  async snapshot(): Promise<LearnerSnapshot> {
    const { parameters, firstMoment, secondMoment, updates } = this.state;
    const [p, m, v] = await Promise.all([parameters, firstMoment, secondMoment].map(this.read));
    return { replicas: this.replicas, parameters: p!, firstMoment: m!, secondMoment: v!, updates };
  }

  dispose(): void {
    disposeAdamW(this.state);
    if (this.before) disposeAdamW(this.before);
  }

  /** In a tidy: the losses are kept beyond it. */
  private differentiate(loss: Loss, dropout?: DropoutDraws): { losses: tf.Tensor; gradient: tf.Tensor2D } {
    let losses: tf.Tensor | undefined;
    const total = (parameters: tf.Tensor): tf.Scalar => {
      losses = tf.keep(loss(this.operations(parameters, dropout)) as tf.Tensor);
      return tf.sum(losses);
    };
    const gradient = tf.grad(total)(this.state.parameters) as tf.Tensor2D;
    return { losses: losses!, gradient };
  }

  private operations(parameters: tf.Tensor, dropout?: DropoutDraws): TensorOperations {
    return new TensorOperations(this.replicas, parameterViews(parameters as tf.Tensor2D, this.layout), dropout);
  }
}
