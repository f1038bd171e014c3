import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomSequence } from '../../src/core/random.js';
import type { Operations, Value } from '../../workers/engines/operations.js';
import { openEngine } from '../../workers/engines/openEngine.js';
import { CpuLearner } from '../../workers/engines/cpu/cpuLearner.js';
import { loadCpuKernels } from '../../workers/engines/cpu/load.js';
import { transformerEncoder } from '../../workers/model/encoder.js';
import { initialiseTransformer } from '../../workers/model/initialise.js';
import { ParameterLayout, transformerLayout } from '../../workers/engines/layout.js';
import { startSnapshot, type Learner } from '../../workers/engines/learner.js';
import { ReferenceLearner } from '../../workers/engines/reference/referenceLearner.js';
import { transformer } from '../../workers/engines/reference/transformer.js';
import { cpuEngines } from '../cpuEngines.js';
import { testEnvironment } from '../environment.js';
import { integers, shapeOf } from './cases.js';

/** Sizes of a case: R replicas, n rows of d numbers, and a third extent. */
interface Sizes {
  readonly replicas: number;
  readonly n: number;
  readonly d: number;
  readonly m: number;
}

type Shapes = Readonly<Record<string, readonly number[]>>;

/** An expression of the parameters a, b, c, …, whose numbers lie in ±3, or within ±3 and at least .2 where `positive`. */
interface Case {
  readonly shapes: (sizes: Sizes) => Shapes;
  readonly positive?: boolean;
  readonly of: (o: Operations, p: (name: string) => Value, sizes: Sizes, random: RandomSequence) => Value;
}

const square = ({ n, d }: Sizes): Shapes => ({ a: [n, d], b: [n, d] });
const mask = (random: RandomSequence, count: number): Float32Array =>
  Float32Array.from({ length: count }, () => (random.chance(0.6) ? 1 : 0));
const elementwise = ['add', 'subtract', 'multiply', 'divide'] as const;
const simple = ['relu', 'tanh', 'exp', 'abs', 'square', 'softplus', 'softmax', 'logSoftmax', 'unitRows', 'sumRows'] as const;

