import * as tf from '@tensorflow/tfjs-core';
import type { Dropout } from '../knobs.js';
import { dropoutFactors } from './dropout.js';
import { transformerLayout, type TransformerShape } from '../layout.js';
import { oneHot } from './oneHot.js';
import { parameterViews } from './parameterViews.js';

/** Added to attention scores that are masked out. */
const masked = -1e9;

/** Keys and values of the positions seen so far, a layer: each `[R·B·heads, positions, width / heads]`. */
export interface LayerCache {
  keys: tf.Tensor3D;
  values: tf.Tensor3D;
}

export interface ForwardOptions {
  /** Tokens a sequence, `[R, B]`: keys at or after it are masked. Not needed where later keys are masked anyway. */
  readonly lengths?: tf.Tensor2D;
  readonly dropout?: Dropout;
  /** Continue after these positions; the caches are replaced by longer ones. */
  readonly cache?: LayerCache[];
}

/** x / √(mean(x²) + ε) · gain (Zhang & Sennrich 2019), over the last axis; gain `[R, width]`. */
function rmsNorm(x: tf.Tensor3D, gain: tf.Tensor): tf.Tensor3D {
  const scale = tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), 1e-5));
  return tf.mul(tf.mul(x, scale), tf.expandDims(gain, 1));
}

/** Token embeddings by a one-hot product: its gradient is a product too, which every backend has. */
function embed(tokens: tf.Tensor3D, table: tf.Tensor3D): tf.Tensor3D {
  const [replicas, sequences, length] = tokens.shape;
  const rows = oneHot(tf.reshape(tokens, [replicas, sequences * length]), table.shape[1]);
  return tf.matMul(rows as tf.Tensor3D, table);
}

/** 0 where a query may see a key, a large negative number elsewhere: `[1 or R·B·heads, length, keys]`. */
function attentionBias(shape: TransformerShape, length: number, start: number, lengths?: tf.Tensor2D): tf.Tensor | undefined {
  const keys = start + length;
  if (shape.causal) {
    if (length === 1) return undefined;
    const bias = new Float32Array(length * keys);
    for (let i = 0; i < length; i++) bias.fill(masked, i * keys + start + i + 1, (i + 1) * keys);
    return tf.tensor(bias, [1, length, keys]);
  }
  if (!lengths) return undefined;
  const past = tf.cast(tf.greaterEqual(tf.reshape(tf.range(0, keys, 1), [1, 1, keys]), tf.expandDims(lengths, 2)), 'float32');
  const rows = lengths.size;
  const bias = tf.mul(tf.reshape(past, [rows, 1, 1, keys]), masked);
  return tf.reshape(tf.tile(bias, [1, shape.heads, length, 1]), [rows * shape.heads, length, keys]);
}

/**
 * A pre-norm transformer in plain tfjs operations, differentiable by autodiff: RMSNorm, learned positions, multi-head
 * attention, ReLU MLP, no biases; inverted dropout on the output of each residual branch.
 *
 * @param parameters `[R, P]`, laid out by `transformerLayout(shape)`
 * @param tokens int32 `[R, B, T]`
 * @returns logits `[R, B, T, vocabulary]`, or hidden states `[R, B, T, width]` without an unembedding
 */
export function transformer(
  parameters: tf.Tensor2D,
  shape: TransformerShape,
  tokens: tf.Tensor3D,
  options: ForwardOptions = {},
): tf.Tensor4D {
  const { width, heads } = shape;
  const [replicas, sequences, length] = tokens.shape;
  const rows = sequences * length;
  const headWidth = width / heads;
  const { cache, dropout } = options;
  const start = cache?.[0]?.keys.shape[1] ?? 0;
  const weights = parameterViews(parameters, transformerLayout(shape));
  const weight = (name: string): tf.Tensor3D => weights[name] as tf.Tensor3D;
  const bias = attentionBias(shape, length, start, options.lengths);
  const grid = { sequences, length, context: shape.context, width };
  let branch = 0;
  const addBranch = (x: tf.Tensor3D, output: tf.Tensor3D): tf.Tensor3D => {
    const kept = dropout ? tf.mul(output, dropoutFactors(dropout, branch++, grid)) : output;
    return tf.add(x, kept);
  };
  const toHeads = (x: tf.Tensor): tf.Tensor3D =>
    tf.reshape(tf.transpose(tf.reshape(x, [replicas * sequences, length, heads, headWidth]), [0, 2, 1, 3]), [
      replicas * sequences * heads,
      length,
      headWidth,
    ]);

  const positions = tf.slice(weight('positionEmbedding'), [0, start, 0], [replicas, length, width]);
  const embedded = tf.reshape(embed(tokens, weight('tokenEmbedding')), [replicas, sequences, length, width]);
  let x = tf.reshape(tf.add(embedded, tf.expandDims(positions, 1)), [replicas, rows, width]) as tf.Tensor3D;
  for (let layer = 0; layer < shape.layers; layer++) {
    const block = `blocks.${layer}`;
    const normed = rmsNorm(x, weights[`${block}.attentionNorm`]!);
    const [query, key, value] = tf.split(tf.matMul(normed, weight(`${block}.attentionQkv`)), 3, 2);
    const queries = toHeads(query!);
    let keys = toHeads(key!);
    let values = toHeads(value!);
    if (cache) {
      const before = cache[layer];
      if (before) {
        keys = tf.concat([before.keys, keys], 1);
        values = tf.concat([before.values, values], 1);
      }
      cache[layer] = { keys, values };
    }
    const scores = tf.mul(tf.matMul(queries, keys, false, true), headWidth ** -0.5);
    const attention = tf.softmax(bias ? tf.add(scores, bias) : scores);
    const mixed = tf.reshape(tf.matMul(attention as tf.Tensor3D, values), [replicas * sequences, heads, length, headWidth]);
    const joined = tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [replicas, rows, width]) as tf.Tensor3D;
    x = addBranch(x, tf.matMul(joined, weight(`${block}.attentionOut`)));
    const hidden = tf.relu(tf.matMul(rmsNorm(x, weights[`${block}.mlpNorm`]!), weight(`${block}.mlpUp`)));
    x = addBranch(x, tf.matMul(hidden, weight(`${block}.mlpDown`)));
  }
  const final = rmsNorm(x, weights['finalNorm']!);
  const output = shape.unembedding ? tf.matMul(final, weight('unembedding')) : final;
  return tf.reshape(output, [replicas, sequences, length, shape.unembedding ? shape.vocabulary : width]);
}
