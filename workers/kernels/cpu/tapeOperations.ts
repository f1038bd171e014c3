import { randomKey, streams } from '../../../src/core/random.js';
import { broadcastOf, type DropoutDraws, type Mask, type Operations, type Value } from '../../arrays/operations.js';
import type { ParameterLayout } from '../../model/layout.js';
import { binaryKinds, unaryKinds } from './arena.js';
import { Node, type Tape } from './tape.js';

const node = (value: Value): Node => value as Node;

/** Parameters and their gradients in memory: `[R, row]` in bytes, each row laid out as `layout` says. */
export interface ParameterMemory {
  readonly layout: ParameterLayout;
  readonly parameters: number;
  /** 0 where nothing learns. */
  readonly gradients: number;
  /** Bytes from one replica's row to the next. */
  readonly row: number;
}

/** The operations on the SIMD kernels, recorded on a tape. */
export class TapeOperations implements Operations {
  private drawn = 0;

  constructor(
    private readonly tape: Tape,
    private readonly memory: ParameterMemory,
    private readonly draws?: DropoutDraws,
  ) {}

  get replicas(): number {
    return this.tape.replicas;
  }

  /** A copy of an array's numbers. */
  read(value: Value): Float32Array {
    const { at, size } = this.contiguous(value);
    return Float32Array.from(this.arena.view(at, size));
  }

  parameter(name: string): Node {
    const { layout, parameters, gradients, row } = this.memory;
    const { shape, offset, size } = layout.entry(name);
    const learns = gradients !== 0;
    const store = { at: parameters + 4 * offset, stride: row, gradient: learns ? gradients + 4 * offset : 0 };
    return new Node([this.replicas, ...shape], this.replicas * size, store, learns);
  }

