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
 * The factor of inverted dropout for one residual branch: 0 or 1 / (1 − rate), `[R, sequences · length, width]`.
 * `branch` counts the residual branches of the forward pass, so that each has draws of its own: element i of position t
 * of sequence b is draw ((branch · sequences + b) · context + t) · width + i, whatever the length of the batch.
 */
export function dropoutFactors(
  dropout: Dropout,
  branch: number,
  size: { readonly sequences: number; readonly length: number; readonly context: number; readonly width: number },
): tf.Tensor3D {
  const { sequences, length, context, width } = size;
  const perSequence = length * width;
  const factors = new Float32Array(dropout.rates.length * sequences * perSequence).fill(1);
  dropout.rates.forEach((rate, replica) => {
    if (rate === 0) return;
    const key = randomKey(dropout.seeds[replica]!, streams.dropout, dropout.step);
    const threshold = rate * 0x100000000;
    const kept = 1 / (1 - rate);
    for (let b = 0; b < sequences; b++) {
      const target = factors.subarray((replica * sequences + b) * perSequence, (replica * sequences + b + 1) * perSequence);
      const first = (branch * sequences + b) * context * width;
      for (let i = 0; i < perSequence; i++) target[i] = randomAt(key, first + i) < threshold ? 0 : kept;
    }
  });
  return tf.tensor3d(factors, [dropout.rates.length, sequences * length, width]);
}
