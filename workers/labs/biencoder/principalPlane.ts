import { RandomSequence, streams } from '../../../src/core/random.js';
import { rowCount, type Rows } from '../../losses/retrievalMetrics.js';

/** Points in the plane of their two principal components. */
export interface PrincipalPlane {
  /** x and y of one point after the other, centred. */
  readonly places: Float32Array;
  /** The share of the points' variance that lies in the plane; 0 where they are one point. */
  readonly explained: number;
}

/**
 * Projects points onto the plane of largest variance. Principal axes have no sign and swap places when their variances
 * cross, so the plane is turned (and mirrored where that fits better) to lie as it did before: by the orthogonal map that
 * brings the same points nearest to their places in `before` (orthogonal Procrustes, Schönemann 1966; closed form for two
 * dimensions). x and y are then directions within the plane; without `before` they are the first and the second component.
 *
 * @param before the places of the same points, if there are any
 */
export function principalPlane(points: Rows, before?: Float32Array): PrincipalPlane {
  const { width } = points;
  const count = rowCount(points);
  const centred = centre(points);
  const covariance = covarianceOf(centred, width);
  const [first, second] = principalDirections(covariance, width);
  const places = new Float32Array(2 * count);
  for (let i = 0; i < count; i++) {
    const point = centred.subarray(i * width, (i + 1) * width);
    places[2 * i] = dot(point, first);
    places[2 * i + 1] = dot(point, second);
  }
  if (before) align(places, before);
  else turnToAxes(places);
  let total = 0;
  for (let k = 0; k < width; k++) total += covariance[k * width + k]!;
  return { places, explained: total > 1e-12 ? dot(places, places) / count / total : 0 };
}

/** Turns and mirrors points about the origin to lie as near as can be to others. */
function align(places: Float32Array, target: Float32Array): void {
  const { xx, xy, yx, yy } = products(places, target);
  const mirrored = Math.hypot(xx - yy, xy + yx) > Math.hypot(xx + yy, xy - yx);
  const sign = mirrored ? -1 : 1;
  turn(places, Math.atan2(xy - sign * yx, xx + sign * yy), sign);
}

/** Turns points about the origin until x is the direction in which they vary most. */
function turnToAxes(places: Float32Array): void {
  const { xx, xy, yy } = products(places, places);
  turn(places, -Math.atan2(2 * xy, xx - yy) / 2, 1);
}

/** Sums over points of what a coordinate of theirs is times a coordinate of another's. */
function products(a: Float32Array, b: Float32Array): { xx: number; xy: number; yx: number; yy: number } {
  let [xx, xy, yx, yy] = [0, 0, 0, 0];
  for (let i = 0; i < a.length; i += 2) {
    xx += a[i]! * b[i]!;
    xy += a[i]! * b[i + 1]!;
    yx += a[i + 1]! * b[i]!;
    yy += a[i + 1]! * b[i + 1]!;
  }
  return { xx, xy, yx, yy };
}

/** @param sign of y before the turn */
function turn(places: Float32Array, angle: number, sign: number): void {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  for (let i = 0; i < places.length; i += 2) {
    const [x, y] = [places[i]!, sign * places[i + 1]!];
    places[i] = cos * x - sin * y;
    places[i + 1] = sin * x + cos * y;
  }
}

function centre({ values, width }: Rows): Float64Array {
  const centred = Float64Array.from(values);
  const count = centred.length / width;
  for (let k = 0; k < width; k++) {
    let mean = 0;
    for (let i = k; i < centred.length; i += width) mean += centred[i]! / count;
    for (let i = k; i < centred.length; i += width) centred[i]! -= mean;
  }
  return centred;
}

/** `[width × width]` */
function covarianceOf(centred: Float64Array, width: number): Float64Array {
  const count = centred.length / width;
  const covariance = new Float64Array(width * width);
  for (let start = 0; start < centred.length; start += width) {
    for (let a = 0; a < width; a++) {
      const x = centred[start + a]! / count;
      for (let b = 0; b <= a; b++) covariance[a * width + b]! += x * centred[start + b]!;
    }
  }
  for (let a = 0; a < width; a++) for (let b = 0; b < a; b++) covariance[b * width + a] = covariance[a * width + b]!;
  return covariance;
}

/**
 * Two orthonormal directions that span the plane of largest variance, by orthogonal iteration (Golub & Van Loan, Matrix
 * Computations, 8.2.4): only these two are sought, and products with the covariance are all that it takes. It begins with
 * the same random directions each time, so that a plane depends on its points alone. Where the second and the third
 * largest variance are nearly equal it stops short of the plane, at one that holds nearly as much.
 */
function principalDirections(covariance: Float64Array, width: number): readonly [Float64Array, Float64Array] {
  const random = new RandomSequence(0, streams.initialisation, 0);
  let first: Float64Array = Float64Array.from({ length: width }, () => random.normal());
  let second: Float64Array = Float64Array.from({ length: width }, () => random.normal());
  orthonormalise(first, second);
  for (let product = 0; product < 200; product++) {
    const before = [first, second];
    [first, second] = [multiply(covariance, first), multiply(covariance, second)];
    orthonormalise(first, second);
    // What the new directions have in the plane of those before: both wholly, where the plane no longer turns.
    const kept = before.reduce((sum, direction) => sum + dot(direction, first) ** 2 + dot(direction, second) ** 2, 0);
    if (2 - kept < 1e-10) break;
  }
  return [first, second];
}

/** Gram–Schmidt. Points on a line leave nothing of the second direction but rounding, which is made 0. */
function orthonormalise(first: Float64Array, second: Float64Array): void {
  const length = Math.sqrt(dot(first, first));
  scale(first, length > 0 ? 1 / length : 0);
  const shared = dot(first, second);
  for (let k = 0; k < second.length; k++) second[k]! -= shared * first[k]!;
  const left = Math.sqrt(dot(second, second));
  scale(second, left > 1e-12 * length ? 1 / left : 0);
}

function scale(direction: Float64Array, factor: number): void {
  for (let k = 0; k < direction.length; k++) direction[k]! *= factor;
}

function multiply(matrix: Float64Array, vector: Float64Array): Float64Array {
  const { length } = vector;
  return vector.map((_, row) => dot(matrix.subarray(row * length, (row + 1) * length), vector));
}

function dot(a: Float64Array | Float32Array, b: Float64Array | Float32Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!;
  return sum;
}
