import { RandomSequence, streams } from '../../src/core/random.js';
import { initialiseTransformer } from '../../workers/model/initialise.js';
import type { TransformerShape } from '../../workers/engines/layout.js';
import {
  aggregations, type GrpoKnob, grpoKnobNames, grpoKnobs, klEstimators, policyLosses, rolloutCorrections,
} from '../../workers/engines/grpoStep.js';
import type { GrpoUpdate, Sample, SampleRequest, SupervisedUpdate } from '../../workers/engines/policy.js';

/** One number a replica. */
export const each = (replicas: number, value: (replica: number) => number): number[] =>
  Array.from({ length: replicas }, (_, r) => value(r));

export const integers = (count: number, below: number, random: RandomSequence): Int32Array<ArrayBuffer> =>
  Int32Array.from({ length: count }, () => random.integer(below));

/** A small language model but for the changes. */
export const shapeOf = (changes: Partial<TransformerShape>): TransformerShape => ({
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

/** Fresh weights with gains that differ; twice the usual scale in small models, for distributions far from uniform. */
export function randomWeights(shape: TransformerShape, seeds: readonly number[]): Float32Array {
  const scale = shape.width > 100 ? 1 : 2;
  const change = (value: number, i: number): number => (value === 1 ? 1 + 0.3 * Math.sin(i) : scale * value);
  return initialiseTransformer(shape, seeds).map(change);
}

/** A value of every knob of the loss that is not neutral, and tight where it is a bound: it holds in a step or two. */
export const drawKnob: Readonly<Record<GrpoKnob, (random: RandomSequence) => number>> = {
  temperature: (random) => 0.6 + random.uniform(),
  klCoefficient: (random) => random.uniform(),
  entropyCoefficient: (random) => random.uniform() / 5,
  labelSmoothing: (random) => random.uniform() / 5,
  clipLow: (random) => 0.02 * random.uniform(),
  clipHigh: (random) => 0.02 * random.uniform(),
  dualClip: (random) => 1 + 0.02 * random.uniform(),
  covarianceShare: (random) => 0.1 + 0.3 * random.uniform(),
  covarianceLow: (random) => 0.2 * random.uniform(),
  covarianceHigh: (random) => 0.3 + 0.3 * random.uniform(),
  klCovCoefficient: (random) => random.uniform(),
  sapoPositive: (random) => 0.5 + random.uniform(),
  sapoNegative: (random) => 0.5 + random.uniform(),
  rolloutCorrectionThreshold: (random) => 0.4 + 0.4 * random.uniform(),
};

/** A number for every knob of the loss. */
export function knobsOf<T>(value: (name: GrpoKnob) => T): Record<GrpoKnob, T> {
  return Object.fromEntries(grpoKnobNames.map((name) => [name, value(name)])) as Record<GrpoKnob, T>;
}

/** A knob of one replica as a case tells of it; neutral where the case does not name it. */
export function knobIn(told: Readonly<Partial<Record<GrpoKnob, unknown>>>, name: GrpoKnob): number {
  return (told[name] as number | undefined) ?? grpoKnobs[name].neutral;
}

/** Every knob of a GRPO step drawn at random for `replicas`, for a model of this shape. */
export function randomUpdate(
  shape: TransformerShape, replicas: number, random: RandomSequence, dropout: number,
): GrpoUpdate {
  const promptLength = 1 + random.integer(Math.min(6, shape.context - 1));
  const maxResponseLength = 1 + random.integer(Math.min(shape.context - promptLength, 24));
  const repeats = 1 + random.integer(shape.width > 100 ? 2 : 4);
  const batch = repeats * (1 + random.integer(shape.width > 100 ? 2 : 5));
  const count = replicas * batch;
  const width = 1 + random.integer(maxResponseLength);
  const padding = shape.vocabulary - 1;
  const prompts = repeatedPrompts(shape, replicas, batch, promptLength, repeats, random);
  const lengths = Int32Array.from({ length: count }, () => 1 + random.integer(width));
  const innerEpochs = 1 + random.integer(3);
  const inLoss = Int32Array.from({ length: count }, () => Number(!random.chance(0.1)));
  const responses = new Int32Array(count * width).fill(padding);
  const samplingLogProbs = new Float32Array(count * width);
  lengths.forEach((length, i) => {
    for (let t = 0; t < length; t++) {
      responses[i * width + t] = random.integer(shape.vocabulary);
      samplingLogProbs[i * width + t] = -3 * random.uniform();
    }
  });
  return {
    prompts, promptLength, responses, width, lengths, samplingLogProbs, padding, maxResponseLength,
    advantages: Float32Array.from(inLoss, (isIn) => (isIn && !random.chance(0.2) ? random.normal() : 0)),
    inLoss,
    innerEpochs,
    // As many gradient steps as make a test worth its time.
    miniBatches: innerEpochs === 3 ? 1 : 1 + random.integer(2),
    repeats,
    staleness: 0,
    loss: {
      ...knobsOf((name) => each(replicas, () => (random.chance(0.4) ? grpoKnobs[name].neutral : drawKnob[name](random)))),
      policyLoss: policyLosses[random.integer(policyLosses.length)]!,
      rolloutCorrection: rolloutCorrections[random.integer(rolloutCorrections.length)]!,
      klEstimator: klEstimators[random.integer(klEstimators.length)]!,
      klCorrection: random.chance(0.3),
      aggregation: aggregations[random.integer(aggregations.length)]!,
      maxLength: maxResponseLength,
      decisivePosition: random.chance(0.5) ? random.integer(maxResponseLength + 1) : undefined,
    },
    optimizer: gradientKeeping(replicas),
    dropout: randomDropout(replicas, random, dropout),
  };
}

export function randomSupervision(
  shape: TransformerShape, replicas: number, random: RandomSequence, dropout: number,
): SupervisedUpdate {
  const length = 1 + random.integer(shape.context);
  const batch = 1 + random.integer(shape.width > 100 ? 2 : 8);
  const count = replicas * batch * length;
  const tokens = (): Int32Array => integers(count, shape.vocabulary, random);
  return {
    tokens: tokens(), labels: tokens(), length,
    mask: Float32Array.from({ length: count }, () => Number(random.chance(0.6))),
    labelSmoothing: each(replicas, () => random.uniform() / 5),
    optimizer: gradientKeeping(replicas),
    dropout: randomDropout(replicas, random, dropout),
  };
}

function randomDropout(replicas: number, random: RandomSequence, rate: number): GrpoUpdate['dropout'] {
  const seeds = each(replicas, () => random.integer(1000));
  return { rates: each(replicas, () => rate), seeds, step: random.integer(1000) };
}

/** `[R, B, promptLength]`: runs of `repeats` equal prompts. */
export function repeatedPrompts(
  shape: TransformerShape, replicas: number, batch: number, promptLength: number, repeats: number,
  random: RandomSequence,
): Int32Array {
  const prompts = new Int32Array(replicas * batch * promptLength);
  for (let i = 0; i < replicas * batch; i++) {
    const start = i * promptLength;
    if (i % repeats > 0) prompts.copyWithin(start, start - promptLength, start);
    else for (let p = 0; p < promptLength; p++) prompts[start + p] = random.integer(shape.vocabulary);
  }
  return prompts;
}

/** What a population is trained on where a test says what is special about it: B sequences a replica. */
export interface Case {
  readonly shape: TransformerShape;
  readonly replicas: number;
  readonly sequences: number;
  readonly promptLength: number;
  readonly maxResponseLength: number;
  readonly random: RandomSequence;
}

export function caseOf(seed: number, changes: Partial<TransformerShape> = {}, replicas = 2, sequences = 6): Case {
  const shape = shapeOf(changes);
  const promptLength = 3;
  const random = new RandomSequence(seed, streams.initialisation, 2);
  return { shape, replicas, sequences, promptLength, maxResponseLength: shape.context - promptLength, random };
}

const endOfSequence = 1;
const padding = 0;

/** A plain request for the case's sequences, but for the sampling. */
export function requestOf(one: Case, sampling: Partial<SampleRequest['sampling']> = {}): SampleRequest {
  const { replicas, sequences, promptLength, maxResponseLength, shape, random } = one;
  return {
    prompts: integers(replicas * sequences * promptLength, shape.vocabulary, random),
    promptLength,
    repeats: 1,
    maxResponseLength,
    sampling: {
      temperature: each(replicas, () => 1), topP: each(replicas, () => 1), topK: each(replicas, () => 0), ...sampling,
    },
    endOfSequence,
    padding,
    seeds: each(replicas, (r) => r + 3),
    stream: streams.sampling,
    step: 4,
  };
}

/** A plain update on a sample with random advantages, but for the changes. */
export function updateOf(
  one: Case, request: SampleRequest, sample: Sample, changes: Partial<GrpoUpdate> = {},
  loss: Partial<GrpoUpdate['loss']> = {},
): GrpoUpdate {
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
    inLoss: new Int32Array(lengths.length).fill(1),
    padding,
    maxResponseLength,
    innerEpochs: 1,
    miniBatches: 1,
    repeats: request.repeats,
    staleness: 0,
    loss: {
      ...knobsOf((name) => each(replicas, () => grpoKnobs[name].neutral)),
      klCoefficient: each(replicas, () => 0.1),
      clipLow: each(replicas, () => 0.2),
      clipHigh: each(replicas, () => 0.2),
      policyLoss: 'clip',
      rolloutCorrection: 'off',
      klEstimator: 'k3',
      klCorrection: false,
      aggregation: 'token-mean',
      maxLength: maxResponseLength,
      decisivePosition: 2,
      ...loss,
    },
    optimizer: gradientKeeping(replicas),
    dropout: { rates: each(replicas, () => 0), seeds: request.seeds, step: request.step },
    ...changes,
  };
}

/** AdamW whose first moment is the last gradient itself: no momentum, no clipping. */
export const gradientKeeping = (replicas: number): GrpoUpdate['optimizer'] => ({
  learningRate: each(replicas, () => 1e-3),
  weightDecay: each(replicas, () => 0.1),
  maxGradNorm: each(replicas, () => 1e20),
  beta1: 0,
  beta2: 0.99,
  epsilon: 1e-3,
});

/** AdamW as in training, with a rate and a bound of the norm for each replica. */
export const optimizerOf = (replicas: number): GrpoUpdate['optimizer'] => ({
  learningRate: each(replicas, (r) => 0.01 / (r + 1)),
  weightDecay: each(replicas, () => 0.01),
  maxGradNorm: each(replicas, (r) => 1 - 0.5 * r),
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
});
