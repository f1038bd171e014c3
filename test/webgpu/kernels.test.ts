import * as tf from '@tensorflow/tfjs-core';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RandomSequence, streams } from '../../src/core/random.js';
import { openEngine, type Environment } from '../../workers/backend/engine.js';
import { checkFusedTransformer, fusedTransformer } from '../../workers/kernels/webgpu/fusedTransformer.js';
import { Kernel } from '../../workers/kernels/webgpu/kernel.js';
import { WebgpuPolicy } from '../../workers/kernels/webgpu/webgpuPolicy.js';
import { transformerLayout, type TransformerShape } from '../../workers/model/layout.js';
import type { GrpoUpdate, Sample, SampleRequest, SupervisedUpdate } from '../../workers/model/policy.js';
import { ReferencePolicy } from '../../workers/model/referencePolicy.js';
import { transformer } from '../../workers/model/transformer.js';
import { stepScalars } from '../../workers/rl/grpoLoss.js';
import type { Aggregation } from '../../workers/rl/policyLoss.js';
import type { KlEstimator } from '../../workers/rl/klEstimate.js';
import { distancesToBoundary, gradientKeeping, lastGradients } from '../kernels/compare.js';

const environment: Environment = { cores: 1, wasmFiles: '', readFile: () => Promise.reject(new Error('no files here')) };
const failures: string[] = [];
let device: GPUDevice;

beforeAll(async () => {
  const engine = await openEngine('reference-webgpu', environment);
  device = (tf.backend() as WebGPUBackend).device;
  engine.onFailure((note) => failures.push(`${note.id} ${JSON.stringify(note.values)}`));
  await openEngine('reference-cpu', environment);
});

afterAll(async () => {
  await device.queue.onSubmittedWorkDone();
  expect(failures, 'WebGPU errors').toEqual([]);
});

const shapeOf = (changes: Partial<TransformerShape>): TransformerShape => ({
  vocabulary: 11,
  context: 10,
  width: 12,
  layers: 2,
  heads: 3,
  mlpRatio: 4,
  causal: true,
  unembedding: true,
  ...changes,
});

/** Parameters that make neither logits nor gains trivial. */
function randomParameters(shape: TransformerShape, replicas: number, random: RandomSequence): Float32Array<ArrayBuffer> {
  const { size, entries } = transformerLayout(shape);
  const values = new Float32Array(replicas * size);
  for (let replica = 0; replica < replicas; replica++) {
    for (const entry of entries) {
      const scale = entry.shape.length === 1 ? 0.2 : entry.name.endsWith('Embedding') ? 1 : entry.shape[0]! ** -0.5;
      for (let i = 0; i < entry.size; i++) {
        values[replica * size + entry.offset + i] = (entry.shape.length === 1 ? 1 : 0) + scale * random.normal();
      }
    }
  }
  return values;
}

const each = (replicas: number, value: (replica: number) => number): number[] => Array.from({ length: replicas }, (_, r) => value(r));
const integers = (count: number, below: number, random: RandomSequence): Int32Array<ArrayBuffer> =>
  Int32Array.from({ length: count }, () => random.integer(below));

/** max |a − b| ≤ tolerance · max |b|. */
function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, what: string): void {
  expect(actual.length, what).toBe(expected.length);
  let difference = 0;
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    difference = Math.max(difference, Number.isNaN(actual[i]) !== Number.isNaN(expected[i]) ? Infinity : Math.abs(actual[i]! - expected[i]!) || 0);
    largest = Math.max(largest, Math.abs(expected[i]!) || 0);
  }
  expect(difference, `${what}: largest difference, of values up to ${largest}`).toBeLessThanOrEqual(tolerance * largest);
}

