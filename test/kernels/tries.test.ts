import { beforeAll, describe, expect, it } from 'vitest';
import { CpuKernels } from '../../workers/engines/cpu/kernels.js';
import { CpuPolicy } from '../../workers/engines/cpu/cpuPolicy.js';
import { loadCpuKernels } from '../../workers/engines/cpu/load.js';
import { ReferenceMemory } from '../../workers/engines/cpu/referenceMemory.js';
import { TrieBuilder, type Trie } from '../../workers/engines/cpu/trie.js';
import { openEngine } from '../../workers/engines/openEngine.js';
import type { GrpoUpdate, Policy, PolicySnapshot, Sample, SampleRequest } from '../../workers/engines/policy.js';
import type { TransformerShape } from '../../workers/engines/layout.js';
import { cpuEngines } from '../cpuEngines.js';
import { testEnvironment } from '../environment.js';
import { caseOf, each, optimizerOf, randomWeights, repeatedPrompts, requestOf, updateOf, type Case } from './cases.js';
import { expectSameParameters, expectSameScalars, lastGradients } from './compare.js';

let referenceOf: (shape: TransformerShape, start: Float32Array) => Policy;

beforeAll(async () => {
  const engine = await openEngine('reference-wasm', testEnvironment);
  referenceOf = (shape, start) => engine.createPolicy(shape, start);
});

/** Few tokens, so that sequences often begin alike; some end before the decisive position. */
const small = { vocabulary: 5, width: 12, heads: 3, context: 9 };
/** More sequences than one trie holds. */
const sequences = 70;

function requestOfGroups(one: Case, step: number): SampleRequest {
  const { shape, replicas, promptLength, random } = one;
  const prompts = repeatedPrompts(shape, replicas, one.sequences, promptLength, 5, random);
  return { ...requestOf(one), prompts, repeats: 5, step };
}

