import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomSequence, streams } from '../../src/core/random.js';
import { openEngine } from '../../workers/engines/openEngine.js';
import { dropoutFactors } from '../../workers/engines/reference/dropout.js';
import { initialiseTransformer } from '../../workers/model/initialise.js';
import { transformerLayout, type TransformerShape } from '../../workers/engines/layout.js';
import { rollout } from '../../workers/engines/reference/rollout.js';
import { readSafetensors, writeSafetensors } from '../../workers/model/safetensors.js';
import { transformer } from '../../workers/engines/reference/transformer.js';
import { samplingDistribution } from '../../workers/engines/reference/samplingDistribution.js';
import { tokenLogProbs } from '../../workers/engines/reference/tokenLogProbs.js';
import { testEnvironment } from '../environment.js';

beforeAll(() => openEngine('reference-wasm', testEnvironment));

function policy(shape: TransformerShape, seeds: readonly number[]): tf.Tensor2D {
  // Ten times the usual scale: distributions far from uniform.
  const weights = initialiseTransformer(shape, seeds).map((value) => value * (Math.abs(value) === 1 ? 1 : 3));
  return tf.tensor2d(weights, [seeds.length, transformerLayout(shape).size]);
}

const shapes: readonly TransformerShape[] = [
  { vocabulary: 11, context: 9, width: 8, layers: 2, heads: 2, mlpRatio: 4, causal: true, unembedding: true },
  { vocabulary: 5, context: 7, width: 12, layers: 1, heads: 3, mlpRatio: 4, causal: true, unembedding: true },
  { vocabulary: 42, context: 32, width: 32, layers: 2, heads: 4, mlpRatio: 4, causal: true, unembedding: true },
];

describe.each(shapes)('a rollout of %o', (shape) => {
  const eos = shape.vocabulary - 1;
  const seeds = [3, 8];
  const promptLength = Math.ceil(shape.context / 3);
  const maxResponseLength = shape.context - promptLength;
  const sequences = 5;

  it('has the log-probabilities and entropies that the whole forward pass gives its tokens', async () => {
    const random = new RandomSequence(1, 0, 0);
    const prompts = Int32Array.from({ length: 2 * sequences * promptLength }, () => random.integer(shape.vocabulary));
    const sampling = { temperature: [1, 0.7], topP: [1, 1], topK: [0, 0] };
    const parameters = policy(shape, seeds);
    const input = tf.tensor3d(prompts, [2, sequences, promptLength], 'int32');
    const request = { prompts: input, maxResponseLength, sampling, endOfSequence: eos, padding: eos, seeds, step: 1 };
    const sampled = rollout(parameters, shape, { ...request, stream: streams.sampling, synchronous: true });
    const length = sampled.tokens.shape[2];
    const whole = tf.concat([input, tf.slice(sampled.tokens, [0, 0, 0], [-1, -1, length - 1])], 2) as tf.Tensor3D;
    const logits = tf.slice(transformer(parameters, shape, whole), [0, 0, promptLength - 1, 0], [-1, -1, length, -1]);
    const { logProbs, entropy } = tokenLogProbs(
      tf.reshape(logits, [2, sequences * length, -1]),
      tf.reshape(sampled.tokens, [2, sequences * length]),
      tf.tensor1d(sampling.temperature),
    );
    const [expected, expectedEntropies] = [logProbs.dataSync(), entropy.dataSync()];
    const [actual, entropies] = [sampled.logProbs.dataSync(), sampled.entropies.dataSync()];
    const tokens = sampled.tokens.dataSync();
    for (let row = 0; row < 2 * sequences; row++) {
      for (let t = 0; t < length; t++) {
        const i = row * length + t;
        expect(actual[i]).toBeCloseTo(expected[i]!, 4);
        expect(entropies[i]).toBeCloseTo(expectedEntropies[i]!, 4);
        if (tokens[i] === eos) break;
      }
    }
    const patient = rollout(parameters, shape, { ...request, stream: streams.sampling, synchronous: false });
    expect([...tf.slice(patient.tokens, [0, 0, 0], [-1, -1, length]).dataSync()]).toEqual([...tokens]);
  });

  it('draws the first token from the sampling distribution (chi-square)', () => {
    const sampling = { temperature: [1.3, 1], topP: [1, 0.8], topK: [0, 4] };
    const draws = 1500;
    const prompts = tf.zeros<tf.Rank.R3>([2, draws, 1], 'int32');
    const parameters = policy(shape, seeds);
    const request = { prompts, maxResponseLength: 1, sampling, endOfSequence: eos, padding: eos, seeds, step: 2 };
    const tokens = rollout(parameters, shape, { ...request, stream: streams.validation, synchronous: false }).tokens.dataSync();
    const first = tf.slice(prompts, [0, 0, 0], [2, 1, 1]);
    const logits = tf.reshape(transformer(parameters, shape, first), [2, 1, shape.vocabulary]);
    const probabilities = samplingDistribution(logits as tf.Tensor3D, sampling).dataSync();
    for (let replica = 0; replica < 2; replica++) {
      const counts = new Array<number>(shape.vocabulary).fill(0);
      for (const token of tokens.subarray(replica * draws, (replica + 1) * draws)) counts[token]!++;
      let chiSquare = 0;
      let kept = 0;
      counts.forEach((count, token) => {
        const expected = probabilities[replica * shape.vocabulary + token]! * draws;
        if (expected === 0) expect(count).toBe(0);
        else {
          chiSquare += (count - expected) ** 2 / expected;
          kept++;
        }
      });
      if (replica === 1) expect(kept).toBeLessThanOrEqual(4);
      // Mean k − 1, variance 2 (k − 1): five deviations above.
      expect(chiSquare).toBeLessThan(kept - 1 + 5 * Math.sqrt(2 * Math.max(1, kept - 1)));
    }
  });
});

