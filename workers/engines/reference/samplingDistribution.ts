import * as tf from '@tensorflow/tfjs-core';
import type { Sampling } from '../knobs.js';
import type { PerReplica } from '../perReplica.js';

/**
 * The distribution that a rollout samples from: temperature, then top-k, then the nucleus (the smallest set whose mass
 * reaches top-p). Equal probabilities rank in token order.
 *
 * @param logits `[R, B, V]`
 * @returns probabilities `[R, B, V]`
 */
export function samplingDistribution(logits: tf.Tensor3D, sampling: Sampling): tf.Tensor3D {
  const replicas = logits.shape[0];
  const vocabulary = logits.shape[2];
  const column = (values: PerReplica): tf.Tensor3D => tf.tensor3d([...values], [replicas, 1, 1]);
  const probabilities = tf.softmax(tf.div(logits, column(sampling.temperature))) as tf.Tensor3D;
  if (sampling.topK.every((k) => k === 0) && sampling.topP.every((p) => p === 1)) return probabilities;

  const ahead = ranksAhead(probabilities);
  const rank = tf.sum(ahead, 3);
  const withinK = tf.less(rank, column(sampling.topK.map((k) => k || vocabulary)));
  const topK = normalise(tf.mul(probabilities, tf.cast(withinK, 'float32')));
  const massAhead = tf.sum(tf.mul(ahead, tf.expandDims(topK, 2)), 3);
  const withinP = tf.less(massAhead, column(sampling.topP));
  const filtered = normalise(tf.mul(topK, tf.cast(withinP, 'float32')));
  // Sums of all probabilities are 1 but for rounding: a replica that filters nothing is what it is without the others.
  const filters = sampling.topK.map((k, replica) => Number(k !== 0 || sampling.topP[replica] !== 1));
  return tf.where(tf.cast(column(filters), 'bool'), filtered, probabilities);
}

function normalise(weights: tf.Tensor3D): tf.Tensor3D {
  return tf.div(weights, tf.sum(weights, 2, true));
}

/** `[R, B, V, V]`: 1 at `[…, i, j]` where token j ranks ahead of token i. */
function ranksAhead(probabilities: tf.Tensor3D): tf.Tensor4D {
  const vocabulary = probabilities.shape[2];
  const own = tf.expandDims(probabilities, 3);
  const other = tf.expandDims(probabilities, 2);
  const index = tf.range(0, vocabulary, 1);
  const earlier = tf.cast(tf.less(tf.expandDims(index, 0), tf.expandDims(index, 1)), 'float32');
  const greater = tf.cast(tf.greater(other, own), 'float32');
  const equal = tf.cast(tf.equal(other, own), 'float32');
  return tf.add(greater, tf.mul(equal, earlier));
}