describe.each(cpuEngines)('on %s', async (engine) => {
  const module = await loadCpuKernels(engine);
  const cpuOf = (shape: TransformerShape, start: Float32Array | PolicySnapshot): CpuPolicy => new CpuPolicy(module, shape, start);

  it.each([1, 3])('what is remembered and kept changes no bit, inner epochs %i', async (innerEpochs) => {
    const one = caseOf(1, small, 3, sequences);
    const used = cpuOf(one.shape, randomWeights(one.shape, [1, 2, 3]));
    for (let step = 1; step <= 6; step++) {
      const request = requestOfGroups(one, step);
      const before = structuredClone(await used.snapshot());
      const { scalars: _, ...sample } = await used.sample(request);
      const temperature = each(3, (r) => (step < 4 ? 1 : 0.8 + 0.2 * r));
      const update = updateOf(one, request, sample, { innerEpochs, optimizer: optimizerOf(3) }, { temperature });
      used.update(update);
      // A policy that neither sampled nor met anything before.
      const fresh = cpuOf(one.shape, before);
      fresh.update(update);
      expect(await used.scalars()).toEqual(await fresh.scalars());
      expect(await used.snapshot()).toEqual(await fresh.snapshot());
    }
  });

  it('a beginning is computed once in a step, and once by the reference in a run', async () => {
    const one = caseOf(6, { ...small, context: 8 }, 1, 20);
    const policy = cpuOf(one.shape, randomWeights(one.shape, [1]));
    const computed = async (work: () => unknown): Promise<number> => {
      const before = policy.computedRows;
      await work();
      return policy.computedRows - before;
    };
    const request = requestOfGroups(one, 1);
    const sampling = await computed(() => policy.sample(request));
    const { scalars: _, ...sample } = await policy.sample(request);
    const update = updateOf(one, request, sample, { optimizer: { ...optimizerOf(1), learningRate: [0] } }, { decisivePosition: undefined });
    const beginnings = distinctBeginnings(update);
    expect(sampling).toBe(beginnings);
    expect(beginnings).toBeLessThan(update.lengths.reduce((sum, length) => sum + update.promptLength + length - 1, 0));
    expect(await computed(() => policy.update(update)), 'the reference alone').toBe(beginnings);
    await policy.sample(request);
    expect(await computed(() => policy.update(update)), 'what the reference said is remembered').toBe(0);
    const again = { ...update, innerEpochs: 3 };
    await policy.sample(request);
    expect(await computed(() => policy.update(again)), 'the rollout serves the first epoch').toBe(2 * beginnings);
  });

  it('what does not fit beside the tries of other replicas is computed again, to the same bits', async () => {
    const one = caseOf(2, { ...small, width: 64, heads: 4, layers: 4 }, 6, 64);
    const weights = randomWeights(one.shape, each(6, (r) => r));
    const request = { ...requestOfGroups(one, 1), sampling: { temperature: each(6, () => 2), topP: each(6, () => 1), topK: each(6, () => 0) } };
    const { scalars: _, ...sample } = await cpuOf(one.shape, weights).sample(request);
    const update = updateOf(one, request, sample, {}, { temperature: each(6, () => 2) });
    const [sampled, given] = [cpuOf(one.shape, weights), cpuOf(one.shape, weights)];
    expect(await sampled.sample(request)).toEqual({ ...sample, scalars: undefined });
    for (const policy of [sampled, given]) policy.update(update);
    // Element by element this would take a minute.
    expect(Buffer.compare(bytesOf(await sampled.parameters()), bytesOf(await given.parameters()))).toBe(0);
    expect(await sampled.scalars()).toEqual(await given.scalars());
  });

  it.each([
    [1, 0],
    [2, 0],
    [1, 0.2],
    [2, 0.2],
  ])('responses without a loss change nothing, inner epochs %i, dropout %d', async (innerEpochs, rate) => {
    const one = caseOf(3, small, 2, sequences);
    const weights = randomWeights(one.shape, [1, 2]);
    const request = requestOfGroups(one, 1);
    const policy = cpuOf(one.shape, weights);
    const { scalars: _, ...sample } = await policy.sample(request);
    const dropout = { rates: [rate, rate], seeds: [4, 5], step: 3 };
    const dead = withoutLoss(updateOf(one, request, sample, { innerEpochs, dropout }, { klCoefficient: [0, 0] }));
    const reference = referenceOf(one.shape, weights);
    for (const each of [policy, reference]) each.update(dead);
    const expected = { scalars: await reference.scalars(), gradients: await lastGradients(reference) };
    expectSameScalars(await policy.scalars(), expected.scalars, 2, 1e-3);
    expectSameParameters(one.shape, await lastGradients(policy), expected.gradients, rate > 0 ? 1e-3 : 1e-4);
    reference.dispose();
  });

  it.each([1, 2])('with dropout only sequences with a loss take a backward pass, inner epochs %i', async (innerEpochs) => {
    const one = caseOf(8, small, 1, 20);
    const weights = randomWeights(one.shape, [1]);
    const request = requestOfGroups(one, 1);
    const { scalars: _, ...sample } = await cpuOf(one.shape, weights).sample(request);
    const dropout = { rates: [0.2], seeds: [4], step: 3 };
    const update = updateOf(one, request, sample, { innerEpochs, dropout, optimizer: optimizerOf(1) }, { klCoefficient: [0], decisivePosition: undefined });
    for (const alive of [[], [2], [0, 3], [0, 1, 2, 3]]) {
      const policy = cpuOf(one.shape, weights);
      const learns = (i: number): boolean => alive.includes(Math.floor(i / 5));
      policy.update({ ...update, advantages: update.advantages.map((value, i) => (learns(i) ? value : 0)) });
      const rows = [...update.lengths].reduce((sum, length, i) => sum + (learns(i) ? update.promptLength + length - 1 : 0), 0);
      expect(policy.backwardRows, `groups ${alive.join()}`).toBe(innerEpochs * rows);
    }
  });

  it.each([1, 2])('only what leads to a loss takes a backward pass, inner epochs %i', async (innerEpochs) => {
    const one = caseOf(8, small, 1, 20);
    const weights = randomWeights(one.shape, [1]);
    const request = requestOfGroups(one, 1);
    const { scalars: _, ...sample } = await cpuOf(one.shape, weights).sample(request);
    const update = updateOf(one, request, sample, { innerEpochs, optimizer: optimizerOf(1) }, { klCoefficient: [0] });
    /** Rows of the backward passes, where only some of the four groups of five have advantages. */
    const backwardRows = (alive: readonly number[]): number => {
      const policy = cpuOf(one.shape, weights);
      policy.update({ ...update, advantages: update.advantages.map((value, i) => (alive.includes(Math.floor(i / 5)) ? value : 0)) });
      return policy.backwardRows;
    };
    const leading = (alive: readonly number[]): number => innerEpochs * distinctBeginnings(update, (i) => alive.includes(Math.floor(i / 5)));
    for (const alive of [[], [2], [0, 3], [0, 1, 2, 3]]) expect(backwardRows(alive), `groups ${alive.join()}`).toBe(leading(alive));
    expect(backwardRows([])).toBe(0);
    expect(backwardRows([0, 3])).toBeLessThan(backwardRows([0, 1, 2, 3]));
  });

  it('a step in which no response has a loss leaves the weights to weight decay', async () => {
    const one = caseOf(4, small, 1, 10);
    const weights = randomWeights(one.shape, [1]);
    const request = requestOfGroups(one, 1);
    const policy = cpuOf(one.shape, weights);
    const { scalars: _, ...sample } = await policy.sample(request);
    const advantages = new Float32Array(10);
    policy.update(updateOf(one, request, sample, { advantages }, { klCoefficient: [0] }));
    expect((await lastGradients(policy)).every((value) => value === 0)).toBe(true);
    expect((await policy.parameters()).every((value, i) => Math.abs(value) <= Math.abs(weights[i]!))).toBe(true);
  });

  it('an update on other responses than those sampled last, or of other lengths, takes what it is given', async () => {
    const one = caseOf(5, small, 1, 10);
    const weights = randomWeights(one.shape, [1]);
    const request = requestOfGroups(one, 1);
    const [used, given] = [cpuOf(one.shape, weights), cpuOf(one.shape, weights)];
    const { scalars: _, ...sample } = await used.sample(request);
    const cut = (update: GrpoUpdate): GrpoUpdate => ({ ...update, lengths: update.lengths.map((length) => Math.max(1, length - 1)) });
    const other: Sample = { ...sample, tokens: sample.tokens.map((token, i) => (i === 3 ? (token + 1) % 5 : token)) };
    for (const update of [cut(updateOf(one, request, sample)), updateOf(one, request, other)]) {
      await used.sample(request);
      for (const policy of [used, given]) policy.update(update);
      expect(await used.scalars()).toEqual(await given.scalars());
      expect(await used.snapshot()).toEqual(await given.snapshot());
    }
  });
});

