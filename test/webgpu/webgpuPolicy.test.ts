import { beforeAll, describe, expect, it, vi } from 'vitest';
import { Kernel } from '../../workers/engines/webgpu/kernel.js';
import { kernelSources } from '../../workers/engines/webgpu/kernels.js';
import { WebgpuPolicy } from '../../workers/engines/webgpu/webgpuPolicy.js';
import type { TransformerShape } from '../../workers/engines/layout.js';
import type { GrpoUpdate, Policy, Sample, SampleRequest, SupervisedUpdate } from '../../workers/engines/policy.js';
import { ReferencePolicy } from '../../workers/engines/reference/referencePolicy.js';
import { policyLosses, rolloutCorrections, stepScalars } from '../../workers/engines/grpoStep.js';
import { type PolicyLossKnobs, rolloutPrecisions } from '../../workers/engines/knobs.js';
import {
  caseOf, each, integers, optimizerOf, randomUpdate, randomWeights, repeatedPrompts, requestOf, shapeOf, updateOf, type Case,
} from '../kernels/cases.js';
import {
  distancesToBoundary, drawSettled, expectClose, expectSameParameters, expectSameScalars, lastGradients, outcomeOf,
} from '../kernels/compare.js';
import { device, openWasm, openWebgpu } from './device.js';

beforeAll(openWebgpu);
// For the reference.
beforeAll(openWasm);

type Limits = ConstructorParameters<typeof WebgpuPolicy>[3];

function policies(one: Case, limits?: Limits): { reference: ReferencePolicy; kernels: WebgpuPolicy; parameters: Float32Array } {
  const parameters = randomWeights(one.shape, each(one.replicas, () => one.random.integer(1000)));
  return {
    parameters,
    reference: new ReferencePolicy(false, one.shape, parameters),
    kernels: new WebgpuPolicy(device, one.shape, parameters, limits),
  };
}

/** A shape's kernels take seconds to compile: rollouts and updates share their cases. */
const largest = { vocabulary: 128, context: 64, width: 128, layers: 1, heads: 4 };
const wide = { vocabulary: 70, width: 72, heads: 9, layers: 1, context: 40 };
const odd = { vocabulary: 7, context: 9, width: 15, heads: 5, layers: 3, mlpRatio: 3 };
const headAUnit = { width: 32, heads: 32, context: 33, layers: 1 };

interface RolloutCase {
  readonly lanes?: number;
  readonly repeats?: number;
  readonly promptLength?: number;
  readonly replicas?: number;
  readonly sequences?: number;
}

describe('rollout', () => {
  it.each([
    ['plain', {}, {}],
    ['temperature', {}, { temperature: [0.7, 1.6] }],
    ['top-k', {}, { topK: [3, 5] }],
    ['top-p', {}, { topP: [0.8, 0.4] }],
    ['all', wide, { temperature: [1.3, 0.8], topP: [0.9, 0.7], topK: [0, 20] }],
    ['a head a unit', headAUnit, {}],
    ['as on hardware', {}, { topP: [0.8, 0.4] }, { lanes: 128 }],
    ['odd sizes', odd, { topK: [3, 5] }],
    ['the largest rows', largest, { topP: [0.9] }, { replicas: 1, sequences: 3 }],
    ['groups of three', {}, { temperature: [0.7, 1.6] }, { repeats: 3 }],
    ['groups of six, two teams', { width: 24, heads: 2 }, { topK: [3, 5] }, { repeats: 6, lanes: 128 }],
    ['groups of a long prompt', { vocabulary: 16, context: 24, width: 32, heads: 2 }, {}, { repeats: 2, promptLength: 20 }],
    ['one replica, prompts of one token', {}, {}, { repeats: 4, promptLength: 1, replicas: 1, sequences: 4 }],
    ['responses of one token', {}, {}, { repeats: 2, promptLength: 9 }],
    ['a single sequence', {}, {}, { replicas: 1, sequences: 1 }],
  ] as const)('samples as the reference does: %s', async (_, changes, sampling, options: RolloutCase = {}) => {
    const { lanes, repeats = 1, replicas = 2, sequences = 6 } = options;
    const usual = caseOf(7, changes, replicas, sequences);
    const { promptLength = usual.promptLength } = options;
    const one = { ...usual, promptLength, maxResponseLength: usual.shape.context - promptLength };
    const { reference, kernels, parameters } = policies(one, lanes ? { lanes } : {});
    const plain = requestOf(one, sampling);
    const prompts = repeatedPrompts(one.shape, replicas, sequences, promptLength, repeats, one.random);
    const request = repeats > 1 ? { ...plain, prompts, repeats } : plain;
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
    expect(distances.length).toBeLessThan(3);
    reference.dispose();
    kernels.dispose();
  });
});

