import { callWords, type Kernel } from './kernel.js';

/**
 * What the CPU tells the kernels of one step, written to the GPU in one go: words (whole numbers, or the bits of
 * floats) at offsets that calls carry, and the calls themselves.
 */
export class Inputs {
  private words = new Uint32Array(1024);
  private floats = new Float32Array(this.words.buffer);
  /** Offset 0 is never given away: it says 'none'. */
  private used = 1;

  clear(): void {
    this.used = 1;
  }

  get bytes(): number {
    return 4 * this.used;
  }

  write(queue: GPUQueue, buffer: GPUBuffer): void {
    queue.writeBuffer(buffer, 0, this.words, 0, this.used);
  }

  /** Room for so many words, to be filled through the view; the view holds until the next call. */
  addWords(count: number): { offset: number; view: Uint32Array } {
    const offset = this.reserve(count);
    return { offset, view: this.words.subarray(offset, offset + count) };
  }

  addFloats(values: ArrayLike<number>): number {
    const offset = this.reserve(values.length);
    this.floats.set(values, offset);
    return offset;
  }

  /** The uniforms of one call. */
  addCall<Field extends string>({ fields }: Pick<Kernel<Field>, 'fields'>, call: Readonly<Record<Field, number>>): number {
    this.used = Math.ceil(this.used / callWords) * callWords;
    const offset = this.reserve(callWords);
    for (let i = 0; i < fields.length; i++) {
      const [name, type] = fields[i]!;
      (type === 'f32' ? this.floats : this.words)[offset + i] = call[name];
    }
    return offset;
  }

  private reserve(count: number): number {
    const offset = this.used;
    this.used += count;
    if (this.used > this.words.length) {
      const grown = new Uint32Array(this.used * 2);
      grown.set(this.words.subarray(0, offset));
      this.words = grown;
      this.floats = new Float32Array(grown.buffer);
    }
    return offset;
  }
}
