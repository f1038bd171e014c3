import type { Dropout } from './knobs.js';
import type { PerReplica } from './perReplica.js';

/** An array of the present step, `[R, …]`: replica by replica. What it holds is the implementation's own. */
export interface Value {
  readonly shape: readonly number[];
}

/** 0 or 1, one an element. */
export type Mask = Float32Array;

/**
 * The differentiable operations that models of the smaller labs are written in, once for every engine. All arrays begin
 * with the replica axis R, and no operation mixes replicas. Row indices count within a replica. What each computes is
 * defined by `TensorOperations`, in plain tfjs.
 */
export interface Operations {
  readonly replicas: number;
  /** A trainable parameter, `[R, …shape]`. */
  parameter(name: string): Value;
  /** Data without a gradient. */
  constant(data: Float32Array, shape: readonly number[]): Value;

  /** `[…, m, k]` × `[…, k, n]`, or × `[…, n, k]` transposed: `[…, m, n]`. */
  matMul(a: Value, b: Value, transposeB?: boolean): Value;
  /**
   * Elementwise, with b of a's shape, or b one number a row (`[…, 1]`), one vector a replica (`[R, d]` with
   * `[R, …, d]`), or one number a replica (`[R]`). Gradients flow into both.
   */
  add(a: Value, b: Value): Value;
  subtract(a: Value, b: Value): Value;
  multiply(a: Value, b: Value): Value;
  divide(a: Value, b: Value): Value;
  /** Elementwise, of two arrays of one shape. */
  minimum(a: Value, b: Value): Value;

  /** a · factor + offset. */
  linear(a: Value, factor: number, offset?: number): Value;
  relu(a: Value): Value;
  tanh(a: Value): Value;
  exp(a: Value): Value;
  abs(a: Value): Value;
  square(a: Value): Value;
  sqrt(a: Value): Value;
  /** log(1 + e^a), for any size of a. */
  softplus(a: Value): Value;
  /** Held within bounds, one pair a replica; no gradient outside of them. */
  clip(a: Value, low: PerReplica, high: PerReplica): Value;

  /** Over the last axis. */
  softmax(a: Value): Value;
  logSoftmax(a: Value): Value;
  /** (x − mean) / √(variance + 1e-5) · gain + bias over the last axis (Ba et al. 2016); gain and bias `[R, d]`. */
  layerNorm(a: Value, gain: Value, bias: Value): Value;
  /** x / √(mean(x²) + 1e-5) · gain over the last axis (Zhang & Sennrich 2019); gain `[R, d]`. */
  rmsNorm(a: Value, gain: Value): Value;
  /** Rows of unit length: x / max(‖x‖, 1e-12) over the last axis (torch.nn.functional.normalize). */
  unitRows(a: Value): Value;
  /**
   * Inverted dropout at one rate a replica; the identity where no step is trained. The n-th number dropped or kept in a
   * forward pass takes the n-th draw of the step.
   */
  dropout(a: Value, rates: PerReplica): Value;

  /** Rows of `[R, n, d]` by index, `[R · m]` → `[R, m, d]`. Also the embedding of tokens. */
  gatherRows(a: Value, rows: Int32Array): Value;
  /** Means of `each` rows of `[R, n, d]` by index, `[R · m · each]` → `[R, m, d]`. */
  gatherMean(a: Value, rows: Int32Array, each: number): Value;
  /** Columns of each row of `[R, n, d]` by index, `[R · n · m]` → `[R, n, m]`. */
  pickColumns(a: Value, columns: Int32Array): Value;
  /** Rows from, …, to − 1 of `[R, n, …]`. */
  rows(a: Value, from: number, to: number): Value;
  /** Along the last axis. */
  concat(values: readonly Value[]): Value;
  reshape(a: Value, shape: readonly number[]): Value;
  /** `[a, b, c, d]` → `[a, c, b, d]`. */
  swapMiddle(a: Value): Value;

  /** `value` where `keep` is 0; no gradient there. */
  fill(a: Value, keep: Mask, value: number): Value;
  /**
   * The least allowed number of each row of `[R, n, m]`, `[R, n]`; with `above` `[R, n]` the least that is also greater
   * than it, or where there is none the greatest allowed. 0, without a gradient, in a row that allows nothing.
   */
  selectLeast(a: Value, allowed: Mask, above?: Value): Value;
  /** Sums over the last axis. */
  sumRows(a: Value): Value;
  /** Σ weights · a, a replica: `[R]`. */
  weightedSum(a: Value, weights: Float32Array): Value;
  /** The same numbers, for which nothing is learned. */
  stopGradient(a: Value): Value;
}

/** What a training step's dropout draws from; none outside of training. */
export type DropoutDraws = Omit<Dropout, 'rates'>;

/** How b's elements lie beside a's; throws where they do not fit. */
export type Broadcast = 'same' | 'column' | 'vector' | 'replica';

export function broadcastOf(a: readonly number[], b: readonly number[]): Broadcast {
  if (a.length === b.length && a.every((extent, i) => extent === b[i])) return 'same';
  if (a.length === b.length && b.at(-1) === 1 && b.slice(0, -1).every((extent, i) => extent === a[i])) return 'column';
  if (b.length === 1 && b[0] === a[0]) return 'replica';
  if (b.length === 2 && b[0] === a[0] && b[1] === a.at(-1)) return 'vector';
  throw new Error(`[${b.join(', ')}] does not go with [${a.join(', ')}]`);
}
