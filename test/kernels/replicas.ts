import { expect, it } from 'vitest';
import { RandomSequence, streams } from '../../src/core/random.js';
import { type GrpoKnob, grpoKnobNames, grpoKnobs, type PolicyLossKind, type RolloutCorrection, stepScalars } from '../../workers/engines/grpoStep.js';
import { sliceReplicas } from '../../workers/engines/perReplica.js';
import type { GrpoUpdate, Policy, PolicySnapshot, SampleRequest, SupervisedUpdate } from '../../workers/engines/policy.js';
import type { TransformerShape } from '../../workers/engines/layout.js';
import { drawKnob, integers, knobsOf, randomWeights, shapeOf } from './cases.js';
import { sharded } from './shards.js';

const replicas = 3;
const batch = 6;
const promptLength = 3;
const maxResponseLength = 7;
const endOfSequence = 1;
const padding = 0;
const shape = shapeOf({ layers: 1 });
const weights = randomWeights(shape, [1, 2, 3]);
const random = new RandomSequence(5, streams.initialisation, 3);

/** What a population is told: a supervised update, and then GRPO on what it samples. */
interface Plan {
  readonly supervised: SupervisedUpdate;
  readonly request: SampleRequest;
  readonly update: Omit<GrpoUpdate, 'responses' | 'width' | 'lengths' | 'samplingLogProbs'>;
}

const optimizer = {
  learningRate: [0.02, 0.03, 0.01],
  weightDecay: [0.1, 0, 0.3],
  maxGradNorm: [0.5, 0.2, 100],
  beta1: 0.9,
  beta2: 0.99,
  epsilon: 1e-8,
};
const prompts = integers(replicas * batch * promptLength, shape.vocabulary, random);
const learned = replicas * batch * shape.context;

/** A kind of policy loss, and of correction beside it, with the knobs that it reads. */
interface Kind {
  readonly policyLoss: PolicyLossKind;
  readonly rolloutCorrection?: RolloutCorrection;
  readonly staleness?: number;
  readonly reads: readonly GrpoKnob[];
}

export const kinds: readonly Kind[] = [
  { policyLoss: 'clip', rolloutCorrection: 'token-truncate', staleness: 1, reads: ['clipLow', 'clipHigh', 'dualClip', 'rolloutCorrectionThreshold'] },
  { policyLoss: 'gspo', reads: ['clipLow', 'clipHigh', 'dualClip'] },
  { policyLoss: 'cispo', reads: ['clipLow', 'clipHigh'] },
  { policyLoss: 'clip-cov', reads: ['clipLow', 'clipHigh', 'dualClip', 'covarianceShare', 'covarianceLow', 'covarianceHigh'] },
  { policyLoss: 'kl-cov', reads: ['covarianceShare', 'klCovCoefficient'] },
  { policyLoss: 'gpg', reads: [] },
  { policyLoss: 'sapo', reads: ['sapoPositive', 'sapoNegative'] },
];
const everyLossReads: readonly GrpoKnob[] = ['temperature', 'klCoefficient', 'entropyCoefficient', 'labelSmoothing'];

/** Every knob has another value for each replica; for the second it is off where it can be. */
const plan: Plan = {
  supervised: {
    tokens: integers(learned, shape.vocabulary, random),
    labels: integers(learned, shape.vocabulary, random),
    length: shape.context,
    mask: Float32Array.from({ length: learned }, () => Number(random.chance(0.6))),
    labelSmoothing: [0.1, 0, 0.3],
    optimizer,
    dropout: { rates: [0.1, 0, 0.3], seeds: [4, 5, 6], step: 9 },
  },
  request: {
    prompts,
    promptLength,
    repeats: 1,
    maxResponseLength,
    sampling: { temperature: [0.8, 1, 1.3], topP: [0.9, 1, 0.7], topK: [6, 0, 8] },
    endOfSequence,
    padding,
    seeds: [11, 12, 13],
    stream: streams.sampling,
    step: 1,
  },
  update: {
    prompts,
    promptLength,
    // Of either sign in every replica.
    advantages: Float32Array.from({ length: replicas * batch }, (_, i) => (i % 5 === 4 ? 0 : (i % 2 ? -1 : 1) * Math.abs(random.normal()))),
    inLoss: Int32Array.from({ length: replicas * batch }, (_, i) => Number(i % 5 !== 4)),
    padding,
    maxResponseLength,
    innerEpochs: 2,
    miniBatches: 2,
    repeats: 1,
    staleness: 0,
    loss: {
      ...knobsOf((name) => [drawKnob[name](random), grpoKnobs[name].neutral, drawKnob[name](random)]),
      policyLoss: 'clip',
      rolloutCorrection: 'off',
      klEstimator: 'k2',
      klCorrection: false,
      aggregation: 'seq-mean-token-mean',
      maxLength: maxResponseLength,
      decisivePosition: 2,
    },
    optimizer,
    dropout: { rates: [0.1, 0, 0.3], seeds: [7, 8, 9], step: 1 },
  },
};

function planOf({ policyLoss, rolloutCorrection = 'off', staleness = 0 }: Kind): Plan {
  const loss = { ...plan.update.loss, policyLoss, rolloutCorrection, klCorrection: policyLoss === 'gspo' || policyLoss === 'gpg' };
  return { ...plan, update: { ...plan.update, loss, staleness } };
}

/** The paths of all lists in a plan. */
function listsOf(value: unknown, path: readonly string[] = []): string[][] {
  if (Array.isArray(value)) return [[...path]];
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return [];
  return Object.entries(value).flatMap(([name, part]) => listsOf(part, [...path, name]));
}

