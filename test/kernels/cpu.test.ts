import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomSequence, streams } from '../../src/core/random.js';
import { openEngine } from '../../workers/engines/openEngine.js';
import { CpuPolicy } from '../../workers/engines/cpu/cpuPolicy.js';
import { CpuKernels } from '../../workers/engines/cpu/kernels.js';
import { loadCpuKernels } from '../../workers/engines/cpu/load.js';
import { transformerLayout, type TransformerShape } from '../../workers/engines/layout.js';
import type { GrpoUpdate, Policy, Sample, SampleRequest, SupervisedUpdate } from '../../workers/engines/policy.js';
import { policyLosses, rolloutCorrections, scalarRow } from '../../workers/engines/grpoStep.js';
import { rolloutPrecisions } from '../../workers/engines/knobs.js';
import { sliceReplicas } from '../../workers/engines/perReplica.js';
import { adamW, startAdamW } from '../../workers/engines/reference/adamW.js';
import { samplingDistribution } from '../../workers/engines/reference/samplingDistribution.js';
import { transformer } from '../../workers/engines/reference/transformer.js';
import { cpuEngines } from '../cpuEngines.js';
import { testEnvironment } from '../environment.js';
import {
  caseOf, each, optimizerOf, randomSupervision, randomUpdate, randomWeights, repeatedPrompts, requestOf, shapeOf, updateOf,
} from './cases.js';
import { distancesToBoundary, drawSettled, expectClose, expectSameParameters, expectSameScalars, outcomeOf, type Outcome } from './compare.js';
import { cpuFunctionsOf } from './cpuFunctions.js';

let referenceOf: (shape: TransformerShape, start: Float32Array) => Policy;

beforeAll(async () => {
  const engine = await openEngine('reference-wasm', testEnvironment);
  referenceOf = (shape, start) => engine.createPolicy(shape, start);
});

const shapes: readonly TransformerShape[] = [
  shapeOf({ vocabulary: 16, context: 25, width: 32, layers: 2, heads: 2 }),
  shapeOf({ vocabulary: 11, context: 9, width: 12, layers: 1, heads: 3 }),
  shapeOf({ vocabulary: 5, context: 7, width: 15, layers: 3, heads: 5 }),
  shapeOf({ vocabulary: 42, context: 32, width: 36, layers: 2, heads: 2 }),
  shapeOf({ vocabulary: 3, context: 2, width: 7, layers: 1, heads: 1, mlpRatio: 3 }),
  shapeOf({ vocabulary: 128, context: 64, width: 128, layers: 2, heads: 4 }),
];
const cases = shapes.flatMap((shape) => (shape.width > 100 ? [2] : [1, 3]).map((replicas) => [replicas, shape] as const));
const seedsOf = (replicas: number): number[] => each(replicas, (r) => r + 5);

/** What the reference gave, by the test that asked: each engine is judged by the same, and the reference is slow. */
const known = new Map<string, Promise<unknown>>();
function once<T>(what: readonly unknown[], give: () => Promise<T>): Promise<T> {
  const name = JSON.stringify(what);
  if (!known.has(name)) known.set(name, give());
  return known.get(name) as Promise<T>;
}

/** A few updates that hang on no threshold, with what the reference makes of them. */
async function settled<Update extends GrpoUpdate | SupervisedUpdate>(
  shape: TransformerShape, weights: Float32Array, tolerance: number, draw: () => Update,
): Promise<{ update: Update; expected: Outcome }[]> {
  const drawn = [];
  for (let trial = 0; trial < (shape.width > 100 ? 1 : 2); trial++) drawn.push(await drawSettled(shape, weights, tolerance, draw, referenceOf));
  return drawn;
}

async function sampleOf(shape: TransformerShape, weights: Float32Array, request: SampleRequest): Promise<Sample> {
  const reference = referenceOf(shape, weights);
  const sample = await reference.sample(request);
  reference.dispose();
  return sample;
}