/** Each named parameter of each replica by itself. */
function expectSameParameters(shape: TransformerShape, actual: Float32Array, expected: Float32Array, tolerance: number): void {
  const { size, entries } = transformerLayout(shape);
  for (let start = 0; start < expected.length; start += size) {
    for (const { name, offset, size: count } of entries) {
      const from = start + offset;
      expectClose(actual.subarray(from, from + count), expected.subarray(from, from + count), tolerance, `${name} of replica ${start / size}`);
    }
  }
}

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
    const values = randomParameters(shape, replicas, random);
    const tokenValues = integers(replicas * sequences * length, shape.vocabulary, random);
    const lengthValues = integers(replicas * sequences, length, random).map((value) => value + 1);
    const upstreamWidth = shape.unembedding ? shape.vocabulary : shape.width;
    const upstreamValues = Float32Array.from({ length: tokenValues.length * upstreamWidth }, () => random.normal());
    const run = async (forward: typeof fusedTransformer): Promise<{ outputs: Float32Array; gradient: Float32Array }> => {
      const parameters = tf.tensor2d(values, [replicas, transformerLayout(shape).size]);
      const tokens = tf.tensor3d(tokenValues, [replicas, sequences, length], 'int32');
      const upstream = tf.tensor4d(upstreamValues, [replicas, sequences, length, upstreamWidth]);
      const dropout = { rates: each(replicas, (r) => (r === 0 ? rate : rate / 2)), seeds: each(replicas, (r) => r + 5), step: 9 };
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

interface Case {
  readonly shape: TransformerShape;
  readonly replicas: number;
  readonly sequences: number;
  readonly promptLength: number;
  readonly maxResponseLength: number;
  readonly random: RandomSequence;
}

function caseOf(seed: number, changes: Partial<TransformerShape> = {}, replicas = 2, sequences = 6): Case {
  const shape = shapeOf(changes);
  const promptLength = 3;
  const random = new RandomSequence(seed, streams.initialisation, 2);
  return { shape, replicas, sequences, promptLength, maxResponseLength: shape.context - promptLength, random };
}

const endOfSequence = 1;
const padding = 0;

function requestOf(one: Case, sampling: Partial<SampleRequest['sampling']> = {}): SampleRequest {
  const { replicas, sequences, promptLength, maxResponseLength, shape, random } = one;
  return {
    prompts: integers(replicas * sequences * promptLength, shape.vocabulary, random),
    promptLength,
    repeats: 1,
    maxResponseLength,
    sampling: { temperature: each(replicas, () => 1), topP: each(replicas, () => 1), topK: each(replicas, () => 0), ...sampling },
    endOfSequence,
    padding,
    seeds: each(replicas, (r) => r + 3),
    stream: streams.sampling,
    step: 4,
  };
}

type Limits = ConstructorParameters<typeof WebgpuPolicy>[3];

function policies(one: Case, limits?: Limits): { reference: ReferencePolicy; kernels: WebgpuPolicy; parameters: Float32Array } {
  const parameters = randomParameters(one.shape, one.replicas, one.random);
  return {
    parameters,
    reference: new ReferencePolicy(false, one.shape, parameters),
    kernels: new WebgpuPolicy(device, one.shape, parameters, limits),
  };
}

describe('rollout', () => {
  it.each([
    ['plain', {}, {}],
    ['temperature', {}, { temperature: [0.7, 1.6] }],
    ['top-k', {}, { topK: [3, 5] }],
    ['top-p', {}, { topP: [0.8, 0.4] }],
    ['all', { vocabulary: 70, width: 40, heads: 4 }, { temperature: [1.3, 0.8], topP: [0.9, 0.7], topK: [0, 20] }],
    ['many heads', { width: 32, heads: 32, context: 33, layers: 1 }, {}],
    ['as on hardware', { vocabulary: 30 }, { topP: [0.8, 0.4] }, 128],
  ] as const)('samples as the reference does: %s', async (_, changes, sampling, lanes: number | undefined = undefined) => {
    const one = caseOf(7, changes);
    const { reference, kernels, parameters } = policies(one, lanes ? { lanes } : {});
    const request = requestOf(one, sampling);
    const expected = await reference.sample(request);
    const actual = await kernels.sample(request);
    expect(actual.width).toBe(expected.width);
    for (let i = 0; i < actual.tokens.length; i += actual.width) {
      const row = (values: Int32Array): string => values.subarray(i, i + actual.width).join();
      if (row(actual.tokens) !== row(expected.tokens)) continue;
      for (let t = i; t < i + actual.width; t++) {
        expect(Math.abs(actual.logProbs[t]! - expected.logProbs[t]!)).toBeLessThan(1e-4);
        expect(Math.abs(actual.entropies[t]! - expected.entropies[t]!)).toBeLessThan(1e-4);
      }
    }
    // A draw within 1e-5 of a boundary, once in thousands of tokens, may fall on its other side.
    const distances = await distancesToBoundary(one.shape, parameters, request, expected, actual);
    for (const distance of distances) expect(distance).toBeLessThan(1e-5);
    reference.dispose();
    kernels.dispose();
  });
});

function updateOf(one: Case, request: SampleRequest, sample: Sample, changes: Partial<GrpoUpdate> = {}, loss: Partial<GrpoUpdate['loss']> = {}): GrpoUpdate {
  const { replicas, sequences, promptLength, maxResponseLength, random } = one;
  const { tokens, width, logProbs } = sample;
  const lengths = Int32Array.from({ length: replicas * sequences }, (_, i) => {
    const end = tokens.subarray(i * width, (i + 1) * width).indexOf(endOfSequence);
    return end < 0 ? width : end + 1;
  });
  return {
    prompts: request.prompts,
    promptLength,
    responses: tokens,
    width,
    lengths,
    samplingLogProbs: logProbs,
    advantages: Float32Array.from(lengths, () => random.normal()),
    padding,
    maxResponseLength,
    innerEpochs: 1,
    loss: {
      temperature: each(replicas, () => 1),
      klCoefficient: each(replicas, () => 0.1),
      entropyCoefficient: each(replicas, () => 0),
      labelSmoothing: each(replicas, () => 0),
      bounds: { low: each(replicas, () => 0.2), high: each(replicas, () => 0.2), dual: each(replicas, () => 0) },
      klEstimator: 'k3' as KlEstimator,
      aggregation: 'token-mean' as Aggregation,
      maxLength: maxResponseLength,
      decisivePosition: 2,
      ...loss,
    },
    optimizer: gradientKeeping(replicas),
    dropout: { rates: each(replicas, () => 0), seeds: request.seeds, step: request.step },
    ...changes,
  };
}

const optimizerOf = (replicas: number): GrpoUpdate['optimizer'] => ({
  learningRate: each(replicas, (r) => 0.01 / (r + 1)),
  weightDecay: each(replicas, () => 0.01),
  maxGradNorm: each(replicas, (r) => 1 - 0.5 * r),
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
});

/** Each scalar within 1e-4 of its own size, or of 1. */
function expectSameScalars(actual: Float32Array | undefined, expected: Float32Array | undefined, replicas: number, tolerance: number): void {
  stepScalars.forEach((name, k) => {
    for (let replica = 0; replica < replicas; replica++) {
      const [a, b] = [actual![k * replicas + replica]!, expected![k * replicas + replica]!];
      if (Number.isNaN(b)) expect(a, name).toBeNaN();
      else expect(Math.abs(a - b), `${name}: ${a}, not ${b}`).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(b)));
    }
  });
}

