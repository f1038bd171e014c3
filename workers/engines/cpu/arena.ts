import type { AdamWKernels } from './adamWRows.js';
import { allocate } from './memory.js';

/** What assembly/index.ts exports for arrays of any size; pointers are in bytes. */
export interface ArrayKernels extends AdamWKernels {
  allocate(bytes: number): number;
  matMul(
    c: number, a: number, transposed: boolean, b: number, bRow: number, bColumn: number,
    m: number, k: number, n: number, accumulate: boolean, scratch: number,
  ): void;
  matMulScratch(m: number, k: number, n: number): number;
  accumulate(y: number, x: number, n: number): void;
  accumulateScaled(y: number, x: number, s: number, n: number): void;
  dot(a: number, b: number, n: number): number;
  sum(x: number, n: number): number;
  binary(kind: number, y: number, a: number, b: number, rows: number, n: number, bRow: number, single: boolean): void;
  binaryGradient(
    kind: number, gradA: number, gradB: number, gradY: number, a: number, b: number,
    rows: number, n: number, bRow: number, single: boolean,
  ): void;
  unary(kind: number, y: number, x: number, n: number, p: number, q: number): void;
  unaryGradient(kind: number, gradX: number, gradY: number, x: number, y: number, n: number, p: number, q: number): void;
  softmaxRows(y: number, x: number, rows: number, n: number, logarithm: boolean): void;
  softmaxRowsGradient(gradX: number, gradY: number, y: number, rows: number, n: number, logarithm: boolean): void;
  normRows(y: number, scales: number, x: number, rows: number, n: number, centred: boolean): void;
  normRowsGradient(gradX: number, gradY: number, y: number, scales: number, rows: number, n: number, centred: boolean): void;
  unitRows(y: number, scales: number, x: number, rows: number, n: number): void;
  unitRowsGradient(gradX: number, gradY: number, y: number, scales: number, rows: number, n: number): void;
  dropoutFactors(target: number, n: number, key: number, first: number, threshold: number, kept: number): void;
  gatherMean(y: number, x: number, indices: number, rows: number, each: number, n: number): void;
  gatherMeanGradient(gradX: number, gradY: number, indices: number, rows: number, each: number, n: number): void;
}

/** As assembly/elementwise.ts numbers them. */
export const binaryKinds = { add: 0, subtract: 1, multiply: 2, divide: 3, minimum: 4 } as const;
export const unaryKinds = {
  linear: 0, relu: 1, tanh: 2, exp: 3, abs: 4, square: 5, sqrt: 6, softplus: 7, clip: 8,
} as const;

/** Numbers past the end that a kernel may read, though never use, to complete a block. */
const slack = 16_384;

/**
 * Memory for the arrays of one step after the other: handed out from the bottom up, all given back together. It grows to
 * the largest step and stays so. Pointers are in bytes; every array begins at a multiple of 16.
 */
export class Arena {
  readonly kernels: ArrayKernels;
  floats: Float32Array;
  integers: Int32Array;
  private readonly permanent: number;
  private end: number;
  private top: number;

  /** @param permanent bytes that stay, before what is given back */
  constructor(module: WebAssembly.Module, permanent: number) {
    this.kernels = new WebAssembly.Instance(module).exports as unknown as ArrayKernels;
    this.permanent = allocate(this.kernels, permanent);
    this.floats = new Float32Array();
    this.integers = new Int32Array();
    this.top = this.permanent + align(permanent);
    this.end = this.top;
    this.grow(0);
  }

  /** Where the bytes that stay begin. */
  get start(): number {
    return this.permanent;
  }

  /** The present place, for `release`. */
  get mark(): number {
    return this.top;
  }

  /** Room for so many numbers, with whatever was there. */
  take(numbers: number): number {
    const pointer = this.top;
    this.top += align(4 * numbers);
    if (this.top + 4 * slack > this.end) this.grow(this.top + 4 * slack - this.end);
    return pointer;
  }

  /** Room for so many zeros. */
  takeZeros(numbers: number): number {
    const pointer = this.take(numbers);
    this.floats.fill(0, pointer >>> 2, (pointer >>> 2) + numbers);
    return pointer;
  }

  put(values: Float32Array): number {
    const pointer = this.take(values.length);
    this.floats.set(values, pointer >>> 2);
    return pointer;
  }

  putIntegers(values: Int32Array): number {
    const pointer = this.take(values.length);
    this.integers.set(values, pointer >>> 2);
    return pointer;
  }

  /** A view of memory, valid until the next `take`. */
  view(pointer: number, numbers: number): Float32Array {
    return this.floats.subarray(pointer >>> 2, (pointer >>> 2) + numbers);
  }

  /** Gives back everything taken since `mark`. */
  release(mark: number): void {
    this.top = mark;
  }

  private grow(missing: number): void {
    // Half as much again, so that a growing step does not grow memory at every array; where it is to be had.
    let bytes = align(Math.max(4 * slack, missing + (this.end - this.permanent) / 2));
    try {
      allocate(this.kernels, bytes);
    } catch {
      bytes = align(missing);
      allocate(this.kernels, bytes);
    }
    const { buffer } = this.kernels.memory;
    this.floats = new Float32Array(buffer);
    this.integers = new Int32Array(buffer);
    this.end = Math.min(this.end + bytes, buffer.byteLength);
  }
}

function align(bytes: number): number {
  return Math.ceil(bytes / 16) * 16;
}
