import { OutOfMemoryError } from '../failure.js';

/** Takes so many bytes, zeros, of a kernel instance's memory, for good. Throws an `OutOfMemoryError` where there is not enough. */
export function allocate(kernels: { allocate(bytes: number): number }, bytes: number): number {
  try {
    if (bytes < 2 ** 32) return kernels.allocate(bytes) >>> 0;
  } catch (error) {
    if (!(error instanceof WebAssembly.RuntimeError)) throw error;
  }
  throw new OutOfMemoryError(`out of memory: the cpu kernels need ${Math.ceil(bytes / 2 ** 20)} MiB more`);
}