interface GrpoCase extends Partial<GrpoUpdate> {
  readonly lanes?: number;
  readonly shape?: Partial<TransformerShape>;
}

describe('GRPO update', () => {
  const bounds = (low: number, high: number, dual: number): Pick<PolicyLossKnobs, 'clipLow' | 'clipHigh' | 'dualClip'> => ({ clipLow: [low, low], clipHigh: [high, high], dualClip: [dual, dual] });
  it.each([
    ['default', {}, {}],
    ['as on hardware', { lanes: 128 }, {}],
    ['without a decisive position', {}, { decisivePosition: undefined }],
    ['temperature, entropy and smoothing', {}, { temperature: [0.7, 1.5], entropyCoefficient: [0.01, 0.2], labelSmoothing: [0.1, 0] }],
    ['k1, a mean of sequences', {}, { klEstimator: 'k1', aggregation: 'seq-mean-token-mean' }],
    ['k2, a sum of tokens', {}, { klEstimator: 'k2', aggregation: 'seq-mean-token-sum' }],
    ['Dr. GRPO', {}, { aggregation: 'seq-mean-token-sum-norm' }],
    ['inner epochs, tight clipping', { innerEpochs: 3 }, bounds(0.002, 0.001, 1.001)],
    ['inner epochs, no clipping', { innerEpochs: 2 }, bounds(Infinity, Infinity, 0)],
    ['dropout', { innerEpochs: 2, dropout: { rates: [0.2, 0.1], seeds: [4, 5], step: 3 } }, {}],
    ['the largest rows', { shape: largest }, {}],
    ['odd sizes', { shape: odd }, {}],
    ['wide', { shape: wide }, {}],
    ['a head a unit', { shape: headAUnit }, {}],
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

describe('GRPO updates of every kind', () => {
  const kinds = policyLosses.flatMap((policyLoss, i) => [0, 1].map((j) => [policyLoss, rolloutCorrections[(2 * i + j) % 4]!] as const));
  it.each(kinds)('equal the reference: %s, correction %s', async (policyLoss, rolloutCorrection) => {
    const one = caseOf(policyLosses.indexOf(policyLoss) + 20);
    const parameters = randomWeights(one.shape, [4, 5]);
    const referenceOf = (shape: TransformerShape, start: Float32Array): ReferencePolicy => new ReferencePolicy(false, shape, start);
    // Little memory: the rows take several passes.
    for (const bytes of [60_000, 2 ** 24]) {
      const draw = (): GrpoUpdate => {
        const update = randomUpdate(one.shape, 2, one.random, 0);
        return { ...update, loss: { ...update.loss, policyLoss, rolloutCorrection } };
      };
      const { update, expected } = await drawSettled(one.shape, parameters, 1e-4, draw, referenceOf);
      const { told, gradients } = await outcomeOf(new WebgpuPolicy(device, one.shape, parameters, { bytes }), update);
      expectSameParameters(one.shape, gradients, expected.gradients, 1e-4);
      expectSameScalars(told, expected.told, 2, 1e-3);
    }
  });
});

describe('what else a policy is asked', () => {
  it('samples with rounded and with earlier weights as the reference does, also from a snapshot and after an update taken back', async () => {
    const one = caseOf(31);
    const { reference, kernels } = policies(one);
    const request = requestOf(one);
    const update = { ...updateOf(one, request, await reference.sample(request)), staleness: 2, optimizer: optimizerOf(2) };
    const same = async (a: Policy, b: Policy): Promise<void> => {
      for (const precision of rolloutPrecisions) {
        for (const staleness of [0, 1, 2]) {
          const asked = { ...request, sampler: { precision, staleness } };
          const [expected, actual] = [await a.sample(asked), await b.sample(asked)];
          expect(actual.tokens).toEqual(expected.tokens);
          actual.logProbs.forEach((value, i) => expect(Math.abs(value - expected.logProbs[i]!)).toBeLessThan(1e-3));
        }
      }
    };
    for (let step = 0; step < 4; step++) for (const policy of [reference, kernels]) policy.update(update);
    await same(reference, kernels);
    const resumed = new WebgpuPolicy(device, one.shape, structuredClone(await kernels.snapshot()));
    await same(kernels, resumed);
    for (const policy of [reference, kernels]) policy.undo();
    await same(reference, kernels);
    for (const policy of [reference, kernels, resumed]) policy.dispose();
  });

  it('knows what the frozen reference says of responses', async () => {
    const one = caseOf(33);
    const { reference, kernels } = policies(one, { bytes: 60_000 });
    const request = requestOf(one);
    const update = updateOf(one, request, await reference.sample(request));
    for (const policy of [reference, kernels]) policy.update(update);
    const [expected, actual] = [await reference.referenceLogProbs(update, [0.7, 1.2]), await kernels.referenceLogProbs(update, [0.7, 1.2])];
    expectClose(actual, expected, 1e-4, 'log-probabilities');
    expect(expected.some((value) => value < 0)).toBe(true);
    for (const policy of [reference, kernels]) policy.dispose();
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

  it('takes back an update of several inner epochs by going back to the state before: nothing is copied or sent', async () => {
    const { one, kernels, request, advantages } = start();
    await train(kernels, one, request, advantages);
    const before = await kernels.snapshot();
    const update = { ...updateOf(one, request, await kernels.sample(request)), advantages, optimizer: optimizerOf(one.replicas), innerEpochs: 3 };
    kernels.update(update);
    const after = await kernels.snapshot();
    expect(after.parameters).not.toEqual(before.parameters);
    const submit = vi.spyOn(device.queue, 'submit');
    kernels.undo();
    expect(submit).not.toHaveBeenCalled();
    submit.mockRestore();
    expect(await kernels.snapshot()).toEqual(before);
    kernels.update(update);
    expect(await kernels.snapshot()).toEqual(after);
    kernels.dispose();
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
    const steps = 100;
    const { tally, dispatches } = { tally: kernels.memory.tally, dispatches: kernels.dispatches };
    for (let step = 0; step < steps; step++) await train(kernels, one, { ...request, step }, advantages);
    expect(kernels.memory.tally).toEqual(tally);
    expect((kernels.dispatches - dispatches) / steps).toBeLessThanOrEqual(40);
    expect((await kernels.sample(request)).scalars).toHaveLength(stepScalars.length * one.replicas);
    expect((await kernels.sample(request)).scalars).toBeUndefined();
    kernels.dispose();
    expect(kernels.memory.tally).toEqual({ buffers: 0, bytes: 0 });
  });

  it('compiles in the background, all at once; what it is told meanwhile waits for that', async () => {
    const sync = vi.spyOn(device, 'createComputePipeline');
    const background = vi.spyOn(device, 'createComputePipelineAsync');
    const { one, advantages } = start();
    const shape = { ...one.shape, vocabulary: 13 };
    const parameters = randomWeights(shape, [1, 2]);
    const request = requestOf(one);
    const early = new WebgpuPolicy(device, shape, parameters);
    const all = Object.keys(kernelSources(shape, 16)).length;
    expect(background).toHaveBeenCalledTimes(all);
    const short = { ...one, maxResponseLength: 2 };
    const sampleOf = (width: number): Sample => {
      const tokens = new Int32Array(8 * width).fill(5);
      return { tokens, width, logProbs: new Float32Array(8 * width).fill(-1), entropies: new Float32Array(8 * width) };
    };
    // The second one needs larger buffers than the first.
    const updates = [short, one].map((own) => ({ ...updateOf(own, request, sampleOf(own.maxResponseLength)), advantages }));
    for (const update of updates) early.update(update);
    const late = new WebgpuPolicy(device, shape, parameters);
    await late.sample(request);
    for (const update of updates) late.update(update);
    expect(await early.parameters()).toEqual(await late.parameters());
    expect(background).toHaveBeenCalledTimes(all);
    expect(sync).not.toHaveBeenCalled();
    vi.restoreAllMocks();
    for (const policy of [early, late]) policy.dispose();
  });

  it('says so where it is disposed of while its kernels compile', async () => {
    const { one } = start();
    const shape = { ...one.shape, vocabulary: 14 };
    const policy = new WebgpuPolicy(device, shape, randomWeights(shape, [1, 2]));
    const sample = policy.sample(requestOf(one));
    policy.dispose();
    await expect(sample).rejects.toThrow('disposed of');
  });

  it('tells why there are no kernels for a shape, and of a shader that does not compile', async () => {
    expect(() => new WebgpuPolicy(device, shapeOf({ width: 132 }), new Float32Array())).toThrow('width 132 > 128');
    const broken = new Kernel(device, { label: 'broken', lanes: 4, call: { count: 'u32' }, buffers: {}, code: 'fn main() { nonsense }' });
    await expect(broken.ready).rejects.toThrow(/^kernel 'broken': line \d+: /);
    expect(() => broken.pipeline).toThrow("kernel 'broken' is not compiled yet");
  });
});