describe('dropout', () => {
  it('keeps the expected value, and gives a replica masks that depend on its seed and the step alone', () => {
    const grid = { sequences: 40, length: 10, context: 14, width: 32 };
    const masks = (seeds: number[], rates: number[], step: number, branch: number, length = grid.length): Float32Array =>
      dropoutFactors({ seeds, rates, step }, branch, { ...grid, length }).dataSync<'float32'>();
    const factors = masks([1, 2, 3], [0.3, 0, 0.3], 7, 1);
    const per = grid.sequences * grid.length * grid.width;
    const first = factors.subarray(0, per);
    expect(new Set(first.map((x) => Math.round(x * 1000)))).toEqual(new Set([0, 1429]));
    expect(Math.abs(first.reduce((a, b) => a + b) / per - 1)).toBeLessThan(0.03);
    expect(factors.subarray(per, 2 * per).every((x) => x === 1)).toBe(true);
    expect(factors.subarray(2 * per)).not.toEqual(first);
    expect(masks([1], [0.3], 7, 1)).toEqual(first.slice());
    expect(masks([1], [0.3], 8, 1)).not.toEqual(first.slice());
    expect(masks([1], [0.3], 7, 2)).not.toEqual(first.slice());
    // The same tokens of a shorter pass, as another population's longest response may have it.
    const shorter = masks([1], [0.3], 7, 1, 4);
    for (let b = 0; b < grid.sequences; b++) {
      const row = b * grid.length * grid.width;
      expect(shorter.slice(b * 4 * grid.width, (b + 1) * 4 * grid.width)).toEqual(first.slice(row, row + 4 * grid.width));
    }
  });
});

