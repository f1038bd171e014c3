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
 * dimensions). x and y are therefore directions within the plane, not the first and the second component.
 *
 * @param before the places of the same points, if there are any
 */
export function principalPlane(points: Rows, before?: Float32Array): PrincipalPlane {
  const { width } = points;
  const count = rowCount(points);
  const centred = centre(points);
  const covariance = covarianceOf(centred, width);
  const total = covariance.reduce((sum, row, i) => sum + row[i]!, 0);
  const { values, vectors } = eigen(covariance);
  const [first, second] = [...values.keys()].sort((a, b) => values[b]! - values[a]!) as [number, number];
  const places = new Float32Array(2 * count);
  for (let i = 0; i < count; i++) {
    for (let k = 0; k < width; k++) {
      const x = centred[i * width + k]!;
      places[2 * i]! += x * vectors[k]![first]!;
      places[2 * i + 1]! += x * vectors[k]![second]!;
    }
  }
  if (before) align(places, before);
  return { places, explained: total > 1e-12 ? (values[first]! + values[second]!) / total : 0 };
}

/** Turns and mirrors points about the origin to lie as near as can be to others. */
function align(places: Float32Array, target: Float32Array): void {
  let [xx, xy, yx, yy] = [0, 0, 0, 0];
  for (let i = 0; i < places.length; i += 2) {
    xx += places[i]! * target[i]!;
    xy += places[i]! * target[i + 1]!;
    yx += places[i + 1]! * target[i]!;
    yy += places[i + 1]! * target[i + 1]!;
  }
  const mirrored = Math.hypot(xx - yy, xy + yx) > Math.hypot(xx + yy, xy - yx);
  const sign = mirrored ? -1 : 1;
  const angle = Math.atan2(xy - sign * yx, xx + sign * yy);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  for (let i = 0; i < places.length; i += 2) {
    const [x, y] = [places[i]!, sign * places[i + 1]!];
    places[i] = cos * x - sin * y;
    places[i + 1] = sin * x + cos * y;
  }
}

function centre({ values, width }: Rows): Float64Array {
  const means = new Float64Array(width);
  for (let i = 0; i < values.length; i++) means[i % width]! += (values[i]! * width) / values.length;
  return Float64Array.from(values, (value, i) => value - means[i % width]!);
}

function covarianceOf(centred: Float64Array, width: number): number[][] {
  const count = centred.length / width;
  return Array.from({ length: width }, (_, a) =>
    Array.from({ length: width }, (_, b) => {
      let sum = 0;
      for (let i = 0; i < count; i++) sum += centred[i * width + a]! * centred[i * width + b]!;
      return sum / count;
    }),
  );
}

/** Eigenvalues of a symmetric matrix and their vectors as columns, by cyclic Jacobi rotations. */
function eigen(symmetric: readonly (readonly number[])[]): { values: number[]; vectors: number[][] } {
  const a = symmetric.map((row) => [...row]);
  const n = a.length;
  const vectors = a.map((_, i) => a.map((_, j) => Number(i === j)));
  const sumOver = (value: (x: number, i: number, j: number) => number): number =>
    a.reduce((sum, row, i) => row.reduce((rest, x, j) => rest + value(x, i, j), sum), 0);
  const offDiagonal = (): number => sumOver((x, i, j) => (i === j ? 0 : x * x));
  const scale = sumOver((x) => x * x);
  for (let sweep = 0; sweep < 20 && offDiagonal() > 1e-18 * scale; sweep++) {
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        if (a[p]![q] === 0) continue;
        const theta = (a[q]![q]! - a[p]![p]!) / (2 * a[p]![q]!);
        const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
        const cos = 1 / Math.hypot(t, 1);
        const sin = t * cos;
        for (let k = 0; k < n; k++) [a[k]![p], a[k]![q]] = rotated(a[k]![p]!, a[k]![q]!, cos, sin);
        for (let k = 0; k < n; k++) [a[p]![k], a[q]![k]] = rotated(a[p]![k]!, a[q]![k]!, cos, sin);
        for (const row of vectors) [row[p], row[q]] = rotated(row[p]!, row[q]!, cos, sin);
      }
    }
  }
  return { values: a.map((row, i) => row[i]!), vectors };
}

const rotated = (x: number, y: number, cos: number, sin: number): [number, number] => [cos * x - sin * y, sin * x + cos * y];
