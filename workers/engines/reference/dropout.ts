import * as tf from '@tensorflow/tfjs-core';
import type { Dropout } from '../knobs.js';
import { randomAt, randomKey, streams } from '../../../src/core/random.js';

/** One forward pass' grid of tokens: B sequences of `length` tokens of a model with this context and width. */
export interface TokenGrid {
  readonly sequences: number;
  readonly length: number;
  readonly context: number;
  readonly width: number;
}

/**
 * The factor of inverted dropout for one residual branch: 0 or 1 / (1 − rate), `[R, B · length, width]`.
 * `branch` counts the residual branches of the forward pass. Unit i of token t of sequence b is draw
 * ((branch · B + b) · context + t) · width + i, whatever the length of the pass.
 */
export function dropoutFactors(dropout: Dropout, branch: number, grid: TokenGrid): tf.Tensor3D {
  const { sequences, length, context, width } = grid;
  const perSequence = length * width;
  const factors = new Float32Array(dropout.rates.length * sequences * perSequence);
  dropout.rates.forEach((rate, replica) => {
    const target = factors.subarray(replica * sequences * perSequence, (replica + 1) * sequences * perSequence);
    if (rate === 0) {
      target.fill(1);
      return;
    }
    for (let b = 0; b < sequences; b++) {
      const first = (branch * sequences + b) * context * width;
      drawFactors(target.subarray(b * perSequence, (b + 1) * perSequence), rate, dropout.seeds[replica]!, dropout.step, first);
    }
  });
  return tf.tensor3d(factors, [dropout.rates.length, sequences * length, width]);
}

/** Writes the factors of inverted dropout, 0 or 1 / (1 − rate), for a replica's draws of a step from `first` on. */
export function drawFactors(target: Float32Array, rate: number, seed: number, step: number, first: number): void {
  const key = randomKey(seed, streams.dropout, step);
  const threshold = rate * 0x100000000;
  const kept = 1 / (1 - rate);
  for (let i = 0; i < target.length; i++) target[i] = randomAt(key, first + i) < threshold ? 0 : kept;
}
