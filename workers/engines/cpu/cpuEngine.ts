import type { Note } from '../../../src/core/protocol.js';
import type { Engine, Environment } from '../engine.js';
import { transformerLayout } from '../layout.js';
import type { Policy } from '../policy.js';
import { ShardedPolicy, shardSizes, shardStart } from './shardedPolicy.js';
import { CpuLearner } from './cpuLearner.js';
import { CpuPolicy } from './cpuPolicy.js';
import { plainProduct } from './kernels.js';
import { loadCpuKernels, type CpuEngineId } from './load.js';
import { listenToWorkers, loseWorkers, policyInWorker, type PolicyOrder } from './policyWorkers.js';

/**
 * Why workers are not used here, where one could not be: each further attempt would make a run wait as long. It holds
 * until the page is loaded again.
 */
let unused: Note | undefined;

/**
 * The kernels in SIMD WebAssembly. A population is spread over the cores that the page leaves, each worker with
 * replicas of its own; a single replica trains right here. Throws a reason where the machine lacks what they need.
 */
export async function openCpuEngine(id: CpuEngineId, environment: Environment): Promise<Engine> {
  const module = await loadCpuKernels(id);
  return {
    id,
    createPolicy: (shape, start, note = () => undefined) => {
      const { spawnPolicyWorker: spawn, cores } = environment;
      const replicas = start instanceof Float32Array ? start.length / transformerLayout(shape).size : start.replicas;
      const sizes = shardSizes(replicas, cores - 1);
      if (!spawn || sizes.length === 1) return new CpuPolicy(module, shape, start);
      if (unused) {
        note(unused);
        return new CpuPolicy(module, shape, start);
      }
      return spread({ module, shape, start, spawn }, sizes, note);
    },
    createLearner: (layout, start) => new CpuLearner(module, layout, start),
    multiply: plainProduct(module),
    onFailure: listenToWorkers,
  };
}

/** A population over several workers; what no worker takes up is trained right here. */
function spread(
  { module, shape, start, spawn }: Omit<PolicyOrder, 'onUnused'>,
  sizes: readonly number[],
  note: (note: Note) => void,
): Policy {
  const replicas = sizes.reduce((sum, size) => sum + size, 0);
  const onUnused = (reason: string): void => {
    if (unused) return;
    unused = { id: 'note.workersUnused', values: { reason } };
    note(unused);
  };
  let from = 0;
  const shards = sizes.map((size) => {
    const to = from + size;
    const own = shardStart(start, { from, to, replicas });
    const policy = policyInWorker({ module, shape, start: own, spawn, onUnused });
    const shard = { from, to, policy };
    from = to;
    return shard;
  });
  return new ShardedPolicy(shards, loseWorkers);
}
