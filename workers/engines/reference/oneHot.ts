import * as tf from '@tensorflow/tfjs-core';

/**
 * Float32 rows with a 1 at each index: `[…shape of indices, depth]`. The cast is not for show: the wasm backend of tfjs
 * 4.22 fills a oneHot of dtype float32 with the bits of integers; and none takes a depth of 1.
 */
export function oneHot(indices: tf.Tensor, depth: number): tf.Tensor {
  if (depth === 1) return tf.ones([...indices.shape, 1]);
  return tf.cast(tf.oneHot(tf.cast(indices, 'int32') as tf.Tensor1D, depth), 'float32');
}
