import { randomKey, streams } from '../../../src/core/random.js';
import { broadcastOf, type DropoutDraws, type Operations, type Value } from '../operations.js';
import type { PerReplica } from '../perReplica.js';
import { binaryKinds, unaryKinds } from './arena.js';
import type { Node, Tape } from './tape.js';
import { node, rowsOf, TapeMoves, type ParameterMemory } from './tapeMoves.js';

/** The operations on the SIMD kernels, recorded on a tape. */
export class TapeOperations extends TapeMoves implements Operations {
  private drawn = 0;

  constructor(tape: Tape, memory: ParameterMemory, private readonly draws?: DropoutDraws) {
    super(tape, memory);
  }

  matMul(first: Value, second: Value, transposeB = false): Node {
    const { kernels, tape, arena } = this;
    const a = node(first);
    const b = node(second);
    const [m, k] = a.shape.slice(-2) as [number, number];
    const n = b.shape.at(transposeB ? -2 : -1)!;
    const count = a.size / (m * k);
    const y = tape.create([...a.shape.slice(0, -1), n], a.learns || b.learns);
    const scratch = (...sizes: [number, number, number]): number => arena.take(kernels.matMulScratch(...sizes));
    const room = scratch(m, k, n);
    const [bRow, bColumn] = transposeB ? [1, k] : [n, 1];
    for (let i = 0; i < count; i++) {
      kernels.matMul(this.part(y, i, count), this.part(a, i, count), false, this.part(b, i, count), bRow, bColumn, m, k, n, false, room);
    }
    tape.record(y, () => {
      const gradA = tape.gradientOf(a);
      const gradB = tape.gradientOf(b);
      const roomA = scratch(m, n, k);
      const roomB = transposeB ? scratch(n, m, k) : scratch(k, m, n);
      for (let i = 0; i < count; i++) {
        const dy = this.gradientPart(y, i, count);
        if (gradA) kernels.matMul(this.gradientPart(a, i, count), dy, false, this.part(b, i, count), bColumn, bRow, m, n, k, true, roomA);
        if (!gradB) continue;
        const db = this.gradientPart(b, i, count);
        if (transposeB) kernels.matMul(db, dy, true, this.part(a, i, count), k, 1, n, m, k, true, roomB);
        else kernels.matMul(db, this.part(a, i, count), true, dy, n, 1, k, m, n, true, roomB);
      }
    });
    return y;
  }

  add(a: Value, b: Value): Node {
    return this.binary('add', a, b);
  }

  subtract(a: Value, b: Value): Node {
    return this.binary('subtract', a, b);
  }

  multiply(a: Value, b: Value): Node {
    return this.binary('multiply', a, b);
  }

  divide(a: Value, b: Value): Node {
    return this.binary('divide', a, b);
  }

  minimum(a: Value, b: Value): Node {
    return this.binary('minimum', a, b);
  }

  linear(a: Value, factor: number, offset = 0): Node {
    return this.unary('linear', a, [factor], [offset]);
  }

  relu(a: Value): Node {
    return this.unary('relu', a);
  }

  tanh(a: Value): Node {
    return this.unary('tanh', a);
  }

  exp(a: Value): Node {
    return this.unary('exp', a);
  }

  abs(a: Value): Node {
    return this.unary('abs', a);
  }

  square(a: Value): Node {
    return this.unary('square', a);
  }

  sqrt(a: Value): Node {
    return this.unary('sqrt', a);
  }

  softplus(a: Value): Node {
    return this.unary('softplus', a);
  }

  clip(a: Value, low: PerReplica, high: PerReplica): Node {
    return this.unary('clip', a, low, high);
  }

  softmax(a: Value): Node {
    return this.softmaxRows(a, false);
  }

  logSoftmax(a: Value): Node {
    return this.softmaxRows(a, true);
  }

  layerNorm(a: Value, gain: Value, bias: Value): Node {
    return this.add(this.multiply(this.normRows(a, true), gain), bias);
  }

  rmsNorm(a: Value, gain: Value): Node {
    return this.multiply(this.normRows(a, false), gain);
  }

  unitRows(a: Value): Node {
    const { kernels, tape } = this;
    const x = this.contiguous(a);
    const [rows, n] = rowsOf(x);
    const y = tape.create(x.shape, x.learns);
    const scales = this.arena.take(rows);
    kernels.unitRows(y.at, scales, x.at, rows, n);
    tape.record(y, () => kernels.unitRowsGradient(tape.gradientOf(x), tape.gradientOf(y), y.at, scales, rows, n));
    return y;
  }

  dropout(a: Value, rates: PerReplica): Node {
    const x = this.contiguous(a);
    const each = x.size / this.replicas;
    const first = this.drawn;
    this.drawn += each;
    const { draws, tape, kernels } = this;
    if (!draws || rates.every((rate) => rate === 0)) return x;
    const factors = tape.create(x.shape, false);
    rates.forEach((rate, replica) => {
      const key = randomKey(draws.seeds[replica]!, streams.dropout, draws.step);
      kernels.dropoutFactors(factors.at + 4 * replica * each, each, key, first, rate * 0x100000000, 1 / (1 - rate));
    });
    return this.multiply(x, factors);
  }

