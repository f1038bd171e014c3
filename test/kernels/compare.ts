import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { RandomSequence, randomAt, randomKey, toUniform } from '../../src/core/random.js';
import { transformerLayout, type TransformerShape } from '../../workers/engines/layout.js';
import type { GrpoUpdate, Policy, Sample, SampleRequest, SupervisedUpdate } from '../../workers/engines/policy.js';
import { transformer } from '../../workers/engines/reference/transformer.js';
import { stepScalars } from '../../workers/engines/grpoStep.js';
import { samplingDistribution } from '../../workers/engines/reference/samplingDistribution.js';

/** The last gradients `[R, P]` of an update made with `gradientKeeping`. */
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

/** max |a − b| / max |b|: infinite where b is all zeros and a is not, or where a is not a number. */
function relativeError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [difference, largest] = [0, 0];
  for (let i = 0; i < b.length; i++) {
    difference = Math.max(difference, Number.isNaN(a[i]!) ? Infinity : Math.abs(a[i]! - b[i]!));
    largest = Math.max(largest, Math.abs(b[i]!));
  }
  return difference === 0 ? 0 : difference / largest;
}

/** The relative error of each named parameter of each replica by itself. */
function relativeErrors(shape: TransformerShape, a: Float32Array, b: Float32Array): Record<string, number> {
  const { entries, size } = transformerLayout(shape);
  const errors: Record<string, number> = {};
  for (let replica = 0; replica < b.length / size; replica++) {
    for (const { name, offset, size: count } of entries) {
      const start = replica * size + offset;
      const own = (values: Float32Array): Float32Array => values.subarray(start, start + count);
      errors[`${name} of ${replica}`] = relativeError(own(a), own(b));
    }
  }
  return errors;
}

/** Expects a relative error of at most `tolerance`. */
export function expectClose(
  actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, what: string,
): void {
  expect(actual.length, what).toBe(expected.length);
  expect(relativeError(actual, expected), `relative error of ${what}`).toBeLessThanOrEqual(tolerance);
}

/** Expects the same of each named parameter of each replica. */
export function expectSameParameters(
  shape: TransformerShape, actual: Float32Array, expected: Float32Array, tolerance: number,
): void {
  expect(actual.length).toBe(expected.length);
  const errors = Object.entries(relativeErrors(shape, actual, expected));
  expect(Object.fromEntries(errors.filter(([, error]) => !(error <= tolerance)))).toEqual({});
}

/** Expects each of a step's scalars `[stepScalars.length, R]` within `tolerance` of its own size, or of 1. */
export function expectSameScalars(
  actual: Float32Array | undefined, expected: Float32Array | undefined, replicas: number, tolerance: number,
): void {
  stepScalars.forEach((name, k) => {
    for (let replica = 0; replica < replicas; replica++) {
      const [a, b] = [actual![k * replicas + replica]!, expected![k * replicas + replica]!];
      if (Number.isNaN(b)) expect(a, name).toBeNaN();
      else expect(Math.abs(a - b), `${name}: ${a}, not ${b}`).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(b)));
    }
  });
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
