/** What was asked of the GPU, and how long its answers were waited for, since the counting began. */
export interface GpuCounters {
  readonly dispatches: number;
  /** ms between `mapAsync` and its answer, waits at the same time counted once. */
  readonly waited: number;
}

/**
 * Counts for the whole process by replacing methods of WebGPU's prototypes. The counters go on until `stop` puts the
 * methods back. Where there is no WebGPU, nothing is counted.
 */
export function countGpu(): { readonly counters: GpuCounters; stop(): void } {
  const counters = { dispatches: 0, waited: 0 };
  if (typeof GPUComputePassEncoder === 'undefined') return { counters, stop: () => undefined };
  const pass = GPUComputePassEncoder.prototype;
  const buffer = GPUBuffer.prototype;
  const { dispatchWorkgroups, dispatchWorkgroupsIndirect } = pass;
  const { mapAsync } = buffer;
  let waits = 0;
  let since = 0;
  pass.dispatchWorkgroups = function (...size) {
    counters.dispatches++;
    return dispatchWorkgroups.apply(this, size);
  };
  pass.dispatchWorkgroupsIndirect = function (...place) {
    counters.dispatches++;
    return dispatchWorkgroupsIndirect.apply(this, place);
  };
  buffer.mapAsync = async function (...range) {
    if (waits++ === 0) since = performance.now();
    try {
      return await mapAsync.apply(this, range);
    } finally {
      if (--waits === 0) counters.waited += performance.now() - since;
    }
  };
  return {
    counters,
    stop: () => {
      Object.assign(pass, { dispatchWorkgroups, dispatchWorkgroupsIndirect });
      Object.assign(buffer, { mapAsync });
    },
  };
}