/** How many beginnings of some sequences differ, without the last token of each, after which nothing is wanted. */
function distinctBeginnings({ prompts, promptLength, responses, width, lengths }: GrpoUpdate, which = (_: number): boolean => true): number {
  const all = new Set<string>();
  lengths.forEach((length, i) => {
    if (!which(i)) return;
    const prompt = prompts.subarray(i * promptLength, (i + 1) * promptLength);
    const tokens = [...prompt, ...responses.subarray(i * width, i * width + length - 1)];
    tokens.forEach((_, end) => all.add(tokens.slice(0, end + 1).join()));
  });
  return all.size;
}

const bytesOf = (values: Float32Array): Buffer => Buffer.from(values.buffer, values.byteOffset, values.byteLength);

/** The same with an advantage of 0 in the first four of every five groups of five. */
function withoutLoss(update: GrpoUpdate): GrpoUpdate {
  return { ...update, advantages: update.advantages.map((value, i) => (Math.floor(i / 5) % 5 === 4 ? value : 0)) };
}

it('a memory without room for more forgets, and finds the same again', async () => {
  const module = await loadCpuKernels(cpuEngines[0]!);
  const one = caseOf(7, { ...small, vocabulary: 9 }, 1, 16);
  const kernels = new CpuKernels(module, one.shape);
  const builder = new TrieBuilder(kernels);
  const weights = kernels.allocate(kernels.rowSize);
  kernels.putFloats(weights, randomWeights(one.shape, [1]));
  const loadReference = (): void => kernels.run.loadWeights(kernels.at.referencePanels, weights);
  // So many replicas that each has room for one trie.
  const [used, fresh] = [1e6, 1e6].map((replicas) => new ReferenceMemory(kernels, builder, replicas));
  const said = (memory: ReferenceMemory, trie: Trie): number[] => {
    const logits = Int32Array.from({ length: trie.tokens.length - trie.trunk }, (_, i) => trie.first + i);
    return Array.from(memory.logProbs(trie, logits, new Int32Array(logits.length).fill(3), 1, loadReference));
  };
  const computed = (work: () => void): number => {
    const before = kernels.run.computedRows.value;
    work();
    return kernels.run.computedRows.value - before;
  };
  const tries = Array.from({ length: 7 }, () => randomTrie(builder, one));
  for (const trie of tries) {
    fresh!.forget();
    expect(said(used!, trie)).toEqual(said(fresh!, trie));
  }
  expect(computed(() => said(used!, tries.at(-1)!)), 'the last one is remembered').toBe(0);
  expect(computed(() => said(used!, tries[0]!)), 'the first one was forgotten').toBeGreaterThan(0);
});

/** Sequences of random tokens, whose rows from the third on have logits. */
function randomTrie(builder: TrieBuilder, { shape, random, sequences }: Case): Trie {
  builder.start(builder.kernels.trieRows);
  const rows = new Int32Array(sequences).fill(-1);
  for (let t = 0; t < shape.context; t++) {
    if (t === 2) builder.endTrunk();
    for (let s = 0; s < sequences; s++) rows[s] = builder.child(rows[s]!, random.integer(shape.vocabulary));
  }
  return builder.finish();
}
