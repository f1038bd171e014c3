import * as tf from '@tensorflow/tfjs-core';
import { RandomSequence, randomAt, randomKey, toUniform } from '../../src/core/random.js';
import { initialiseTransformer } from '../../workers/model/initialise.js';
import { transformerLayout, type TransformerShape } from '../../workers/model/layout.js';
import type { GrpoUpdate, Policy, Sample, SampleRequest, SupervisedUpdate } from '../../workers/model/policy.js';
import { transformer } from '../../workers/model/transformer.js';
import { samplingDistribution } from '../../workers/rl/samplingDistribution.js';

/** Fresh weights with gains that differ; twice the usual scale in small models, for distributions far from uniform. */
export function randomWeights(shape: TransformerShape, seeds: readonly number[]): Float32Array {
  const scale = shape.width > 100 ? 1 : 2;
  const change = (value: number, i: number): number => (value === 1 ? 1 + 0.3 * Math.sin(i) : scale * value);
  return initialiseTransformer(shape, seeds).map(change);
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
  const responses = new Int32Array(count * width).fill(padding);
  const samplingLogProbs = new Float32Array(count * width);
  lengths.forEach((length, i) => {
    for (let t = 0; t < length; t++) {
      responses[i * width + t] = random.integer(shape.vocabulary);
      samplingLogProbs[i * width + t] = -3 * random.uniform();
    }
  });
  const each = (draw: () => number): number[] => Array.from({ length: replicas }, draw);
  const aggregations = ['token-mean', 'seq-mean-token-mean', 'seq-mean-token-sum', 'seq-mean-token-sum-norm'] as const;
  const knownOr = (chance: number, value: () => number): number => (random.chance(chance) ? value() : 0);
  return {
    prompts, promptLength, responses, width, lengths, samplingLogProbs, padding, maxResponseLength,
    advantages: Float32Array.from({ length: count }, () => random.normal()),
    innerEpochs: 1 + random.integer(3),
    loss: {
      temperature: each(() => (random.chance(0.5) ? 1 : 0.6 + random.uniform())),
      klCoefficient: each(() => knownOr(0.7, () => random.uniform())),
      entropyCoefficient: each(() => knownOr(0.5, () => random.uniform() / 5)),
      labelSmoothing: each(() => knownOr(0.5, () => random.uniform() / 5)),
      bounds: {
        low: each(() => (random.chance(0.3) ? Infinity : 0.02 * random.uniform())),
        high: each(() => (random.chance(0.3) ? Infinity : 0.02 * random.uniform())),
        dual: each(() => knownOr(0.5, () => 1.5)),
      },
      klEstimator: (['k1', 'k2', 'k3'] as const)[random.integer(3)]!,
      aggregation: aggregations[random.integer(4)]!,
      maxLength: maxResponseLength,
      decisivePosition: random.chance(0.5) ? random.integer(maxResponseLength + 1) : undefined,
    },
    optimizer: gradientKeeping(replicas),
    dropout: { rates: each(() => dropout), seeds: each(() => random.integer(1000)), step: random.integer(1000) },
  };
}

export function randomSupervision(
  shape: TransformerShape, replicas: number, random: RandomSequence, dropout: number,
): SupervisedUpdate {
  const length = 1 + random.integer(shape.context);
  const batch = 1 + random.integer(shape.width > 100 ? 2 : 8);
  const count = replicas * batch * length;
  const tokens = (): Int32Array => Int32Array.from({ length: count }, () => random.integer(shape.vocabulary));
  const each = (draw: () => number): number[] => Array.from({ length: replicas }, draw);
  return {
    tokens: tokens(), labels: tokens(), length,
    mask: Float32Array.from({ length: count }, () => Number(random.chance(0.6))),
    labelSmoothing: each(() => random.uniform() / 5),
    optimizer: gradientKeeping(replicas),
    dropout: { rates: each(() => dropout), seeds: each(() => random.integer(1000)), step: random.integer(1000) },
  };
}

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

/** AdamW whose first moment is the last gradient itself: no momentum, no clipping. */
export function gradientKeeping(replicas: number): GrpoUpdate['optimizer'] {
  const each = (value: number): number[] => new Array<number>(replicas).fill(value);
  const [learningRate, weightDecay, maxGradNorm] = [each(1e-3), each(0.1), each(1e20)];
  return { learningRate, weightDecay, maxGradNorm, beta1: 0, beta2: 0.99, epsilon: 1e-3 };
}

/** The last gradients `[R, P]` of an update made with such an optimiser. */
export async function lastGradients(policy: Policy): Promise<Float32Array> {
  return (await policy.snapshot()).firstMoment;
}

/** What a policy says of an update (scalars, or losses), and the gradients that it made it with. */
export interface Outcome {
  readonly told: Float32Array;
  readonly gradients: Float32Array;
}