const cases: Record<string, Case> = {
  'matMul': { shapes: ({ n, d, m }) => ({ a: [n, d], b: [d, m] }), of: (o, p) => o.matMul(p('a'), p('b')) },
  'matMul with b transposed': { shapes: ({ n, d, m }) => ({ a: [n, d], b: [m, d] }), of: (o, p) => o.matMul(p('a'), p('b'), true) },
  'matMul in groups': {
    shapes: ({ n, d, m }) => ({ a: [m, n, d], b: [m, 2, d] }),
    of: (o, p, { replicas, n, d, m }) =>
      o.matMul(o.reshape(p('a'), [replicas * m, n, d]), o.reshape(p('b'), [replicas * m, 2, d]), true),
  },
  ...Object.fromEntries(
    elementwise.flatMap((name): [string, Case][] => [
      [name, { shapes: square, positive: name === 'divide', of: (o, p) => o[name](p('a'), p('b')) }],
      [`${name}, one number a row`, { shapes: ({ n, d }) => ({ a: [n, d], b: [n, 1] }), positive: name === 'divide', of: (o, p) => o[name](p('a'), p('b')) }],
      [`${name}, one vector a replica`, { shapes: ({ n, d }) => ({ a: [n, d], b: [d] }), positive: name === 'divide', of: (o, p) => o[name](p('a'), p('b')) }],
      [`${name}, one number a replica`, { shapes: ({ n, d }) => ({ a: [n, d], b: [] }), positive: name === 'divide', of: (o, p) => o[name](p('a'), p('b')) }],
    ]),
  ),
  ...Object.fromEntries(simple.map((name): [string, Case] => [name, { shapes: square, of: (o, p) => o[name](p('a')) }])),
  'sqrt': { shapes: square, positive: true, of: (o, p) => o.sqrt(p('a')) },
  'minimum': { shapes: square, of: (o, p) => o.minimum(p('a'), p('b')) },
  'linear': { shapes: square, of: (o, p) => o.linear(p('a'), -1.7, 0.3) },
  'clip': {
    shapes: square,
    of: (o, p, { replicas }) => {
      const bounds = (sign: number): number[] => Array.from({ length: replicas }, (_, r) => sign * (0.4 + r));
      return o.clip(p('a'), bounds(-1), bounds(1));
    },
  },
  'layerNorm': { shapes: ({ n, d }) => ({ a: [n, d], b: [d], c: [d] }), of: (o, p) => o.layerNorm(p('a'), p('b'), p('c')) },
  'rmsNorm': { shapes: ({ n, d }) => ({ a: [n, d], b: [d] }), of: (o, p) => o.rmsNorm(p('a'), p('b')) },
  'dropout': {
    shapes: square,
    of: (o, p, { replicas }) => {
      const rates = Array.from({ length: replicas }, (_, r) => [0.3, 0, 0.6][r]!);
      return o.add(o.dropout(p('a'), rates), o.dropout(p('b'), rates));
    },
  },
  'gatherRows': {
    shapes: square,
    of: (o, p, { replicas, n, m }, random) => o.gatherRows(p('a'), integers(replicas * m, n, random)),
  },
  'gatherMean': {
    shapes: square,
    of: (o, p, { replicas, n, m }, random) => o.gatherMean(p('a'), integers(replicas * m * 3, n, random), 3),
  },
  'pickColumns': {
    shapes: square,
    of: (o, p, { replicas, n, d, m }, random) => o.pickColumns(p('a'), integers(replicas * n * m, d, random)),
  },
  'rows': { shapes: ({ n, d }) => ({ a: [n + 2, d] }), of: (o, p, { n }) => o.rows(p('a'), 1, 1 + n) },
  'concat': { shapes: ({ n, d, m }) => ({ a: [n, d], b: [n, m], c: [n, 1] }), of: (o, p) => o.concat([p('a'), p('b'), p('c'), p('a')]) },
  'swapMiddle': {
    shapes: ({ n, d, m }) => ({ a: [n * m, d] }),
    of: (o, p, { replicas, n, d, m }) => o.swapMiddle(o.reshape(p('a'), [replicas, n, m, d])),
  },
  'fill': { shapes: square, of: (o, p, { replicas, n, d }, random) => o.fill(p('a'), mask(random, replicas * n * d), -30) },
  'selectLeast': { shapes: square, of: (o, p, { replicas, n, d }, random) => o.selectLeast(p('a'), mask(random, replicas * n * d)) },
  'selectLeast above': {
    shapes: ({ n, d }) => ({ a: [n, d], b: [n] }),
    of: (o, p, { replicas, n, d }, random) => o.selectLeast(p('a'), mask(random, replicas * n * d), p('b')),
  },
  'weightedSum': {
    shapes: square,
    of: (o, p, { replicas, n, d }, random) => o.weightedSum(p('a'), Float32Array.from({ length: replicas * n * d }, () => random.normal())),
  },
  'stopGradient': { shapes: square, of: (o, p) => o.multiply(p('a'), o.stopGradient(o.exp(p('b')))) },
  'a block of a network': {
    shapes: ({ n, d, m }) => ({ a: [n, d], b: [d, m], c: [m], d: [m], e: [m, d] }),
    of: (o, p, { replicas }) => {
      const hidden = o.tanh(o.layerNorm(o.matMul(p('a'), p('b')), p('c'), p('d')));
      const out = o.add(p('a'), o.matMul(o.dropout(hidden, Array.from({ length: replicas }, () => 0.2)), p('e')));
      return o.logSoftmax(o.multiply(out, out));
    },
  },
};

beforeAll(async () => {
  await openEngine('reference-wasm', testEnvironment);
});

function close(actual: Float32Array, expected: Float32Array, what: string): void {
  expect(actual.length, what).toBe(expected.length);
  const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-2);
  const farthest = actual.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0);
  expect(farthest / scale, what).toBeLessThanOrEqual(1e-4);
}