describe.each(cpuEngines)('on %s', async (engine) => {
  const module = await loadCpuKernels(engine);
  const cpuOf = (shape: TransformerShape, start: Float32Array): CpuPolicy => new CpuPolicy(module, shape, start);

  describe.each(cases)('%i replicas of %o', (replicas, shape) => {
    const weights = randomWeights(shape, seedsOf(replicas));

    it.each([0, 0.3])('have the gradients and scalars of the reference, dropout %d', async (dropout) => {
      const random = new RandomSequence(shape.width, 0, replicas + 100 * dropout);
      const tolerance = dropout > 0 ? 1e-3 : 1e-4;
      const draw = (): GrpoUpdate => randomUpdate(shape, replicas, random, dropout);
      const trials = await once(['grpo', shape, replicas, dropout], () => settled(shape, weights, tolerance, draw));
      for (const { update, expected } of trials) {
        const { told, gradients } = await outcomeOf(cpuOf(shape, weights), update);
        expectSameParameters(shape, gradients, expected.gradients, tolerance);
        expectSameScalars(told, expected.told, replicas, 1e-3);
      }
    });

    it.each([
      [true, 0],
      [true, 0.3],
      [false, 0],
    ])('learn supervised as the reference does, causal %s, dropout %d', async (causal, dropout) => {
      const form = { ...shape, causal };
      const random = new RandomSequence(shape.width, 1, replicas + 100 * dropout);
      const tolerance = dropout > 0 ? 1e-3 : 1e-4;
      const draw = (): SupervisedUpdate => randomSupervision(form, replicas, random, dropout);
      const trials = await once(['supervised', form, replicas, dropout], () => settled(form, weights, tolerance, draw));
      for (const { update, expected } of trials) {
        const { told, gradients } = await outcomeOf(cpuOf(form, weights), update);
        expectSameParameters(form, gradients, expected.gradients, tolerance);
        told.forEach((loss, replica) => expect(loss).toBeCloseTo(expected.told[replica]!, 4));
      }
    });

    it.each([1, 3])("sample the reference's tokens, a prompt repeated %i times", async (repeats) => {
      const random = new RandomSequence(shape.width, 2, replicas);
      const cpu = cpuOf(shape, weights);
      for (const filters of [false, true]) {
        const promptLength = Math.ceil(shape.context / 3);
        const request: SampleRequest = {
          prompts: repeatedPrompts(shape, replicas, shape.width > 100 ? 6 : 30, promptLength, repeats, random),
          promptLength, repeats, maxResponseLength: Math.min(shape.context - promptLength, shape.width > 100 ? 5 : 20),
          sampling: {
            temperature: each(replicas, () => 0.8),
            topP: each(replicas, () => (filters ? 0.7 : 1)),
            topK: each(replicas, () => (filters ? 4 : 0)),
          },
          endOfSequence: 1, padding: 0, seeds: seedsOf(replicas), stream: streams.sampling, step: 3,
        };
        const expected = await once(['sample', shape, replicas, repeats, filters], () => sampleOf(shape, weights, request));
        const sampled = await cpu.sample(request);
        const distances = await distancesToBoundary(shape, weights, request, expected, sampled);
        for (const distance of distances) expect(distance).toBeLessThan(1e-5);
        expect(distances.length).toBeLessThan(3);
        if (distances.length > 0) continue;
        expect(sampled.width).toBe(expected.width);
        sampled.logProbs.forEach((value, i) => expect(value).toBeCloseTo(expected.logProbs[i]!, 3));
        sampled.entropies.forEach((value, i) => expect(value).toBeCloseTo(expected.entropies[i]!, 3));
      }
    });
  });

  it.each(policyLosses)('have the gradients and scalars of the reference with every correction: %s', async (policyLoss) => {
    const shape = shapes[1]!;
    const weights = randomWeights(shape, [4, 5]);
    const random = new RandomSequence(policyLosses.indexOf(policyLoss), 8, 0);
    for (const rolloutCorrection of rolloutCorrections) {
      const draw = (): GrpoUpdate => {
        const update = randomUpdate(shape, 2, random, 0);
        return { ...update, loss: { ...update.loss, policyLoss, rolloutCorrection } };
      };
      const { update, expected } = await once(['kinds', policyLoss, rolloutCorrection], () => drawSettled(shape, weights, 1e-4, draw, referenceOf));
      const { told, gradients } = await outcomeOf(cpuOf(shape, weights), update);
      expectSameParameters(shape, gradients, expected.gradients, 1e-4);
      expectSameScalars(told, expected.told, 2, 1e-3);
    }
  });

  it('samples with rounded and with earlier weights as the reference does, also from a snapshot and after an update taken back', async () => {
    const one = caseOf(31);
    const weights = randomWeights(one.shape, [4, 5]);
    const [reference, cpu] = [referenceOf(one.shape, weights), cpuOf(one.shape, weights)];
    const request = requestOf(one);
    const update = { ...updateOf(one, request, await reference.sample(request)), staleness: 2, optimizer: optimizerOf(2) };
    const same = async (a: Policy, b: Policy): Promise<void> => {
      const tokens: string[] = [];
      for (const precision of rolloutPrecisions) {
        for (const staleness of [0, 1, 2]) {
          const asked = { ...request, sampler: { precision, staleness } };
          const [expected, actual] = [await a.sample(asked), await b.sample(asked)];
          expect(actual.tokens).toEqual(expected.tokens);
          actual.logProbs.forEach((value, i) => expect(value).toBeCloseTo(expected.logProbs[i]!, 3));
          tokens.push(expected.logProbs.join());
        }
      }
      expect(new Set(tokens).size).toBe(tokens.length);
    };
    for (let step = 0; step < 4; step++) for (const policy of [reference, cpu]) policy.update(update);
    await same(reference, cpu);
    const resumed = new CpuPolicy(module, one.shape, structuredClone(await cpu.snapshot()));
    await same(cpu, resumed);
    for (const policy of [reference, cpu]) policy.undo();
    await same(reference, cpu);
    expect(await cpu.referenceLogProbs(update, [0.7, 1.2])).toEqual(await resumed.referenceLogProbs(update, [0.7, 1.2]));
    expectClose(await cpu.referenceLogProbs(update, [0.7, 1.2]), await reference.referenceLogProbs(update, [0.7, 1.2]), 1e-4, 'log-probabilities');
    reference.dispose();
  });

  describe('the cpu kernels', () => {
    const shape = shapes[0]!;
    const { size } = transformerLayout(shape);

    it('draw first tokens from the sampling distribution (chi-square)', async () => {
      const weights = randomWeights(shape, [1]);
      const sampling = { temperature: [1.3], topP: [0.9], topK: [9] };
      const draws = 4000;
      const { tokens } = await cpuOf(shape, weights).sample({
        prompts: new Int32Array(draws), promptLength: 1, repeats: draws, maxResponseLength: 1, sampling,
        endOfSequence: 15, padding: 15, seeds: [1], stream: streams.validation, step: 1,
      });
      const logits = transformer(tf.tensor2d(weights, [1, size]), shape, tf.zeros([1, 1, 1], 'int32'));
      const probabilities = samplingDistribution(tf.reshape(logits, [1, 1, 16]), sampling).dataSync();
      const counts = new Array<number>(16).fill(0);
      for (const token of tokens) counts[token]!++;
      let [chiSquare, kept] = [0, 0];
      counts.forEach((count, token) => {
        const expected = probabilities[token]! * draws;
        if (expected === 0) return expect(count).toBe(0);
        chiSquare += (count - expected) ** 2 / expected;
        kept++;
      });
      // Mean k − 1, variance 2 (k − 1): five deviations above.
      expect(chiSquare).toBeLessThan(kept - 1 + 5 * Math.sqrt(2 * (kept - 1)));
      expect(kept).toBeGreaterThan(3);
    });

    it('follow AdamW of the reference for a hundred steps', async () => {
      const random = new RandomSequence(1, 3, 0);
      const draw = (scale: number): number[] => Array.from({ length: 37 }, () => scale * random.normal());
      const inputs = {
        parameters: draw(1), gradients: Array.from({ length: 100 }, (_, k) => draw(k % 3 === 0 ? 3 : 0.01)),
        learningRate: 0.01, weightDecay: 0.1, maxGradNorm: 1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8,
      };
      const [outputs] = await cpuFunctionsOf(module)['adamW']!([inputs]);
      const after = outputs!['parametersAfterEachStep'] as number[][];
      let state = startAdamW(tf.tensor2d([inputs.parameters]));
      const { beta1, beta2, epsilon } = inputs;
      const knobs = { learningRate: [0.01], weightDecay: [0.1], maxGradNorm: [1], beta1, beta2, epsilon };
      for (const gradient of inputs.gradients) state = adamW(state, tf.tensor2d([gradient]), knobs);
      const expected = state.parameters.dataSync();
      after.at(-1)!.forEach((value, i) => expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-5));
    });

    it('give the same bits again, and to each replica the bits it has alone', async () => {
      const weights = randomWeights(shape, seedsOf(3));
      const update = randomUpdate(shape, 3, new RandomSequence(1, 4, 0), 0.2);
      const run = async (start: Float32Array, own: GrpoUpdate): Promise<Float32Array> => {
        const policy = cpuOf(shape, start);
        policy.update(own);
        policy.update(own);
        return policy.parameters();
      };
      const together = await run(weights, update);
      expect(await run(weights, update)).toEqual(together);
      for (let replica = 0; replica < 3; replica++) {
        const range = { from: replica, to: replica + 1, replicas: 3 };
        const alone = await run(sliceReplicas(weights, range), sliceReplicas(update, range));
        expect(alone).toEqual(sliceReplicas(together, range));
      }
    });

    it('take an update back, and go on from a snapshot as if nothing had happened', async () => {
      const random = new RandomSequence(1, 5, 0);
      const [first, second] = [randomUpdate(shape, 2, random, 0), randomUpdate(shape, 2, random, 0)];
      const policy = cpuOf(shape, randomWeights(shape, [1, 2]));
      policy.update(first);
      const snapshot = await policy.snapshot();
      policy.update({ ...second, advantages: second.advantages.map(() => NaN) });
      const scalars = (await policy.scalars())!;
      expect(scalars[2 * scalarRow('loss')]).toBeNaN();
      policy.undo();
      expect(await policy.parameters()).toEqual(snapshot.parameters);
      expect(() => policy.undo()).toThrow('no update');
      policy.update(second);
      const resumed = new CpuPolicy(module, shape, structuredClone(snapshot));
      resumed.update(second);
      expect(await resumed.parameters()).toEqual(await policy.parameters());
      expect(await resumed.scalars()).toEqual(await policy.scalars());
    });

    it(`${engine === 'cpu' ? 'round a product before they add it' : 'add a product unrounded'}`, () => {
      const kernels = new CpuKernels(module, shape);
      const [a, b, c] = [8, 16, 32].map((count) => kernels.allocate(count)) as [number, number, number];
      const x = 1 + 2 ** -12;
      kernels.putFloats(a, Float32Array.from([-1, x, -1, x, -1, x, -1, x]));
      kernels.putFloats(b, Float32Array.from({ length: 16 }, (_, i) => (i < 8 ? 1 : x)));
      kernels.run.product(c, 32, a, 8, b, 32, 32, 4, 2, 8, false);
      const exact = x ** 2 - 1;
      const rounded = Math.fround(x ** 2) - 1;
      expect(rounded).not.toBe(exact);
      expect(kernels.floats(c, 32)).toEqual(new Float32Array(32).fill(engine === 'cpu' ? rounded : exact));
    });

    it.each([true, false])('keep nothing of a step that diverged, causal %s', async (causal) => {
      const form = { ...shape, causal };
      const random = new RandomSequence(1, 7, 0);
      const [update, supervision] = [randomUpdate(form, 2, random, 0), randomSupervision(form, 2, random, 0)];
      const weights = randomWeights(form, [1, 2]);
      const [used, fresh] = [cpuOf(form, weights), cpuOf(form, weights)];
      // Its later epochs compute with weights that are hardly numbers.
      used.update({ ...update, innerEpochs: 3, optimizer: { ...update.optimizer, learningRate: [1e38, 1e38] } });
      expect((await used.parameters()).every(Number.isFinite)).toBe(false);
      used.undo();
      for (const policy of [used, fresh]) {
        await policy.supervise(supervision);
        policy.update(update);
      }
      expect(await used.parameters()).toEqual(await fresh.parameters());
    });

    it('say where memory ends', async () => {
      const kernels = new CpuKernels(module, shape);
      for (const numbers of [2 ** 30 - 1, 2 ** 31]) expect(() => kernels.allocate(numbers)).toThrow('out of memory');
      expect(kernels.floats(kernels.allocate(8), 8)).toEqual(new Float32Array(8));
    });

    it('take no more memory in a thousand steps, whatever their lengths', () => {
      const small = { ...shape, context: 12, width: 8 };
      const random = new RandomSequence(1, 6, 0);
      const policy = cpuOf(small, randomWeights(small, [1, 2]));
      const before = policy.bytes;
      for (let step = 0; step < 1000; step++) policy.update(randomUpdate(small, 2, random, step % 2 ? 0.1 : 0));
      expect(policy.bytes).toBe(before);
    });
  });
});
