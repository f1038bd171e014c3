import * as tf from '@tensorflow/tfjs-core';
import { drawFactors } from './dropout.js';
import { oneHot } from './oneHot.js';
import { broadcastOf, type DropoutDraws, type Mask, type Operations, type Value } from '../operations.js';
import type { PerReplica } from '../perReplica.js';

const tensor = (value: Value): tf.Tensor => value as tf.Tensor;

/**
 * The operations in plain tfjs, differentiated by its autodiff: the reference, on every backend. A tensor is a `Value`.
 */
export class TensorOperations implements Operations {
  private drawn = 0;

  /** @param parameters by name, `[R, …shape]` */
  constructor(
    readonly replicas: number,
    private readonly parameters: Readonly<Record<string, tf.Tensor>>,
    private readonly draws?: DropoutDraws,
  ) {}

  parameter(name: string): tf.Tensor {
    return this.parameters[name]!;
  }

  constant(data: Float32Array, shape: readonly number[]): tf.Tensor {
    return tf.tensor(data, [...shape]);
  }

  matMul(a: Value, b: Value, transposeB = false): tf.Tensor {
    const batch = a.shape.slice(0, -2);
    const [m, k] = a.shape.slice(-2) as [number, number];
    const n = b.shape.at(transposeB ? -2 : -1)!;
    const count = batch.reduce((product, extent) => product * extent, 1);
    const left = tf.reshape(tensor(a), [count, m, k]);
    const right = tf.reshape(tensor(b), [count, ...(transposeB ? [n, k] : [k, n])]);
    return tf.reshape(tf.matMul(left, right, false, transposeB), [...batch, m, n]);
  }

  add(a: Value, b: Value): tf.Tensor {
    return tf.add(tensor(a), aligned(a, b));
  }

  subtract(a: Value, b: Value): tf.Tensor {
    return tf.sub(tensor(a), aligned(a, b));
  }

  multiply(a: Value, b: Value): tf.Tensor {
    return tf.mul(tensor(a), aligned(a, b));
  }

  divide(a: Value, b: Value): tf.Tensor {
    return tf.div(tensor(a), aligned(a, b));
  }

  minimum(a: Value, b: Value): tf.Tensor {
    return tf.minimum(tensor(a), tensor(b));
  }

  linear(a: Value, factor: number, offset = 0): tf.Tensor {
    const scaled = factor === 1 ? tensor(a) : tf.mul(tensor(a), factor);
    return offset === 0 ? scaled : tf.add(scaled, offset);
  }

  relu(a: Value): tf.Tensor {
    return tf.relu(tensor(a));
  }

  tanh(a: Value): tf.Tensor {
    return tf.tanh(tensor(a));
  }

  exp(a: Value): tf.Tensor {
    return tf.exp(tensor(a));
  }

  abs(a: Value): tf.Tensor {
    return tf.abs(tensor(a));
  }

  square(a: Value): tf.Tensor {
    return tf.square(tensor(a));
  }

  sqrt(a: Value): tf.Tensor {
    return tf.sqrt(tensor(a));
  }

  softplus(a: Value): tf.Tensor {
    const x = tensor(a);
    return tf.add(tf.relu(x), tf.log1p(tf.exp(tf.neg(tf.abs(x)))));
  }

  clip(a: Value, low: PerReplica, high: PerReplica): tf.Tensor {
    const bound = (values: PerReplica): tf.Tensor => aligned(a, tf.tensor1d([...values]));
    return tf.maximum(tf.minimum(tensor(a), bound(high)), bound(low));
  }

  softmax(a: Value): tf.Tensor {
    return tf.softmax(tensor(a));
  }

  logSoftmax(a: Value): tf.Tensor {
    return tf.logSoftmax(tensor(a));
  }