interface GrpoCase extends Partial<GrpoUpdate> {
  readonly lanes?: number;
  readonly shape?: Partial<TransformerShape>;
}

describe('GRPO update', () => {
  const largest = { vocabulary: 128, context: 64, width: 128, layers: 4, heads: 4 };
  const bounds = (low: number, high: number, dual: number): GrpoUpdate['loss']['bounds'] => ({ low: [low, low], high: [high, high], dual: [dual, dual] });
  it.each([
    ['default', {}, {}],
    ['as on hardware', { lanes: 128 }, {}],
    ['without a decisive position', {}, { decisivePosition: undefined }],
    ['temperature, entropy and smoothing', {}, { temperature: [0.7, 1.5], entropyCoefficient: [0.01, 0.2], labelSmoothing: [0.1, 0] }],
    ['k1, a mean of sequences', {}, { klEstimator: 'k1', aggregation: 'seq-mean-token-mean' }],
    ['k2, a sum of tokens', {}, { klEstimator: 'k2', aggregation: 'seq-mean-token-sum' }],
    ['Dr. GRPO', {}, { aggregation: 'seq-mean-token-sum-norm' }],
    ['inner epochs, tight clipping', { innerEpochs: 3 }, { bounds: bounds(0.002, 0.001, 1.001) }],
    ['inner epochs, no clipping', { innerEpochs: 2 }, { bounds: bounds(Infinity, Infinity, 0) }],
    ['dropout', { innerEpochs: 2, dropout: { rates: [0.2, 0.1], seeds: [4, 5], step: 3 } }, {}],
    ['the largest shape', { shape: largest }, {}],
  ] as const)('equals the reference: %s', async (_, { shape, lanes, ...changes }: GrpoCase, loss) => {
    const one = shape ? caseOf(11, shape, 2, 1) : caseOf(11);
    // Little memory: the rows take several passes.
    const { reference, kernels } = policies(one, { bytes: 60_000, ...(lanes === undefined ? {} : { lanes }) });
    const request = requestOf(one);
    const tolerance = changes.dropout ? 1e-3 : 1e-4;
    const update = updateOf(one, request, await reference.sample(request), changes, loss as Partial<GrpoUpdate['loss']>);
    for (const policy of [reference, kernels]) policy.update(update);
    expectSameScalars(await kernels.scalars(), await reference.scalars(), one.replicas, tolerance);
    expectSameParameters(one.shape, await lastGradients(kernels), await lastGradients(reference), tolerance);
    // Against a frozen reference that is another policy by now.
    for (const policy of [reference, kernels]) policy.update({ ...update, innerEpochs: 1, optimizer: optimizerOf(one.replicas) });
    expectSameScalars(await kernels.scalars(), await reference.scalars(), one.replicas, 10 * tolerance);
    expectClose(await kernels.parameters(), await reference.parameters(), 10 * tolerance, 'parameters');
    reference.dispose();
    kernels.dispose();
  });
});

