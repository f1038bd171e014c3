import * as tf from '@tensorflow/tfjs-core';
import type { ParameterLayout } from '../layout.js';

/** The parameters `[R, P]` by name, each `[R, …shape]`, from one split whose gradient is one concatenation. */
export function parameterViews(parameters: tf.Tensor2D, { entries }: ParameterLayout): Record<string, tf.Tensor> {
  const [replicas] = parameters.shape;
  const sizes = entries.map((entry) => entry.size);
  // The gradient of a split in one is missing.
  const parts = sizes.length === 1 ? [parameters] : tf.split(parameters, sizes, 1);
  return Object.fromEntries(entries.map((entry, i) => [entry.name, tf.reshape(parts[i]!, [replicas, ...entry.shape])]));
}