describe('products on wasm', () => {
  it.each([
    [1, 800, 32, 96],
    [3, 50, 32, 128],
    [2, 1, 128, 200],
    [64, 25, 16, 25],
    [5, 33, 17, 31],
  ])('of %i × [%i, %i] · [%i] equal the definition, transposed or not', (batch, m, k, n) => {
    const random = new RandomSequence(2, 0, m * n);
    const draw = (count: number): Float32Array => Float32Array.from({ length: count }, () => random.normal());
    const a = draw(batch * m * k);
    const b = draw(batch * k * n);
    const left = tf.tensor3d(a, [batch, m, k]);
    const right = tf.tensor3d(b, [batch, k, n]);
    const turned = (x: tf.Tensor3D): tf.Tensor3D => tf.transpose(x, [0, 2, 1]);
    const products = [
      tf.matMul(left, right),
      tf.matMul(turned(left), right, true, false),
      tf.matMul(left, turned(right), false, true),
      tf.matMul(turned(left), turned(right), true, true),
    ].map((tensor) => tensor.dataSync());
    for (let trial = 0; trial < 200; trial++) {
      const [i, row, column] = [random.integer(batch), random.integer(m), random.integer(n)];
      let sum = 0;
      for (let t = 0; t < k; t++) sum += a[(i * m + row) * k + t]! * b[(i * k + t) * n + column]!;
      for (const product of products) expect(product[(i * m + row) * n + column]).toBeCloseTo(sum, 3);
    }
  });
});

describe('a safetensors file', () => {
  const tensor = { shape: [2, 3], values: Float32Array.from([1, 2, 3, 4, 5, 6]), metadata: { task: 'x' } };

  it('reads back what was written', () => {
    expect(readSafetensors(writeSafetensors('parameters', tensor), 'parameters')).toEqual(tensor);
  });

  it.each<[string, (file: ArrayBuffer) => ArrayBuffer, string]>([
    ['empty', () => new ArrayBuffer(0), '0 bytes are too few for a safetensors file'],
    ['cut off', (file) => file.slice(0, -4), 'it is cut off'],
    ['of another tensor', () => writeSafetensors('weights', tensor), "it has no tensor 'parameters'"],
    ['not finite', () => writeSafetensors('parameters', { ...tensor, values: Float32Array.from([1, NaN, 3, 4, 5, 6]) }), "'parameters' has values that are not finite"],
    ['of a wrong size', () => writeSafetensors('parameters', { ...tensor, shape: [3, 3] }), "'parameters' has 24 bytes, not 36"],
  ])('that is %s says so', (_, damage, reason) => {
    expect(() => readSafetensors(damage(writeSafetensors('parameters', tensor)), 'parameters')).toThrow(reason);
  });

  it.each<[unknown, string]>([
    [null, 'its header is null, not an object'],
    [[], 'its header is [], not an object'],
    ['F32', 'its header is "F32", not an object'],
    [{ parameters: null }, "'parameters' is null, not an object"],
    [{ parameters: 'F32' }, `'parameters' is "F32", not an object`],
    [{ parameters: {} }, `the dtype of 'parameters' is missing, not "F32"`],
    [{ parameters: { dtype: 'F16' } }, `the dtype of 'parameters' is "F16", not "F32"`],
    [{ parameters: { dtype: { toString: null } } }, `the dtype of 'parameters' is {"toString":null}, not "F32"`],
    [{ parameters: { dtype: 'F32', shape: { length: 2 } } }, `the shape of 'parameters' is {"length":2}, not a list of sizes`],
    [{ parameters: { dtype: 'F32', shape: [1, -1] } }, "the shape of 'parameters' is [1,-1], not a list of sizes"],
    [{ parameters: { dtype: 'F32', shape: [], data_offsets: null } }, "the data_offsets of 'parameters' are null, not [from, to]"],
    [{ parameters: { dtype: 'F32', shape: [], data_offsets: [0] } }, "the data_offsets of 'parameters' are [0], not [from, to]"],
    [{ parameters: { dtype: 'F32', shape: [0], data_offsets: [0, 0] }, __metadata__: 1 }, "'__metadata__' is 1, not an object"],
  ])('with the header %j names the field that is wrong', (header, reason) => {
    const content = new TextEncoder().encode(JSON.stringify(header));
    const file = new Uint8Array(8 + content.length);
    new DataView(file.buffer).setBigUint64(0, BigInt(content.length), true);
    file.set(content, 8);
    expect(() => readSafetensors(file.buffer, 'parameters')).toThrow(new Error(reason));
  });
});
