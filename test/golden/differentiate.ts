import * as tf from '@tensorflow/tfjs-core';
import { TensorOperations } from '../../workers/arrays/tensorOperations.js';
import type { Loss } from '../../workers/model/learner.js';

/** A parameter of all replicas, `[R, …]` in nested arrays. */
type Nested = readonly unknown[];

/** A loss a replica and its gradients by the parameters' names, on one implementation of the operations. */
export type Differentiate = (
  parameters: Readonly<Record<string, Nested>>,
  loss: Loss,
) => Promise<{ loss: Nested; gradients: Readonly<Record<string, Nested>> }>;

/** On plain tfjs operations. */
export const differentiateTensors: Differentiate = async (parameters, loss) => {
  const names = Object.keys(parameters);
  const tensors = names.map((name) => tf.tensor(parameters[name] as number[][]));
  const compute = (values: readonly tf.Tensor[]): tf.Tensor => {
    const byName = Object.fromEntries(names.map((name, i) => [name, values[i]!]));
    return loss(new TensorOperations(tensors[0]!.shape[0]!, byName)) as tf.Tensor;
  };
  const gradients = tf.grads((...values) => tf.sum(compute(values)))(tensors);
  const arrays = await Promise.all(gradients.map((gradient) => gradient.array()));
  return {
    loss: (await compute(tensors).array()) as number[],
    gradients: Object.fromEntries(names.map((name, i) => [name, arrays[i] as Nested])),
  };
};