  sumRows(a: Value): Node {
    const { kernels, tape } = this;
    const x = this.contiguous(a);
    const [rows, n] = rowsOf(x);
    const y = tape.create(x.shape.slice(0, -1), x.learns);
    for (let row = 0; row < rows; row++) this.arena.floats[y.at / 4 + row] = kernels.sum(x.at + 4 * row * n, n);
    tape.record(y, () => {
      const gradX = tape.gradientOf(x);
      const gradY = tape.gradientOf(y);
      kernels.binary(binaryKinds.add, gradX, gradX, gradY, rows, n, 1, true);
    });
    return y;
  }

  weightedSum(a: Value, weights: Float32Array): Node {
    const { kernels, tape, replicas } = this;
    const x = this.contiguous(a);
    const each = x.size / replicas;
    const factors = this.arena.put(weights);
    const y = tape.create([replicas], x.learns);
    for (let r = 0; r < replicas; r++) this.arena.floats[y.at / 4 + r] = kernels.dot(x.at + 4 * r * each, factors + 4 * r * each, each);
    tape.record(y, () => {
      const gradX = tape.gradientOf(x);
      const gradY = tape.gradientOf(y);
      for (let r = 0; r < replicas; r++) {
        kernels.accumulateScaled(gradX + 4 * r * each, factors + 4 * r * each, this.arena.floats[gradY / 4 + r]!, each);
      }
    });
    return y;
  }

  private binary(kind: keyof typeof binaryKinds, first: Value, second: Value): Node {
    const { kernels, tape } = this;
    const a = this.contiguous(first);
    const b = node(second);
    const code = binaryKinds[kind];
    const broadcast = broadcastOf(a.shape, b.shape);
    const shared = broadcast === 'vector' || broadcast === 'replica';
    const packed = b.store.stride * this.replicas === 4 * b.size;
    // A b for each row can be gone through at once; a b that rows share, a group of the first axis after the other.
    const groups = shared ? a.shape[0]! : packed ? 1 : this.replicas;
    const n = a.shape.at(-1)!;
    const rows = a.size / groups / n;
    const bRow = { same: n, column: 1, vector: 0, replica: 0 }[broadcast];
    const single = broadcast === 'column' || broadcast === 'replica';
    const y = tape.create(a.shape, a.learns || b.learns);
    const size = (4 * a.size) / groups;
    const from = (g: number): number => (groups === 1 ? b.at : this.part(b, g, groups));
    for (let g = 0; g < groups; g++) kernels.binary(code, y.at + g * size, a.at + g * size, from(g), rows, n, bRow, single);
    tape.record(y, () => {
      const gradA = tape.gradientOf(a);
      const gradB = tape.gradientOf(b);
      const gradY = tape.gradientOf(y);
      for (let g = 0; g < groups; g++) {
        const toB = gradB && (groups === 1 ? gradB : this.gradientPart(b, g, groups));
        kernels.binaryGradient(code, gradA && gradA + g * size, toB, gradY + g * size, a.at + g * size, from(g), rows, n, bRow, single);
      }
    });
    return y;
  }

  /** `p` and `q` are one number each, or one a replica. */
  private unary(kind: keyof typeof unaryKinds, a: Value, p: PerReplica = [0], q: PerReplica = [0]): Node {
    const { kernels, tape } = this;
    const x = this.contiguous(a);
    const code = unaryKinds[kind];
    const groups = p.length;
    const each = x.size / groups;
    const y = tape.create(x.shape, x.learns);
    for (let g = 0; g < groups; g++) kernels.unary(code, y.at + 4 * g * each, x.at + 4 * g * each, each, p[g]!, q[g]!);
    tape.record(y, () => {
      const gradX = tape.gradientOf(x);
      const gradY = tape.gradientOf(y);
      for (let g = 0; g < groups; g++) {
        const at = 4 * g * each;
        kernels.unaryGradient(code, gradX + at, gradY + at, x.at + at, y.at + at, each, p[g]!, q[g]!);
      }
    });
    return y;
  }

  private softmaxRows(a: Value, logarithm: boolean): Node {
    const { kernels, tape } = this;
    const x = this.contiguous(a);
    const [rows, n] = rowsOf(x);
    const y = tape.create(x.shape, x.learns);
    kernels.softmaxRows(y.at, x.at, rows, n, logarithm);
    tape.record(y, () => kernels.softmaxRowsGradient(tape.gradientOf(x), tape.gradientOf(y), y.at, rows, n, logarithm));
    return y;
  }

  private normRows(a: Value, centred: boolean): Node {
    const { kernels, tape } = this;
    const x = this.contiguous(a);
    const [rows, n] = rowsOf(x);
    const y = tape.create(x.shape, x.learns);
    const scales = this.arena.take(rows);
    kernels.normRows(y.at, scales, x.at, rows, n, centred);
    tape.record(y, () => kernels.normRowsGradient(tape.gradientOf(x), tape.gradientOf(y), y.at, scales, rows, n, centred));
    return y;
  }
}