const listAt = (value: unknown, path: readonly string[]): number[] =>
  path.reduce((part, name) => (part as Record<string, unknown>)[name], value) as number[];

/** What one replica did: the tokens that it sampled, and every number that the policy told of it. */
interface Outcome {
  readonly tokens: number[];
  readonly numbers: number[];
}

const steps = 3;

async function train(policy: Policy, { supervised, request, update }: Plan): Promise<Outcome[]> {
  const count = request.seeds.length;
  const outcomes = Array.from({ length: count }, (): Outcome => ({ tokens: [], numbers: [] }));
  /** Numbers `[R, …]`. */
  const tell = (values: ArrayLike<number>): void => {
    const each = values.length / count;
    outcomes.forEach(({ numbers }, r) => numbers.push(...Array.from(values).slice(r * each, (r + 1) * each)));
  };
  tell(await policy.supervise(supervised));
  policy.startOver();
  for (let step = 1; step <= steps; step++) {
    const sampler = update.staleness > 0 ? { staleness: update.staleness, precision: 'bfloat16' as const } : undefined;
    const { tokens, width, logProbs, entropies } = await policy.sample({ ...request, sampler, step });
    const lengths = Int32Array.from({ length: count * batch }, (_, i) => {
      const end = tokens.subarray(i * width, (i + 1) * width).indexOf(endOfSequence);
      return end < 0 ? width : end + 1;
    });
    outcomes.forEach((outcome, r) => {
      for (let i = r * batch; i < (r + 1) * batch; i++) {
        const own = [i * width, i * width + lengths[i]!] as const;
        outcome.tokens.push(...tokens.subarray(...own));
        outcome.numbers.push(...logProbs.subarray(...own), ...entropies.subarray(...own));
      }
    });
    const dropout = { ...update.dropout, step };
    policy.update({ ...update, dropout, responses: tokens, width, lengths, samplingLogProbs: logProbs });
    const scalars = (await policy.scalars())!;
    for (let row = 0; row < stepScalars.length; row++) tell(scalars.subarray(row * count, (row + 1) * count));
  }
  tell(await policy.parameters());
  policy.dispose();
  return outcomes;
}

type CreatePolicy = (shape: TransformerShape, start: Float32Array) => Policy;

async function alone(createPolicy: CreatePolicy, replica: number, told: Plan): Promise<Outcome> {
  const range = { from: replica, to: replica + 1, replicas };
  return (await train(createPolicy(shape, sliceReplicas(weights, range)), sliceReplicas(told, range)))[0]!;
}

/**
 * Tests that replicas which differ in every knob train as each of them does alone, in one policy and spread over two.
 *
 * @param tolerance of numbers, in units of their own size or of 1; 0 = bit for bit
 */
export function testReplicasTogether(createPolicy: CreatePolicy, tolerance: number, among: readonly Kind[] = kinds): void {
  const policyOf = (start: Float32Array | PolicySnapshot): Policy =>
    createPolicy(shape, start instanceof Float32Array ? start : start.parameters);
  const largestError = (actual: readonly number[], expected: readonly number[]): number =>
    Math.max(...actual.map((value, i) => Math.abs(value - expected[i]!) / Math.max(1, Math.abs(value))));

  it.each(among)('train as each of them does alone, in one policy and spread over two: $policyLoss', async (kind) => {
    const told = planOf(kind);
    const expected = [await alone(createPolicy, 0, told), await alone(createPolicy, 1, told), await alone(createPolicy, 2, told)];
    for (const { numbers } of expected) expect(numbers.every(Number.isFinite)).toBe(true);
    for (const policy of [policyOf(weights), sharded(policyOf, weights, { replicas, workers: 2 })]) {
      (await train(policy, told)).forEach(({ tokens, numbers }, r) => {
        expect(tokens).toEqual(expected[r]!.tokens);
        if (tolerance === 0) expect(numbers).toEqual(expected[r]!.numbers);
        else expect(largestError(numbers, expected[r]!.numbers)).toBeLessThan(tolerance);
      });
    }
  });
}

/** Tests that each knob of a replica changes what it does: a knob that nothing reads would agree with anything. */
export function testOwnKnobs(createPolicy: CreatePolicy, among: readonly Kind[] = kinds): void {
  it.each(among)('train by their own value of every knob: $policyLoss', async (kind) => {
    const told = planOf(kind);
    const read = [...everyLossReads, ...kind.reads];
    // What every loss reads is tried with one of them.
    const paths = listsOf(told).filter((path) => kind.policyLoss === 'clip' || path.at(-2) === 'loss' && !everyLossReads.includes(path.at(-1) as GrpoKnob));
    const before = await alone(createPolicy, 0, told);
    for (const path of paths) {
      const values = listAt(told, path);
      expect(new Set(values).size, path.join('.')).toBe(replicas);
      const changed = structuredClone(told);
      listAt(changed, path)[0] = values[1]!;
      const knob = grpoKnobNames.find((name) => path.join('.') === `update.loss.${name}`);
      const after = await alone(createPolicy, 0, changed);
      if (knob && !read.includes(knob)) expect(after, path.join('.')).toEqual(before);
      else expect(after, path.join('.')).not.toEqual(before);
    }
  });

  it('read every knob for one kind of loss or another', () => {
    expect([...new Set([...everyLossReads, ...kinds.flatMap(({ reads }) => reads)])].sort()).toEqual([...grpoKnobNames].sort());
  });
}
