import * as tf from '@tensorflow/tfjs-core';
import { randomAt, randomKey, streams } from '../../src/core/random.js';

/** Which activations a training step drops; a replica's masks depend on its seed and the step alone. */
export interface Dropout {
  /** Probability of dropping, one a replica. */
  readonly rates: readonly number[];
  readonly seeds: readonly number[];
  readonly step: number;
}

/**
 * The factor of inverted dropout for one residual branch: 0 or 1 / (1 − rate), `[R, rows, width]`.
 * `branch` counts the residual branches of the forward pass, so that each has draws of its own.
 */
export function dropoutFactors(dropout: Dropout, branch: number, rows: number, width: number): tf.Tensor3D {
  const perReplica = rows * width;
  const factors = new Float32Array(dropout.rates.length * perReplica);
  dropout.rates.forEach((rate, replica) => {
    const target = factors.subarray(replica * perReplica, (replica + 1) * perReplica);
    if (rate === 0) {
      target.fill(1);
      return;
    }
    const key = randomKey(dropout.seeds[replica]!, streams.dropout, dropout.step);
    const threshold = rate * 0x100000000;
    const kept = 1 / (1 - rate);
    const first = branch * perReplica;
    for (let i = 0; i < perReplica; i++) target[i] = randomAt(key, first + i) < threshold ? 0 : kept;
  });
  return tf.tensor3d(factors, [dropout.rates.length, rows, width]);
}