const sizes: readonly Sizes[] = [
  { replicas: 1, n: 1, d: 1, m: 1 },
  { replicas: 1, n: 4, d: 8, m: 16 },
  { replicas: 3, n: 5, d: 7, m: 3 },
  { replicas: 2, n: 13, d: 18, m: 9 },
  { replicas: 3, n: 32, d: 33, m: 2 },
];

const layout = new ParameterLayout([['weight', [6, 5]], ['bias', [5]]]);
const optimizer = {
  learningRate: [1e-2, 3e-2, 1e-3], weightDecay: [0, 0.1, 0.01], maxGradNorm: [1, 0.1, 100], beta1: 0.9, beta2: 0.98, epsilon: 1e-8,
};
const start = Float32Array.from({ length: 3 * layout.size }, (_, i) => Math.sin(i));

/** Rows of a changing input, to be told apart from each other. */
const task = (step: number) => (o: Operations): Value => {
  const random = new RandomSequence(step, 93, 0);
  const input = o.constant(Float32Array.from({ length: 3 * 4 * 6 }, () => random.normal()), [3, 4, 6]);
  const logits = o.dropout(o.add(o.matMul(input, o.parameter('weight')), o.parameter('bias')), [0.1, 0.2, 0]);
  const diagonal = Float32Array.from({ length: 3 * 4 * 5 }, (_, i) => (i % 5 === Math.floor(i / 5) % 4 ? -0.25 : 0));
  return o.weightedSum(o.logSoftmax(logits), diagonal);
};
const train = async (learner: Learner, from: number, to: number): Promise<Float32Array[]> => {
  const results: Float32Array[] = [];
  for (let step = from; step < to; step++) {
    const { loss, gradNorm } = await learner.update(task(step), optimizer, { seeds: [1, 2, 3], step });
    results.push(loss, gradNorm);
  }
  return results;
};

