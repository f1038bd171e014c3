import * as tf from '@tensorflow/tfjs-core';

/** What is computed of inputs, through which no gradient flows; autodiff need not know how each operation is derived. */
export function withoutGradient(inputs: readonly tf.Tensor[], compute: (...inputs: readonly tf.Tensor[]) => tf.Tensor): tf.Tensor {
  const custom = tf.customGrad((...args) => {
    const own = args.slice(0, inputs.length) as tf.Tensor[];
    return { value: compute(...own), gradFunc: () => own.map((input) => tf.zerosLike(input)) };
  });
  return custom(...inputs);
}

/** The same values, through which no gradient flows. */
export function stopGradient<T extends tf.Tensor>(x: T): T {
  return withoutGradient([x], (own) => tf.clone(own!)) as T;
}
