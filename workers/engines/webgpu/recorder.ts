import { Inputs } from './inputs.js';
import type { Kernel } from './kernel.js';
import type { Memory, Storage } from './memory.js';
import { activeProfile } from './profile.js';
import { mapToRead } from './quirks/firefoxPoll.js';

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
  readonly to: Storage;
  readonly bytes: number;
  /** Bytes before what is copied, 0 where it is not given; before where it goes. */
  readonly at?: number;
  readonly toAt?: number;
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

  /** Records a copy from one buffer to another. */
  copy(copy: Copy): void {
    this.work.push(copy);
  }

  /** Records that a buffer becomes all zeros. */
  clear(cleared: Storage): void {
    this.work.push({ cleared });
  }

  /** Sends what is recorded, and reads the first bytes of buffers, one after the other. */
  async read(parts: readonly { readonly storage: Storage; readonly bytes: number }[]): Promise<ArrayBuffer> {
    const total = parts.reduce((sum, { bytes }) => sum + bytes, 0);
    const target = this.memory.workspace('readback', total, 'readback');
    let toAt = 0;
    for (const { storage, bytes } of parts) {
      if (bytes > 0) this.copy({ from: storage, to: target, toAt, bytes });
      toAt += bytes;
    }
    this.submit();
    const { buffer } = target;
    await mapToRead(this.memory.device, buffer, total);
    const data = buffer.getMappedRange(0, total).slice(0);
    buffer.unmap();
    return data;
  }

  /** Throws where a kernel is not compiled yet. */
  submit(): void {
    const { device } = this.memory;
    const inputs = this.memory.workspace('inputs', this.inputs.bytes, 'inputs');
    this.inputs.write(device.queue, inputs.buffer);
    const encoder = device.createCommandEncoder();
    const timing = activeProfile()?.begin(device, this.work.filter((item) => 'kernel' in item).length);
    let pass: GPUComputePassEncoder | undefined;
    const endPass = (): void => {
      pass?.end();
      pass = undefined;
    };
    for (const item of this.work) {
      if ('kernel' in item) {
        const { kernel, buffers, call, x, y } = item;
        if (timing) endPass();
        pass ??= encoder.beginComputePass(timing?.pass(kernel.label));
        pass.setPipeline(kernel.pipeline);
        pass.setBindGroup(0, kernel.group(inputs, buffers), [4 * call]);
        pass.dispatchWorkgroups(x, y);
        this.dispatches++;
      } else {
        endPass();
        if ('cleared' in item) encoder.clearBuffer(item.cleared.buffer);
        else encoder.copyBufferToBuffer(item.from.buffer, item.at ?? 0, item.to.buffer, item.toAt ?? 0, item.bytes);
      }
    }
    endPass();
    timing?.resolve(encoder);
    device.queue.submit([encoder.finish()]);
    timing?.collect();
    this.work.length = 0;
    this.inputs.clear();
    this.memory.destroyReplaced();
  }
}
