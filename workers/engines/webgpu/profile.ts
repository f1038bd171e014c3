/** What the dispatches of one kernel took together, by the GPU's own clock. */
export interface KernelTime {
  /** Its label. */
  readonly kernel: string;
  readonly dispatches: number;
  readonly ms: number;
}

/** A query set holds no more; dispatches of one command buffer beyond them go untimed. */
const mostQueries = 4096;
const queryResolve = 0x200;
const copySource = 0x4;
const mapReadAndCopyTarget = 0x1 | 0x8;
const mapRead = 0x1;

/**
 * Times each dispatch by itself with `timestamp-query`, and shows it to a browser's profiler as a track of its own
 * (performance.measure with Chrome's `detail.devtools`). Browsers round timestamps, Chrome to 0.1 ms: sums over many
 * steps are right, single short dispatches are not. A pass for each dispatch costs time itself.
 */
export class KernelProfile {
  private readonly times = new Map<string, { dispatches: number; ms: number }>();
  private readonly answers: Promise<void>[] = [];

  /** How to time the dispatches of one command buffer; undefined where the device cannot. */
  begin(device: GPUDevice, dispatches: number): CommandTiming | undefined {
    const count = Math.min(dispatches, mostQueries / 2);
    if (count === 0 || !device.features.has('timestamp-query')) return undefined;
    const queries = device.createQuerySet({ type: 'timestamp', count: 2 * count });
    const bytes = 16 * count;
    const resolved = device.createBuffer({ size: bytes, usage: queryResolve | copySource });
    const readback = device.createBuffer({ size: bytes, usage: mapReadAndCopyTarget });
    const kernels: string[] = [];
    return {
      pass: (kernel) => {
        const i = kernels.length;
        if (i === count) return undefined;
        kernels.push(kernel);
        const writes = { querySet: queries, beginningOfPassWriteIndex: 2 * i, endOfPassWriteIndex: 2 * i + 1 };
        return { label: kernel, timestampWrites: writes };
      },
      resolve: (encoder) => {
        encoder.resolveQuerySet(queries, 0, 2 * count, resolved, 0);
        encoder.copyBufferToBuffer(resolved, 0, readback, 0, bytes);
      },
      collect: () => {
        const answer = async (): Promise<void> => {
          await readback.mapAsync(mapRead);
          this.take(kernels, new BigUint64Array(readback.getMappedRange()));
        };
        const free = (): void => {
          for (const held of [queries, resolved, readback]) held.destroy();
        };
        this.answers.push(answer().finally(free));
      },
    };
  }

  /** By kernel, the longest first, once the GPU has answered; empty where nothing could be timed. */
  async kernels(): Promise<KernelTime[]> {
    await Promise.all(this.answers);
    const found = [...this.times].map(([kernel, time]) => ({ kernel, ...time }));
    return found.sort((a, b) => b.ms - a.ms);
  }

  /** Nanoseconds of each dispatch's begin and end; the last end is taken to be now. */
  private take(kernels: readonly string[], times: BigUint64Array): void {
    const now = performance.now();
    const last = times[2 * kernels.length - 1]!;
    const at = (i: number): number => now - Number(last - times[i]!) / 1e6;
    kernels.forEach((kernel, i) => {
      const [start, end] = [at(2 * i), at(2 * i + 1)];
      const sum = this.times.get(kernel) ?? { dispatches: 0, ms: 0 };
      // Clocks that are set back between two readings say nothing.
      const ms = Math.max(0, end - start);
      this.times.set(kernel, { dispatches: sum.dispatches + 1, ms: sum.ms + ms });
      showInTrack(kernel, Math.max(0, start), ms);
    });
  }
}

/** How the dispatches of one command buffer are timed. */
export interface CommandTiming {
  /** Of a dispatch's own pass; undefined beyond the number that `begin` was told. */
  pass(kernel: string): GPUComputePassDescriptor | undefined;
  /** After the last pass. */
  resolve(encoder: GPUCommandEncoder): void;
  /** After the submission. */
  collect(): void;
}

/** Seen by a profiler that records just now, and kept by nobody. */
function showInTrack(kernel: string, start: number, duration: number): void {
  const devtools = { dataType: 'track-entry', track: 'WebGPU kernels', color: 'primary' };
  performance.measure(kernel, { start, duration, detail: { devtools } });
  performance.clearMeasures(kernel);
}

let active: KernelProfile | undefined;

/** The profile that every recorder of this process feeds at present. */
export function activeProfile(): KernelProfile | undefined {
  return active;
}

/** Times all dispatches that are sent while `action` runs. */
export async function profileKernels(action: () => Promise<void>): Promise<KernelTime[]> {
  const profile = new KernelProfile();
  active = profile;
  try {
    await action();
  } finally {
    active = undefined;
  }
  return profile.kernels();
}
