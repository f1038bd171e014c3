import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, it } from 'vitest';
import { RandomSequence, streams } from '../../src/core/random.js';
import { checkFusedTransformer, fusedTransformer } from '../../workers/engines/webgpu/fusedTransformer.js';
import { transformerLayout } from '../../workers/model/layout.js';
import { transformer } from '../../workers/engines/reference/transformer.js';
import { each, integers, randomWeights, shapeOf } from '../kernels/cases.js';
import { expectClose, expectSameParameters } from '../kernels/compare.js';
import { openWebgpu } from './device.js';

beforeAll(openWebgpu);
// For the reference.
beforeAll(() => tf.setBackend('cpu'));

describe('forward and backward pass', () => {
  it.each([
    ['default', {}, 1, 3, 7, 0],
    ['three replicas', {}, 3, 2, 10, 0],
    ['a single token', { width: 8, heads: 1 }, 2, 2, 1, 0],
    ['odd sizes', { vocabulary: 7, context: 9, width: 15, heads: 5, layers: 3, mlpRatio: 3 }, 2, 3, 9, 0],
    ['dropout', {}, 2, 3, 6, 0.3],
    ['both ways', { causal: false }, 2, 3, 8, 0],
    ['both ways, hidden states, dropout', { causal: false, unembedding: false, layers: 1 }, 2, 3, 8, 0.2],
    ['wide', { vocabulary: 70, width: 72, heads: 9, layers: 1, context: 40 }, 1, 2, 37, 0],
    ['a head a unit', { width: 8, heads: 8 }, 1, 2, 5, 0],
  ] as const)('equals the reference: %s', async (name, changes, replicas, sequences, length, rate) => {
    const shape = shapeOf(changes);
    const random = new RandomSequence(name.length, streams.initialisation, 1);
    const seeds = each(replicas, (r) => r + 5);
    const values = randomWeights(shape, seeds);
    const tokenValues = integers(replicas * sequences * length, shape.vocabulary, random);
    const lengthValues = integers(replicas * sequences, length, random).map((value) => value + 1);
    const upstreamWidth = shape.unembedding ? shape.vocabulary : shape.width;
    const upstreamValues = Float32Array.from({ length: tokenValues.length * upstreamWidth }, () => random.normal());
    const run = async (forward: typeof fusedTransformer): Promise<{ outputs: Float32Array; gradient: Float32Array }> => {
      const parameters = tf.tensor2d(values, [replicas, transformerLayout(shape).size]);
      const tokens = tf.tensor3d(tokenValues, [replicas, sequences, length], 'int32');
      const upstream = tf.tensor4d(upstreamValues, [replicas, sequences, length, upstreamWidth]);
      const dropout = { rates: each(replicas, (r) => (r === 0 ? rate : rate / 2)), seeds, step: 9 };
      const options = {
        ...(shape.causal ? {} : { lengths: tf.tensor2d(lengthValues, [replicas, sequences], 'int32') }),
        ...(rate > 0 ? { dropout } : {}),
      };
      const compute = (x: tf.Tensor): tf.Tensor => forward(x as tf.Tensor2D, shape, tokens, options);
      const outputs = compute(parameters);
      const gradient = tf.grad((x) => tf.sum(tf.mul(compute(x), upstream)))(parameters);
      return { outputs: await outputs.data<'float32'>(), gradient: await gradient.data<'float32'>() };
    };
    const expected = await run(transformer);
    await tf.setBackend('webgpu');
    const actual = await run(fusedTransformer);
    await checkFusedTransformer(shape);
    await tf.setBackend('cpu');
    const tolerance = rate > 0 ? 1e-3 : 1e-4;
    expectClose(actual.outputs, expected.outputs, tolerance, 'outputs');
    expectSameParameters(shape, actual.gradient, expected.gradient, tolerance);
  });
});
