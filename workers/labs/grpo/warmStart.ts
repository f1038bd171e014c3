import * as tf from '@tensorflow/tfjs-core';
import { RandomSequence, streams } from '../../../src/core/random.js';
import { crossEntropy, maskedMean } from '../../losses/crossEntropy.js';
import { initialiseTransformer } from '../../model/initialise.js';
import { transformerLayout, type TransformerShape } from '../../model/layout.js';
import { readSafetensors } from '../../model/safetensors.js';
import { transformer } from '../../model/transformer.js';
import { adamW, startAdamW, type AdamWState } from '../../optimizer/adamW.js';
import { learningRateMultiplier } from '../../optimizer/learningRate.js';
import type { Task } from './tasks/task.js';

/** Name of the one tensor in a warm-start file: `[bases, P]`. */
export const warmStartTensor = 'parameters';

const batchSize = 64;
const peakLearningRate = 3e-3;
const warmupSteps = 30;
const finalRatio = 0.05;
/** Keeps the dropout draws of the warm start apart from those of the run's own steps. */
const firstDropoutStep = 0x40000000;

/** The model of a task, for the width, layers and heads asked for. */
export function taskShape(task: Task, size: { width: number; layers: number; heads: number }): TransformerShape {
  return {
    vocabulary: task.vocabulary.length,
    context: task.promptLength + task.maxResponseLength,
    ...size,
    mlpRatio: 4,
    causal: true,
    unembedding: true,
  };
}

/** The base of each seed, (seed mod number shipped), from a warm-start file: `[seeds, P]`. Throws what is wrong with it. */
export function readWarmStart(file: ArrayBuffer, shape: TransformerShape, seeds: readonly number[]): tf.Tensor2D {
  const { shape: stored, values } = readSafetensors(file, warmStartTensor);
  const { size } = transformerLayout(shape);
  const bases = stored[0]!;
  if (stored.length !== 2 || stored[1] !== size || bases === 0) {
    throw new Error(`'${warmStartTensor}' is [${stored.join(', ')}], not [bases, ${size}]`);
  }
  const chosen = new Float32Array(seeds.length * size);
  seeds.forEach((seed, replica) => {
    const base = seed % bases;
    chosen.set(values.subarray(base * size, (base + 1) * size), replica * size);
  });
  return tf.tensor2d(chosen, [seeds.length, size]);
}

export interface WarmStartOptions {
  readonly task: Task;
  readonly shape: TransformerShape;
  readonly seeds: readonly number[];
  readonly dropout: number;
  readonly labelSmoothing: number;
  readonly steps?: number;
  readonly onProgress: (progress: { step: number; steps: number; loss: number }) => Promise<void>;
}

/**
 * Supervised training on noisy demonstrations, the loss on response tokens alone: Adam (.9, .99), 30 steps of warm-up,
 * cosine to 5 %, clipped at norm 1. One model a seed: `[seeds, P]`.
 */
export async function trainWarmStart(options: WarmStartOptions): Promise<tf.Tensor2D> {
  const { task, shape, seeds, onProgress } = options;
  const steps = options.steps ?? task.warmStartSteps;
  const replicas = seeds.length;
  const each = (value: number): number[] => seeds.map(() => value);
  let state: AdamWState = startAdamW(
    tf.tensor2d(initialiseTransformer(shape, seeds), [replicas, transformerLayout(shape).size]),
  );
  try {
    for (let step = 1; step <= steps; step++) {
      const rate = peakLearningRate * learningRateMultiplier('cosine', steps, warmupSteps, finalRatio, step);
      const batch = demonstrations(task, seeds, step);
      const dropout = { rates: each(options.dropout), seeds, step: firstDropoutStep + step };
      const before = state;
      const { loss, gradient } = tf.tidy(() => {
        const inputs = tf.tensor3d(batch.inputs, [replicas, batchSize, batch.length], 'int32');
        const labels = tf.tensor2d(batch.labels, [replicas, batchSize * batch.labelled], 'int32');
        const mask = tf.tensor2d(batch.mask, [replicas, batchSize * batch.labelled]);
        const { value, grad } = tf.valueAndGrad((parameters: tf.Tensor) => {
          const logits = transformer(parameters as tf.Tensor2D, shape, inputs, options.dropout > 0 ? { dropout } : {});
          const predicting = tf.slice(logits, [0, 0, task.promptLength - 1, 0], [-1, -1, batch.labelled, -1]);
          const flat: tf.Tensor3D = tf.reshape(predicting, [replicas, batchSize * batch.labelled, shape.vocabulary]);
          const losses = crossEntropy(flat, labels, tf.tensor1d(each(options.labelSmoothing)));
          return tf.sum(maskedMean(losses, mask));
        })(state.parameters);
        return { loss: value, gradient: grad as tf.Tensor2D };
      });
      const { gradNorm, ...next } = adamW(state, gradient, {
        learningRate: each(rate),
        weightDecay: each(0),
        maxGradNorm: each(1),
        beta1: 0.9,
        beta2: 0.99,
        epsilon: 1e-8,
      });
      state = next;
      const mean = (await loss.data())[0]! / replicas;
      tf.dispose([before.parameters, before.firstMoment, before.secondMoment, gradient, gradNorm, loss]);
      await onProgress({ step, steps, loss: mean });
    }
    return tf.clone(state.parameters);
  } finally {
    tf.dispose([state.parameters, state.firstMoment, state.secondMoment]);
  }
}

/** Inputs `[R, 64, length]` and what follows them on the response, `[R, 64 · labelled]`, with a mask of real tokens. */
function demonstrations(
  task: Task,
  seeds: readonly number[],
  step: number,
): { inputs: Int32Array; labels: Int32Array; mask: Float32Array; length: number; labelled: number } {
  const context = task.promptLength + task.maxResponseLength;
  const length = context - 1;
  const labelled = task.maxResponseLength;
  const inputs = new Int32Array(seeds.length * batchSize * length);
  const labels = new Int32Array(seeds.length * batchSize * labelled);
  const mask = new Float32Array(labels.length);
  seeds.forEach((seed, replica) => {
    const random = new RandomSequence(seed, streams.demonstrations, step);
    for (let i = 0; i < batchSize; i++) {
      const sequence = task.demonstration(random);
      const row = replica * batchSize + i;
      inputs.set(sequence.subarray(0, length), row * length);
      for (let t = 0; t < labelled; t++) {
        const label = sequence[task.promptLength + t]!;
        labels[row * labelled + t] = label;
        mask[row * labelled + t] = label === task.padding ? 0 : 1;
      }
    }
  });
  return { inputs, labels, mask, length, labelled };
}
