import { callStride, type Kernel } from './kernel.js';
import type { Memory, Storage } from './memory.js';

/** Data of one step for the kernels: words (whole numbers, or the bits of floats) at offsets that calls carry. */
export class Inputs {
  private words = new Uint32Array(1024);
  private floats = new Float32Array(this.words.buffer);
  /** Offset 0 is never given away: it says 'none'. */
  private used = 1;

  clear(): void {
    this.used = 1;
  }

  get content(): Uint32Array<ArrayBuffer> {
    return this.words.subarray(0, this.used);
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

interface Dispatch {
  readonly kernel: Kernel;
  readonly buffers: Readonly<Record<string, Storage>>;
  readonly x: number;
  readonly y: number;
}

interface Copy {
  readonly from: Storage;
  readonly to: Storage | 'inputs';
  readonly at: number;
  readonly bytes: number;
}

interface Clear {
  readonly cleared: Storage;
}

/** Collects the dispatches and copies of a step, then sends them as one command buffer. */
export class Recorder {
  readonly inputs = new Inputs();
  /** Dispatches sent so far. */
  dispatches = 0;
  private readonly work: (Dispatch | Copy | Clear)[] = [];
  private readonly calls: Uint32Array<ArrayBuffer>[] = [];

  constructor(private readonly memory: Memory) {}

  /** Records `x · y` workgroups of a kernel; it finds the inputs under this name. */
  dispatch<Field extends string, Buffer extends string>(
    kernel: Kernel<Field, Buffer>,
    buffers: Readonly<Record<Exclude<Buffer, 'inputs'>, Storage>>,
    call: Readonly<Record<Field, number>>,
    x: number,
    y = 1,
  ): void {
    const words = new Uint32Array(callStride / 4);
    const floats = new Float32Array(words.buffer);
    kernel.fields.forEach(([name, type], i) => ((type === 'f32' ? floats : words)[i] = call[name]));
    this.calls.push(words);
    this.work.push({ kernel: kernel as unknown as Kernel, buffers, x, y });
  }

  /** Records a copy of `bytes` to byte `at` of the target. */
  copy(from: Storage, to: Storage, bytes: number, at = 0): void {
    this.work.push({ from, to, at, bytes });
  }

  /** Records that words of the inputs come from a buffer. */
  copyToInputs(from: Storage, offset: number, words: number): void {
    this.work.push({ from, to: 'inputs', at: 4 * offset, bytes: 4 * words });
  }

  /** Records that a buffer becomes all zeros. */
  clear(cleared: Storage): void {
    this.work.push({ cleared });
  }

  submit(): void {
    const { device } = this.memory;
    const inputs = this.memory.workspace('inputs', this.inputs.content.byteLength);
    device.queue.writeBuffer(inputs.buffer, 0, this.inputs.content);
    const packed = new Uint32Array(this.calls.length * (callStride / 4));
    this.calls.forEach((words, i) => packed.set(words, i * (callStride / 4)));
    const calls = this.memory.workspace('calls', Math.max(packed.byteLength, 32 * callStride), 'uniform');
    if (packed.length > 0) device.queue.writeBuffer(calls.buffer, 0, packed);

    const encoder = device.createCommandEncoder();
    let pass: GPUComputePassEncoder | undefined;
    let call = 0;
    for (const item of this.work) {
      if ('kernel' in item) {
        pass ??= encoder.beginComputePass();
        pass.setPipeline(item.kernel.pipeline);
        pass.setBindGroup(0, item.kernel.group(calls, { ...item.buffers, inputs }), [call++ * callStride]);
        pass.dispatchWorkgroups(item.x, item.y);
      } else {
        pass?.end();
        pass = undefined;
        if ('cleared' in item) encoder.clearBuffer(item.cleared.buffer);
        else {
          const to = item.to === 'inputs' ? inputs : item.to;
          encoder.copyBufferToBuffer(item.from.buffer, 0, to.buffer, item.at, item.bytes);
        }
      }
    }
    pass?.end();
    device.queue.submit([encoder.finish()]);
    this.dispatches += call;
    this.work.length = 0;
    this.calls.length = 0;
    this.inputs.clear();
  }
}
