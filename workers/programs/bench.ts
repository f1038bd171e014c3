import { engineIds, type Environment } from '../engines/engine.js';
import type { BenchEvent } from '../../src/core/bench/measurement.js';
import { openEngine } from '../engines/openEngine.js';
import { adapterName, findAdapter } from '../engines/webgpu/webgpuDevice.js';
import type { Contestant } from '../bench/contestant.js';
import { engineContestant } from '../bench/engineContestant.js';
import { countGpu } from '../bench/gpuCounters.js';
import { measure } from '../bench/measure.js';

export { timeVariants } from '../bench/variants.js';

export { benchTables, markdown } from '../../src/core/bench/tables.js';
export { loadLanguage, message } from '../../src/core/messages/messages.js';

export interface BenchOptions {
  readonly environment: Environment;
  readonly quick: boolean;
  /** The ids of the engines and libraries to measure; all of them where it is not given. */
  readonly only?: readonly string[] | undefined;
  /** Other libraries that take part. */
  readonly others: readonly Contestant[];
  readonly emit: (event: BenchEvent) => void;
}

/** Measures every engine that starts here, and the other libraries, side by side. It judges nothing. */
export async function bench({ environment, quick, only, others, emit }: BenchOptions): Promise<void> {
  const adapter = await findAdapter();
  emit({ type: 'machine', adapter: adapter && adapterName(adapter) });
  const { counters, stop } = countGpu();
  try {
    const engines = engineIds.map((id) => engineContestant(id, environment, counters));
    const contestants = [...engines, ...others].filter(({ id }) => only?.includes(id) ?? true);
    await measure(contestants, quick, emit);
    const plain = await openEngine('cpu', environment).catch(() => undefined);
    if (plain?.multiply) emit({ type: 'peak', gflops: peakGflops(plain.multiply) });
  } finally {
    stop();
  }
  emit({ type: 'ended' });
}

/** The fastest of some products whose matrices fit in a core's cache. */
function peakGflops(multiply: (m: number, k: number, n: number) => void): number {
  const size = 128;
  let fastest = Infinity;
  for (let round = 0; round < 20; round++) {
    const started = performance.now();
    for (let i = 0; i < 20; i++) multiply(size, size, size);
    fastest = Math.min(fastest, (performance.now() - started) / 20);
  }
  return (2 * size ** 3) / fastest / 1e6;
}