  layerNorm(a: Value, gain: Value, bias: Value): tf.Tensor {
    const centred = tf.sub(tensor(a), tf.mean(tensor(a), -1, true));
    const scale = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), 1e-5));
    return tf.add(tf.mul(tf.mul(centred, scale), aligned(a, gain)), aligned(a, bias));
  }

  rmsNorm(a: Value, gain: Value): tf.Tensor {
    const scale = tf.rsqrt(tf.add(tf.mean(tf.square(tensor(a)), -1, true), 1e-5));
    return tf.mul(tf.mul(tensor(a), scale), aligned(a, gain));
  }

  unitRows(a: Value): tf.Tensor {
    const squares = tf.sum(tf.square(tensor(a)), -1, true);
    return tf.div(tensor(a), tf.sqrt(tf.maximum(squares, 1e-24)));
  }

  dropout(a: Value, rates: PerReplica): tf.Tensor {
    const each = sizeOf(a.shape) / this.replicas;
    const first = this.drawn;
    this.drawn += each;
    if (!this.draws || rates.every((rate) => rate === 0)) return tensor(a);
    const { seeds, step } = this.draws;
    const factors = new Float32Array(this.replicas * each).fill(1);
    rates.forEach((rate, replica) => {
      if (rate > 0) drawFactors(factors.subarray(replica * each, (replica + 1) * each), rate, seeds[replica]!, step, first);
    });
    return tf.mul(tensor(a), tf.tensor(factors, [...a.shape]));
  }

  gatherRows(a: Value, rows: Int32Array): tf.Tensor {
    return this.gatherMean(a, rows, 1);
  }

  gatherMean(a: Value, rows: Int32Array, each: number): tf.Tensor {
    const depth = a.shape[1]!;
    const means = new Float32Array((rows.length / each) * depth);
    rows.forEach((row, i) => (means[Math.floor(i / each) * depth + row]! += 1 / each));
    return tf.matMul(tf.tensor3d(means, [this.replicas, rows.length / each / this.replicas, depth]), tensor(a));
  }

  pickColumns(a: Value, columns: Int32Array): tf.Tensor {
    const [replicas, n, depth] = a.shape as [number, number, number];
    const m = columns.length / replicas / n;
    const indices = tf.tensor(columns, [replicas * n, m], 'int32');
    const picked = tf.matMul(oneHot(indices, depth), tf.reshape(tensor(a), [replicas * n, depth, 1]));
    return tf.reshape(picked, [replicas, n, m]);
  }

  rows(a: Value, from: number, to: number): tf.Tensor {
    const rest = a.shape.slice(2);
    return tf.slice(tensor(a), [0, from, ...rest.map(() => 0)], [a.shape[0]!, to - from, ...rest]);
  }

  concat(values: readonly Value[]): tf.Tensor {
    return tf.concat(values.map(tensor), -1);
  }

  reshape(a: Value, shape: readonly number[]): tf.Tensor {
    return tf.reshape(tensor(a), [...shape]);
  }

  swapMiddle(a: Value): tf.Tensor {
    return tf.transpose(tensor(a), [0, 2, 1, 3]);
  }

  fill(a: Value, keep: Mask, value: number): tf.Tensor {
    const kept = tf.tensor(keep, [...a.shape]);
    const filler = tf.tensor(keep.map((one) => (one === 0 ? value : 0)), [...a.shape]);
    return tf.add(tf.mul(tensor(a), kept), filler);
  }

  selectLeast(a: Value, allowed: Mask, above?: Value): tf.Tensor {
    const x = tensor(a);
    const depth = a.shape[2]!;
    const chosen = tf.customGrad((input, save) => {
      const row = input as tf.Tensor;
      const may = tf.tensor(allowed, [...a.shape]);
      const barred = tf.mul(tf.sub(1, may), 1e9);
      const some = tf.max(may, -1, true);
      let index = tf.argMin(tf.add(row, barred), -1);
      if (above) {
        const beyond = tf.mul(may, tf.cast(tf.greater(row, tf.expandDims(tensor(above), -1)), 'float32'));
        const least = tf.argMin(tf.add(row, tf.mul(tf.sub(1, beyond), 1e9)), -1);
        const greatest = tf.argMax(tf.sub(row, barred), -1);
        const any = tf.cast(tf.max(beyond, -1), 'bool');
        index = tf.where(any, least, greatest);
      }
      const pick = tf.mul(oneHot(index, depth), some);
      (save as tf.GradSaveFunc)([pick]);
      const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor => tf.mul(tf.expandDims(dy, -1), saved[0]!);
      return { value: tf.sum(tf.mul(row, pick), -1), gradFunc };
    });
    return chosen(x);
  }

  sumRows(a: Value): tf.Tensor {
    return tf.sum(tensor(a), -1);
  }

  weightedSum(a: Value, weights: Float32Array): tf.Tensor {
    const products = tf.mul(tensor(a), tf.tensor(weights, [...a.shape]));
    return tf.sum(tf.reshape(products, [this.replicas, -1]), 1);
  }

  stopGradient(a: Value): tf.Tensor {
    return tf.customGrad((x) => ({
      value: tf.clone(x as tf.Tensor),
      gradFunc: (dy: tf.Tensor) => tf.zerosLike(dy),
    }))(tensor(a));
  }
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** b with axes of length 1 where it is spread over a's. */
function aligned(a: Value, b: Value): tf.Tensor {
  const [replicas] = b.shape as [number];
  switch (broadcastOf(a.shape, b.shape)) {
    case 'same':
    case 'column':
      return tensor(b);
    case 'vector':
      return tf.reshape(tensor(b), [replicas, ...a.shape.slice(2).map(() => 1), b.shape[1]!]);
    case 'replica':
      return tf.reshape(tensor(b), [replicas, ...a.shape.slice(1).map(() => 1)]);
  }
}
