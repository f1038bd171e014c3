import type { Mask, Value } from '../operations.js';
import type { ParameterLayout } from '../layout.js';
import { Node, type Tape } from './tape.js';

/** Parameters and their gradients in memory: `[R, row]` in bytes, each row laid out as `layout` says. */
export interface ParameterMemory {
  readonly layout: ParameterLayout;
  readonly parameters: number;
  /** 0 where nothing learns. */
  readonly gradients: number;
  /** Bytes from one replica's row to the next. */
  readonly row: number;
}

export const node = (value: Value): Node => value as Node;

/** The operations that move numbers without computing with them, and where each replica's numbers lie. */
export class TapeMoves {
  constructor(
    protected readonly tape: Tape,
    private readonly memory: ParameterMemory,
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

  stopGradient(a: Value): Node {
    const x = node(a);
    return new Node(x.shape, x.size, { at: x.at, stride: x.store.stride, gradient: 0 }, false);
  }

  protected get arena(): Tape['arena'] {
    return this.tape.arena;
  }

  protected get kernels(): Tape['arena']['kernels'] {
    return this.tape.arena.kernels;
  }

  /** Where the i-th of `count` equal parts of an array begins; by default replica i. */
  protected part({ at, size, store }: Node, i: number, count = this.replicas): number {
    return at + this.offset(store.stride, size, i, count);
  }

  protected gradientPart({ size, store }: Node, i: number, count = this.replicas): number {
    return store.gradient + this.offset(store.stride, size, i, count);
  }

  private offset(stride: number, size: number, i: number, count: number): number {
    const each = count / this.replicas;
    const replica = Math.floor(i / each);
    return replica * stride + (4 * (i - replica * each) * size) / count;
  }

  /** The array with its replicas one after the other, which parameters are not. */
  protected contiguous(a: Value): Node {
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
export function rowsOf(x: Node): [rows: number, n: number] {
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