describe.each(cpuEngines)('on %s', async (engine) => {
  const module = await loadCpuKernels(engine);
  const learners = (layout: ParameterLayout, parameters: Float32Array): [reference: Learner, kernels: Learner] => {
    const start = startSnapshot(layout, parameters);
    return [new ReferenceLearner(layout, start), new CpuLearner(module, layout, start)];
  };

  it.each(Object.entries(cases))('%s: the kernels compute and learn what the reference does', async (name, { shapes, positive, of }) => {
    for (const [i, size] of sizes.entries()) {
      const layout = new ParameterLayout(Object.entries(shapes(size)));
      const random = new RandomSequence(i, 90, name.length);
      const draw = (): number => (positive ? 0.2 + 2.8 * random.uniform() : 6 * random.uniform() - 3);
      const parameters = Float32Array.from({ length: size.replicas * layout.size }, draw);
      const [reference, kernels] = learners(layout, parameters);
      const result = (o: Operations): Value => of(o, (parameter) => o.parameter(parameter), size, new RandomSequence(i, 91, 0));
      const weights = new RandomSequence(i, 92, 0);
      const factors = Float32Array.from({ length: (await reference.compute((o) => [result(o)]))[0]!.length }, () => weights.normal());
      const loss = (o: Operations): Value => o.weightedSum(result(o), factors);
      const dropout = { seeds: Array.from({ length: size.replicas }, (_, r) => 5 + r), step: 3 };
      const what = `${name} at ${JSON.stringify(size)}`;
      const [expected, actual] = [await reference.gradient(loss, dropout), await kernels.gradient(loss, dropout)];
      close((await kernels.compute((o) => [result(o)]))[0]!, (await reference.compute((o) => [result(o)]))[0]!, what);
      close(actual.loss, expected.loss, `loss of ${what}`);
      close(actual.gradient, expected.gradient, `gradient of ${what}`);
      reference.dispose();
    }
  });

  it('the encoder in operations is the transformer of the language models', async () => {
    const shape = shapeOf({ vocabulary: 9, context: 5, causal: false, unembedding: false });
    const layout = transformerLayout(shape);
    const seeds = [1, 2, 3];
    const parameters = initialiseTransformer(shape, seeds);
    const tokens = integers(seeds.length * 4 * shape.context, shape.vocabulary, new RandomSequence(0, 92, 0));
    const weights = tf.tensor2d(parameters, [seeds.length, layout.size]);
    const expected = transformer(weights, shape, tf.tensor3d(tokens, [seeds.length, 4, shape.context], 'int32')).dataSync();
    for (const learner of learners(layout, parameters)) {
      const [actual] = await learner.compute((operations) => [transformerEncoder(operations, shape, tokens, [0, 0, 0])]);
      expect(Math.max(...actual!.map((value, i) => Math.abs(value - expected[i]!)))).toBeLessThan(1e-4);
    }
  });

  it('overflows where the reference does, so that a loss that is not finite is seen', async () => {
    const layout = new ParameterLayout([['a', [4]]]);
    const [reference, kernels] = learners(layout, Float32Array.from([80, 88, 89, 1000]));
    const powers = (o: Operations): Value[] => [o.exp(o.parameter('a'))];
    const [expected, actual] = [await reference.compute(powers), await kernels.compute(powers)];
    expect(Array.from(actual[0]!, Number.isFinite)).toEqual(Array.from(expected[0]!, Number.isFinite));
    reference.dispose();
  });

  it('grows its memory on the way forward and back, without disturbing what is there', async () => {
    const chain = new ParameterLayout(Array.from({ length: 8 }, (_, i) => [`w${i}`, [96, 96]]));
    const random = new RandomSequence(0, 94, 0);
    const [reference, kernels] = learners(chain, Float32Array.from({ length: chain.size }, () => 0.1 * random.normal()));
    const rows = 1500;
    const input = Float32Array.from({ length: rows * 96 }, () => random.normal());
    const weights = Float32Array.from({ length: rows * 96 }, () => random.normal() / rows);
    const loss = (o: Operations): Value => {
      const out = chain.entries.reduce((x: Value, { name }) => o.tanh(o.matMul(x, o.parameter(name))), o.constant(input, [1, rows, 96]));
      return o.weightedSum(out, weights);
    };
    const [expected, actual] = [await reference.gradient(loss), await kernels.gradient(loss)];
    close(actual.gradient, expected.gradient, 'gradient');
    expect((await kernels.gradient(loss)).gradient).toEqual(actual.gradient);
    reference.dispose();
  });

  it('ends 60 updates where the reference does, with the same losses and norms on the way', async () => {
    const [reference, kernels] = learners(layout, start);
    const [expected, actual] = [await train(reference, 0, 60), await train(kernels, 0, 60)];
    actual.forEach((values, i) => close(values, expected[i]!, `result ${i}`));
    close((await kernels.snapshot()).parameters, (await reference.snapshot()).parameters, 'parameters');
  });

  it.each([0, 1])('learner %i goes on from a snapshot, and after an update taken back, as if nothing had happened', async (which) => {
    const straight = learners(layout, start)[which]!;
    await train(straight, 0, 6);
    const other = learners(layout, start)[which]!;
    await train(other, 0, 3);
    await train(other, 40, 41);
    other.undo();
    const resumed = which === 0 ? new ReferenceLearner(layout, await other.snapshot()) : new CpuLearner(module, layout, await other.snapshot());
    await train(resumed, 3, 6);
    await train(other, 3, 6);
    const { parameters } = await straight.snapshot();
    expect((await resumed.snapshot()).parameters).toEqual(parameters);
    expect((await other.snapshot()).parameters).toEqual(parameters);
  });

  it('holds no more memory after 300 updates than after 3', async () => {
    const [reference, kernels] = learners(layout, start);
    const { arena } = (kernels as unknown as { memory: { arena: { kernels: { memory: WebAssembly.Memory } } } }).memory;
    await train(reference, 0, 3);
    await train(kernels, 0, 3);
    const before = [tf.memory().numTensors, tf.memory().numBytes, arena.kernels.memory.buffer.byteLength];
    await train(reference, 3, 300);
    await train(kernels, 3, 300);
    expect([tf.memory().numTensors, tf.memory().numBytes, arena.kernels.memory.buffer.byteLength]).toEqual(before);
  });
});
