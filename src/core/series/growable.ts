type NumberArray = Int32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

/** A typed array that grows at its end, by doubling: n appends copy fewer than 2n numbers in all. */
export class Growable<T extends NumberArray> {
  length = 0;
  private shown: T | undefined;

  private constructor(
    private buffer: T,
    private readonly allocate: (capacity: number) => T,
  ) {}

  static int32(): Growable<Int32Array<ArrayBuffer>> {
    return new Growable(new Int32Array(16), (capacity) => new Int32Array(capacity));
  }

  static float64(): Growable<Float64Array<ArrayBuffer>> {
    return new Growable(new Float64Array(16), (capacity) => new Float64Array(capacity));
  }

  push(value: number): void {
    if (this.length === this.buffer.length) this.grow(2 * this.length);
    this.buffer[this.length++] = value;
  }

  /** Makes room for so many numbers in all: no more than that, where they are the first. */
  reserve(length: number): void {
    if (length > this.buffer.length) this.grow(this.length === 0 ? length : Math.max(length, 2 * this.length));
  }

  private grow(capacity: number): void {
    const larger = this.allocate(capacity);
    larger.set(this.buffer.subarray(0, this.length));
    this.buffer = larger;
  }

  /** NaN outside the array. */
  at(index: number): number {
    return index < this.length ? (this.buffer[index] ?? NaN) : NaN;
  }

  /** What was pushed so far, without a copy. Later pushes do not change it. */
  view(): T {
    if (this.shown?.length !== this.length) this.shown = this.buffer.subarray(0, this.length) as T;
    return this.shown;
  }
}