  constant(data: Float32Array, shape: readonly number[]): Node {
    return this.tape.adopt(shape, this.arena.put(data), false);
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
      kernels.matMul(this.part(y, i, count), this.part(a, i, count), k, 1, this.part(b, i, count), bRow, bColumn, m, k, n, false, room);
    }
    tape.record(y, () => {
      const gradA = tape.gradientOf(a);
      const gradB = tape.gradientOf(b);
      const roomA = scratch(m, n, k);
      const roomB = transposeB ? scratch(n, m, k) : scratch(k, m, n);
      for (let i = 0; i < count; i++) {
        const dy = this.gradientPart(y, i, count);
        if (gradA) kernels.matMul(this.gradientPart(a, i, count), dy, n, 1, this.part(b, i, count), bColumn, bRow, m, n, k, true, roomA);
        if (!gradB) continue;
        const db = this.gradientPart(b, i, count);
        if (transposeB) kernels.matMul(db, dy, 1, n, this.part(a, i, count), k, 1, n, m, k, true, roomB);
        else kernels.matMul(db, this.part(a, i, count), 1, k, dy, n, 1, k, m, n, true, roomB);
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

  clip(a: Value, low: readonly number[], high: readonly number[]): Node {
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

  dropout(a: Value, rates: readonly number[]): Node {
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

  gatherRows(a: Value, rows: Int32Array): Node {
    return this.gatherMean(a, rows, 1);
  }

  gatherMean(a: Value, indices: Int32Array, each: number): Node {
    const { kernels, tape, replicas } = this;
    const x = node(a);
    const n = x.shape[2]!;
    const rows = indices.length / each / replicas;
    const y = tape.create([replicas, rows, n], x.learns);
    const from = this.arena.putIntegers(indices);
    const index = (r: number): number => from + 4 * r * rows * each;
    for (let r = 0; r < replicas; r++) kernels.gatherMean(this.part(y, r), this.part(x, r), index(r), rows, each, n);
    tape.record(y, () => {
      tape.gradientOf(x);
      for (let r = 0; r < replicas; r++) {
        kernels.gatherMeanGradient(this.gradientPart(x, r), this.gradientPart(y, r), index(r), rows, each, n);
      }
    });
    return y;
  }

  pickColumns(a: Value, columns: Int32Array): Node {
    const x = this.contiguous(a);
    const [rows, n] = rowsOf(x);
    const m = columns.length / rows;
    const y = this.tape.create([...x.shape.slice(0, -1), m], x.learns);
    return this.select(y, x, (i) => Math.floor(i / m) * n + columns[i]!);
  }

  rows(a: Value, from: number, to: number): Node {
    const x = node(a);
    const [replicas, n] = x.shape as [number, number];
    const each = x.size / (replicas * n);
    const y = this.tape.create([replicas, to - from, ...x.shape.slice(2)], x.learns);
    for (let i = 0; i < replicas; i++) {
      this.copy(this.part(x, i, replicas) + 4 * from * each, this.part(y, i, replicas), (to - from) * each);
    }
    this.tape.record(y, () => {
      this.tape.gradientOf(x);
      for (let i = 0; i < replicas; i++) {
        this.kernels.accumulate(this.gradientPart(x, i, replicas) + 4 * from * each, this.gradientPart(y, i, replicas), (to - from) * each);
      }
    });
    return y;
  }

  concat(values: readonly Value[]): Node {
    const { tape, kernels } = this;
    const parts = values.map((value) => this.contiguous(value));
    const widths = parts.map((part) => part.shape.at(-1)!);
    const width = widths.reduce((sum, extent) => sum + extent, 0);
    const rows = parts[0]!.size / widths[0]!;
    const y = tape.create([...parts[0]!.shape.slice(0, -1), width], parts.some(({ learns }) => learns));
    let start = 0;
    const starts = widths.map((extent) => (start += extent) - extent);
    parts.forEach((part, p) => {
      for (let row = 0; row < rows; row++) {
        this.copy(part.at + 4 * row * widths[p]!, y.at + 4 * (row * width + starts[p]!), widths[p]!);
      }
    });
    tape.record(y, () => {
      const gradY = tape.gradientOf(y);
      parts.forEach((part, p) => {
        const target = tape.gradientOf(part);
        for (let row = 0; row < rows && target; row++) {
          kernels.accumulate(target + 4 * row * widths[p]!, gradY + 4 * (row * width + starts[p]!), widths[p]!);
        }
      });
    });
    return y;
  }

  reshape(a: Value, shape: readonly number[]): Node {
    const x = shape[0] === a.shape[0] ? node(a) : this.contiguous(a);
    return new Node(shape, x.size, x.store, x.learns);
  }

  swapMiddle(a: Value): Node {
    const x = this.contiguous(a);
    const [groups, rows, columns, n] = x.shape as [number, number, number, number];
    const y = this.tape.create([groups, columns, rows, n], x.learns);
    const from = (g: number, i: number, j: number): number => 4 * ((g * rows + i) * columns + j) * n;
    const to = (g: number, i: number, j: number): number => 4 * ((g * columns + j) * rows + i) * n;
    const each = (visit: (g: number, i: number, j: number) => void): void => {
      for (let g = 0; g < groups; g++) for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) visit(g, i, j);
    };
    each((g, i, j) => this.copy(x.at + from(g, i, j), y.at + to(g, i, j), n));
    this.tape.record(y, () => {
      const gradX = this.tape.gradientOf(x);
      const gradY = this.tape.gradientOf(y);
      each((g, i, j) => this.kernels.accumulate(gradX + from(g, i, j), gradY + to(g, i, j), n));
    });
    return y;
  }

  fill(a: Value, keep: Mask, value: number): Node {
    const { tape } = this;
    const x = this.contiguous(a);
    const y = tape.create(x.shape, x.learns);
    const input = this.arena.view(x.at, x.size);
    const output = this.arena.view(y.at, y.size);
    for (let i = 0; i < x.size; i++) output[i] = keep[i] === 0 ? value : input[i]!;
    tape.record(y, () => {
      const gradX = tape.gradientOf(x) / 4;
      const gradY = tape.gradientOf(y) / 4;
      const { floats } = this.arena;
      for (let i = 0; i < x.size; i++) if (keep[i] !== 0) floats[gradX + i]! += floats[gradY + i]!;
    });
    return y;
  }

  selectLeast(a: Value, allowed: Mask, above?: Value): Node {
    const x = this.contiguous(a);
    const [rows, n] = rowsOf(x);
    const least = above && this.contiguous(above);
    const input = this.arena.view(x.at, x.size);
    const floor = least && this.arena.view(least.at, rows);
    const places = Int32Array.from({ length: rows }, (_, row) => place(input, allowed, row * n, n, floor?.[row]));
    return this.select(this.tape.create(x.shape.slice(0, -1), x.learns), x, (row) => places[row]!);
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

  stopGradient(a: Value): Node {
    const x = node(a);
    return new Node(x.shape, x.size, { at: x.at, stride: x.store.stride, gradient: 0 }, false);
  }

  private get arena(): Tape['arena'] {
    return this.tape.arena;
  }

  private get kernels(): Tape['arena']['kernels'] {
    return this.tape.arena.kernels;
  }

  /** Where the i-th of `count` equal parts of an array begins; by default replica i. */
  private part({ at, size, store }: Node, i: number, count = this.replicas): number {
    return at + this.offset(store.stride, size, i, count);
  }

  private gradientPart({ size, store }: Node, i: number, count = this.replicas): number {
    return store.gradient + this.offset(store.stride, size, i, count);
  }

  private offset(stride: number, size: number, i: number, count: number): number {
    const each = count / this.replicas;
    const replica = Math.floor(i / each);
    return replica * stride + (4 * (i - replica * each) * size) / count;
  }

  /** The array with its replicas one after the other, which parameters are not. */
  private contiguous(a: Value): Node {
    const x = node(a);
    const { tape, replicas, kernels } = this;
    if (x.store.stride * replicas === 4 * x.size) return x;
    const y = tape.create(x.shape, x.learns);
    const each = x.size / replicas;
    for (let r = 0; r < replicas; r++) this.copy(this.part(x, r), this.part(y, r), each);
    tape.record(y, () => {
      for (let r = 0; r < replicas; r++) kernels.accumulate(this.gradientPart(x, r), this.gradientPart(y, r), each);
    });
    return y;
  }

  private copy(from: number, to: number, numbers: number): void {
    this.arena.floats.copyWithin(to >>> 2, from >>> 2, (from >>> 2) + numbers);
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
  private unary(kind: keyof typeof unaryKinds, a: Value, p: readonly number[] = [0], q: readonly number[] = [0]): Node {
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

  /** Each number of y is the number of x at a place, or 0 where the place is negative. */
  private select(y: Node, x: Node, placeOf: (i: number) => number): Node {
    const { floats } = this.arena;
    const places = Int32Array.from({ length: y.size }, (_, i) => placeOf(i));
    for (let i = 0; i < y.size; i++) floats[y.at / 4 + i] = places[i]! < 0 ? 0 : floats[x.at / 4 + places[i]!]!;
    this.tape.record(y, () => {
      const gradX = this.tape.gradientOf(x) / 4;
      const gradY = this.tape.gradientOf(y) / 4;
      const { floats } = this.arena;
      for (let i = 0; i < y.size; i++) if (places[i]! >= 0) floats[gradX + places[i]!]! += floats[gradY + i]!;
    });
    return y;
  }
}

/** Rows and their length. */
function rowsOf(x: Node): [rows: number, n: number] {
  const n = x.shape.at(-1)!;
  return [x.size / n, n];
}

/** As `selectLeast` says, −1 where nothing is allowed. */
function place(values: Float32Array, allowed: Mask, first: number, n: number, above: number | undefined): number {
  let least = -1;
  let beyond = -1;
  let greatest = -1;
  for (let i = first; i < first + n; i++) {
    if (allowed[i] === 0) continue;
    const value = values[i]!;
    if (least < 0 || value < values[least]!) least = i;
    if (greatest < 0 || value > values[greatest]!) greatest = i;
    if (above !== undefined && value > above && (beyond < 0 || value < values[beyond]!)) beyond = i;
  }
  if (above === undefined) return least;
  return beyond >= 0 ? beyond : greatest;
}