describe('supervised update', () => {
  it.each([
    ['default', 0, 0],
    ['smoothing and dropout', 0.1, 0.2],
  ])('equals the reference: %s', async (_, smoothing, rate) => {
    const one = caseOf(13);
    const { shape, replicas, sequences, random } = one;
    const { reference, kernels } = policies(one, { bytes: 60_000 });
    const length = 8;
    const count = replicas * sequences * length;
    for (let step = 1; step <= 3; step++) {
      const update: SupervisedUpdate = {
        tokens: integers(count, shape.vocabulary, random),
        length,
        mask: Float32Array.from({ length: count }, (_, i) => Number(i % length > 1 && random.chance(0.7))),
        labels: integers(count, shape.vocabulary, random),
        labelSmoothing: each(replicas, () => smoothing),
        optimizer: optimizerOf(replicas),
        dropout: { rates: each(replicas, () => rate), seeds: each(replicas, (r) => r), step },
      };
      const expected = await reference.supervise(update);
      expectClose(await kernels.supervise(update), expected, 1e-4, 'loss');
      expectClose(await kernels.parameters(), await reference.parameters(), 1e-3, 'parameters');
    }
    reference.dispose();
    kernels.dispose();
  });
});

describe('a policy', () => {
  const train = async (policy: WebgpuPolicy, one: Case, request: SampleRequest, advantages: Float32Array): Promise<Float32Array> => {
    const sample = await policy.sample(request);
    policy.update({ ...updateOf(one, request, sample), advantages, optimizer: optimizerOf(one.replicas) });
    return policy.parameters();
  };
  const start = (): { one: Case; kernels: WebgpuPolicy; request: SampleRequest; advantages: Float32Array } => {
    const one = caseOf(17, {}, 2, 4);
    const { kernels, reference } = policies(one);
    reference.dispose();
    return { one, kernels, request: requestOf(one), advantages: Float32Array.from({ length: 8 }, () => one.random.normal()) };
  };

  it('goes on from a snapshot as if nothing had happened, and takes back its last update', async () => {
    const { one, kernels, request, advantages } = start();
    await train(kernels, one, request, advantages);
    const before = await kernels.parameters();
    const snapshot = await kernels.snapshot();
    const after = await train(kernels, one, request, advantages);
    expect(after).not.toEqual(before);
    kernels.undo();
    expect(await kernels.parameters()).toEqual(before);
    expect(() => kernels.undo()).toThrow('no update');
    expect(await train(kernels, one, request, advantages)).toEqual(after);
    kernels.dispose();
    const other = new WebgpuPolicy(device, one.shape, snapshot);
    expect(await train(other, one, request, advantages)).toEqual(after);
    other.dispose();
  });

  it('starts over: the present policy is the reference, and the optimiser has no past', async () => {
    const { one, kernels, request, advantages } = start();
    const present = await train(kernels, one, request, advantages);
    kernels.startOver();
    const fresh = new WebgpuPolicy(device, one.shape, present as Float32Array<ArrayBuffer>);
    expect(await train(kernels, one, request, advantages)).toEqual(await train(fresh, one, request, advantages));
    expect(await kernels.scalars()).toEqual(await fresh.scalars());
    kernels.dispose();
    fresh.dispose();
  });

  it('needs no more memory for more steps, at most 40 dispatches each, and tells scalars once', async () => {
    const { one, kernels, request, advantages } = start();
    await train(kernels, one, request, advantages);
    const { tally, dispatches } = { tally: kernels.memory.tally, dispatches: kernels.dispatches };
    for (let step = 0; step < 1000; step++) await train(kernels, one, { ...request, step }, advantages);
    expect(kernels.memory.tally).toEqual(tally);
    expect((kernels.dispatches - dispatches) / 1000).toBeLessThanOrEqual(40);
    expect((await kernels.sample(request)).scalars).toHaveLength(stepScalars.length * one.replicas);
    expect((await kernels.sample(request)).scalars).toBeUndefined();
    kernels.dispose();
    expect(kernels.memory.tally).toEqual({ buffers: 0, bytes: 0 });
  });

  it('tells why there are no kernels for a shape, and of a shader that does not compile', async () => {
    expect(() => new WebgpuPolicy(device, shapeOf({ width: 132 }), new Float32Array())).toThrow('width 132 > 128');
    const broken = new Kernel(device, { label: 'broken', lanes: 4, call: { count: 'u32' }, buffers: {}, code: 'fn main() { nonsense }' });
    expect(await broken.problem).toMatch(/kernel 'broken': .*line/s);
  });
});
