import { Inputs } from './inputs.js';
import type { Kernel } from './kernel.js';
import type { Memory, Storage } from './memory.js';

const mapRead = 1; // GPUMapMode.READ; the name does not exist in every environment

interface Dispatch {
  readonly kernel: Kernel;
  readonly buffers: Readonly<Record<string, Storage>>;
  /** Its uniforms' place in the inputs. */
  readonly call: number;
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

  constructor(private readonly memory: Memory) {}

  /** Records `x · y` workgroups of a kernel; it finds the inputs under this name. */
  dispatch<Field extends string, Buffer extends string>(
    kernel: Kernel<Field, Buffer>,
    buffers: Readonly<Record<Exclude<Buffer, 'inputs'>, Storage>>,
    call: Readonly<Record<Field, number>>,
    x: number,
    y = 1,
  ): void {
    this.work.push({ kernel: kernel as unknown as Kernel, buffers, call: this.inputs.addCall(kernel, call), x, y });
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

  /** Sends what is recorded, and reads the first bytes of buffers, one after the other. */
  async read(parts: readonly { readonly storage: Storage; readonly bytes: number }[]): Promise<ArrayBuffer> {
    const total = parts.reduce((sum, { bytes }) => sum + bytes, 0);
    const target = this.memory.workspace('readback', total, 'readback');
    let at = 0;
    for (const { storage, bytes } of parts) {
      if (bytes > 0) this.copy(storage, target, bytes, at);
      at += bytes;
    }
    this.submit();
    const { buffer } = target;
    await buffer.mapAsync(mapRead, 0, total);
    const data = buffer.getMappedRange(0, total).slice(0);
    buffer.unmap();
    return data;
  }

  submit(): void {
    const { device } = this.memory;
    const inputs = this.memory.workspace('inputs', this.inputs.bytes, 'inputs');
    this.inputs.write(device.queue, inputs.buffer);
    const encoder = device.createCommandEncoder();
    let pass: GPUComputePassEncoder | undefined;
    for (const item of this.work) {
      if ('kernel' in item) {
        const { kernel, buffers, call, x, y } = item;
        pass ??= encoder.beginComputePass();
        pass.setPipeline(kernel.pipeline);
        pass.setBindGroup(0, kernel.group(inputs, buffers), [4 * call]);
        pass.dispatchWorkgroups(x, y);
        this.dispatches++;
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
    this.work.length = 0;
    this.inputs.clear();
  }
}
