import type { Operations, Value } from '../engines/operations.js';
import type { PerReplica } from '../engines/perReplica.js';

export type Distance = 'euclidean' | 'cosine';

/** Below this a squared distance counts as 0, whose root has no gradient. */
const leastSquare = 1e-8;

/**
 * Distances of all rows to all others: Euclidean, or cosine (1 − the cosine of the angle).
 *
 * @param a `[R, …, n, d]`
 * @param b `[R, …, m, d]`
 * @returns `[R, …, n, m]`
 */
export function distances(operations: Operations, a: Value, b: Value, kind: Distance): Value {
  if (kind === 'cosine') {
    return operations.linear(operations.matMul(operations.unitRows(a), operations.unitRows(b), true), -1, 1);
  }
  const { replicas } = operations;
  const [n, m] = [a.shape.at(-2)!, b.shape.at(-2)!];
  const batches = a.shape.slice(0, -2).reduce((product, extent) => product * extent, 1);
  const squares = (x: Value): Value => operations.sumRows(operations.square(x));
  // ‖a‖² + ‖b‖² − 2ab, batch by batch: b's squares lie along the columns.
  const products = operations.reshape(operations.matMul(a, b, true), [batches, n, m]);
  const withA = operations.add(operations.linear(products, -2), operations.reshape(squares(a), [batches, n, 1]));
  const all = operations.add(withA, operations.reshape(squares(b), [batches, m]));
  const squared = operations.reshape(all, [...a.shape.slice(0, -1), m]);
  const bound = (value: number): number[] => new Array<number>(replicas).fill(value);
  return operations.sqrt(operations.clip(squared, bound(leastSquare), bound(Infinity)));
}

/**
 * Triplet loss (Schroff et al. 2015; sentence-transformers' TripletLoss): the mean of
 * max(0, d(anchor, positive) − d(anchor, negative) + margin).
 *
 * @param positive distances, `[R, n]`
 * @param negative distances, `[R, n]`
 * @param margin one a replica
 * @param counts 1 for the triplets that count, `[R · n]`
 * @returns `[R]`; 0 for a replica in which none counts
 */
export function tripletLoss(
  operations: Operations,
  positive: Value,
  negative: Value,
  margin: PerReplica,
  counts: Float32Array,
): Value {
  const n = positive.shape[1]!;
  const margins = operations.constant(Float32Array.from(margin), [margin.length]);
  const losses = operations.relu(operations.add(operations.subtract(positive, negative), margins));
  const weights = Float32Array.from(counts);
  for (let first = 0; first < weights.length; first += n) {
    const own = weights.subarray(first, first + n);
    const count = own.reduce((sum, one) => sum + one, 0);
    if (count > 0) own.forEach((one, i) => (own[i] = one / count));
  }
  return operations.weightedSum(losses, weights);
}
