import * as tf from '@tensorflow/tfjs-core';
import type { Sampling } from '../knobs.js';
import type { PerReplica } from '../perReplica.js';
import { randomAt, randomKey, toUniform, type streams } from '../../../src/core/random.js';
import { samplingDistribution } from './samplingDistribution.js';
import type { TransformerShape } from '../layout.js';
import { oneHot } from './oneHot.js';
import { transformer, type LayerCache } from './transformer.js';

export interface RolloutRequest {
  /** int32 `[R, B, P]`, all of one length. */
  readonly prompts: tf.Tensor3D;
  readonly maxResponseLength: number;
  readonly sampling: Sampling;
  readonly endOfSequence: number;
  readonly padding: number;
  /** The draws depend on a replica's seed, the stream, the step and the place in the batch alone. */
  readonly seeds: PerReplica;
  readonly stream: (typeof streams)['sampling' | 'validation'];
  readonly step: number;
  /** Look after each token whether all sequences have ended; only where reading a tensor costs nothing. */
  readonly synchronous: boolean;
}

export interface Rollout {
  /** int32 `[R, B, L]`, padding after the end-of-sequence token; L ≤ maxResponseLength. */
  readonly tokens: tf.Tensor3D;
  /** Of each token under the sampling distribution, nats, 0 after the end: `[R, B, L]`. */
  readonly logProbs: tf.Tensor3D;
  /** Of the distribution that each token was drawn from, nats, 0 after the end: `[R, B, L]`. */
  readonly entropies: tf.Tensor3D;
}

/** Uniform draws `[R, B, L]` by counter. */
function draws(request: RolloutRequest): tf.Tensor3D {
  const { seeds, stream, step, maxResponseLength } = request;
  const sequences = request.prompts.shape[1];
  const perReplica = sequences * maxResponseLength;
  const values = new Float32Array(seeds.length * perReplica);
  seeds.forEach((seed, replica) => {
    const key = randomKey(seed, stream, step);
    for (let i = 0; i < perReplica; i++) values[replica * perReplica + i] = toUniform(randomAt(key, i));
  });
  return tf.tensor3d(values, [seeds.length, sequences, maxResponseLength]);
}

/**
 * Samples responses token by token with cached keys and values, by inverse transform in token order: the token is the
 * number of cumulative probabilities at or below the draw. Nothing is read back unless `synchronous`.
 */
export function rollout(parameters: tf.Tensor2D, shape: TransformerShape, request: RolloutRequest): Rollout {
  return tf.tidy(() => {
    const { prompts, sampling, endOfSequence, padding, maxResponseLength } = request;
    const [replicas, sequences] = prompts.shape;
    const uniforms = draws(request);
    const cache: LayerCache[] = [];
    const tokens: tf.Tensor[] = [];
    const logProbs: tf.Tensor[] = [];
    const entropies: tf.Tensor[] = [];
    let input = prompts;
    let alive: tf.Tensor = tf.ones([replicas, sequences]);
    for (let t = 0; t < maxResponseLength; t++) {
      const next = tf.tidy(() => {
        const logits = transformer(parameters, shape, input, { cache });
        const length = input.shape[2];
        const last = tf.reshape(tf.slice(logits, [0, 0, length - 1, 0], [-1, -1, 1, -1]), [replicas, sequences, -1]);
        const probabilities = samplingDistribution(last as tf.Tensor3D, sampling);
        const cumulative = tf.cumsum(probabilities, 2);
        const total = tf.slice(cumulative, [0, 0, cumulative.shape[2]! - 1], [-1, -1, 1]);
        const draw = tf.mul(tf.slice(uniforms, [0, 0, t], [-1, -1, 1]), total);
        const sampled = tf.sum(tf.cast(tf.lessEqual(cumulative, draw), 'float32'), 2);
        const chosen = oneHot(sampled, probabilities.shape[2]);
        const probability = tf.div(tf.sum(tf.mul(chosen, probabilities), 2), tf.squeeze(total, [2]));
        const logProb = tf.mul(tf.log(tf.maximum(probability, 1e-30)), alive);
        const expected = tf.sum(tf.mul(probabilities, tf.log(tf.maximum(probabilities, 1e-30))), 2);
        const entropy = tf.mul(expected, tf.neg(alive));
        const token = tf.add(tf.mul(sampled, alive), tf.mul(tf.sub(1, alive), padding));
        const goesOn = tf.mul(alive, tf.cast(tf.notEqual(token, endOfSequence), 'float32'));
        // The caches are the step's results too: what a tidy returns survives it.
        return { token, logProb, entropy, goesOn, layers: cache.map(({ keys, values }) => ({ keys, values })) };
      });
      tokens.push(next.token);
      logProbs.push(next.logProb);
      entropies.push(next.entropy);
      alive = next.goesOn;
      if (request.synchronous && alive.dataSync().every((value) => value === 0)) break;
      input = tf.cast(tf.reshape(next.token, [replicas, sequences, 1]), 'int32');
    }
    const joined = (columns: tf.Tensor[]): tf.Tensor3D => tf.stack(columns, 2) as tf.Tensor3D;
    return { tokens: tf.cast(joined(tokens), 'int32'), logProbs: joined(logProbs), entropies: joined(entropies) };
  });
}