/** Makes a policy's one update, and disposes of it. */
export async function outcomeOf(policy: Policy, update: GrpoUpdate | SupervisedUpdate): Promise<Outcome> {
  if ('responses' in update) policy.update(update);
  const told = 'responses' in update ? (await policy.scalars())! : await policy.supervise(update);
  const gradients = await lastGradients(policy);
  policy.dispose();
  return { told, gradients };
}

/**
 * Draws until an update hangs on no threshold, and returns it with its outcome: rounding can put a ReLU or a clipped
 * ratio on either side of its own, and then two right gradients differ. Nudging the weights back and forth, further than
 * rounding does, brings it to light: the reference's gradients must stay within `tolerance`.
 */
export async function drawSettled<Update extends GrpoUpdate | SupervisedUpdate>(
  shape: TransformerShape, weights: Float32Array, tolerance: number, draw: () => Update,
  referenceOf: (shape: TransformerShape, start: Float32Array) => Policy,
): Promise<{ update: Update; expected: Outcome }> {
  for (;;) {
    const update = draw();
    const expected = await outcomeOf(referenceOf(shape, weights), update);
    let largest = 0;
    for (const size of [1e-6, -1e-6]) {
      const { gradients } = await outcomeOf(referenceOf(shape, nudge(weights, size)), update);
      largest = Math.max(largest, ...Object.values(relativeErrors(shape, gradients, expected.gradients)));
    }
    if (largest <= tolerance) return { update, expected };
  }
}

function nudge(weights: Float32Array, size: number): Float32Array {
  const random = new RandomSequence(0, 0, 0);
  return weights.map((value) => value * (1 + size * random.normal()));
}

/** max |a − b| / max |b| for each named parameter of each replica; where b is all zeros, max |a|. */
export function relativeErrors(shape: TransformerShape, a: Float32Array, b: Float32Array): Record<string, number> {
  const { entries, size } = transformerLayout(shape);
  const errors: Record<string, number> = {};
  for (let replica = 0; replica < a.length / size; replica++) {
    for (const { name, offset, size: count } of entries) {
      let [difference, largest] = [0, 0];
      for (let i = replica * size + offset; i < replica * size + offset + count; i++) {
        difference = Math.max(difference, Number.isNaN(a[i]!) ? Infinity : Math.abs(a[i]! - b[i]!));
        largest = Math.max(largest, Math.abs(b[i]!));
      }
      errors[`${name} of ${replica}`] = difference / (largest || 1);
    }
  }
  return errors;
}

/**
 * Where two samples of one request first differ, in each sequence: how far the reference's draw is from the nearest
 * boundary of its cumulative distribution.
 */
export async function distancesToBoundary(
  shape: TransformerShape, weights: Float32Array, request: SampleRequest, reference: Sample, other: Sample,
): Promise<number[]> {
  const { promptLength, maxResponseLength } = request;
  const { size } = transformerLayout(shape);
  const replicas = request.seeds.length;
  const batch = request.prompts.length / (replicas * promptLength);
  const token = (sample: Sample, i: number, t: number): number =>
    t < sample.width ? sample.tokens[i * sample.width + t]! : request.padding;
  const distances: number[] = [];
  for (let i = 0; i < replicas * batch; i++) {
    let t = 0;
    while (t < maxResponseLength && token(reference, i, t) === token(other, i, t)) t++;
    if (t === maxResponseLength) continue;
    const replica = Math.floor(i / batch);
    const context = [
      ...request.prompts.subarray(i * promptLength, (i + 1) * promptLength),
      ...Array.from({ length: t }, (_, k) => token(reference, i, k)),
    ];
    const distribution = tf.tidy(() => {
      const parameters = tf.tensor2d(weights.slice(replica * size, (replica + 1) * size), [1, size]);
      const logits = transformer(parameters, shape, tf.tensor3d(context, [1, 1, context.length], 'int32'));
      const last = tf.reshape(tf.slice(logits, [0, 0, context.length - 1, 0], [1, 1, 1, -1]), [1, 1, -1]);
      const { temperature, topP, topK } = request.sampling;
      const one = { temperature: [temperature[replica]!], topP: [topP[replica]!], topK: [topK[replica]!] };
      return tf.cumsum(samplingDistribution(last as tf.Tensor3D, one), 2);
    });
    const cumulative = [...(await distribution.data())];
    distribution.dispose();
    const key = randomKey(request.seeds[replica]!, request.stream, request.step);
    const uniform = toUniform(randomAt(key, (i % batch) * maxResponseLength + t));
    distances.push(Math.min(...cumulative.map((value) => Math.abs(value - uniform))));
  }
  return distances;
}
