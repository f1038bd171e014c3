import { wrap, type Remote } from 'comlink';
import type { Note } from '../../../src/core/protocol.js';
import type { Engine, Environment } from '../engine.js';
import { transformerLayout, type TransformerShape } from '../../model/layout.js';
import type { Policy, PolicySnapshot } from '../policy.js';
import { ShardedPolicy, shardSizes, shardStart } from './shardedPolicy.js';
import { CpuLearner } from './cpuLearner.js';
import { CpuPolicy } from './cpuPolicy.js';
import { plainProduct } from './kernels.js';
import { loadCpuKernels, type CpuEngineId } from './load.js';
import type { PolicyHost } from './policyHost.js';

/** A worker that computes one policy at a time. */
interface PolicyWorker {
  readonly worker: Worker;
  readonly host: Remote<PolicyHost>;
  busy: boolean;
}

/** Workers outlive runs: they are started once. */
let pool: PolicyWorker[] = [];
let onFailure: ((note: Note) => void) | undefined;

/**
 * The kernels in SIMD WebAssembly. A population is spread over the cores that the page leaves, each worker with
 * replicas of its own; a single replica trains right here. Throws a reason where the machine lacks what they need.
 */
export async function openCpuEngine(id: CpuEngineId, environment: Environment): Promise<Engine> {
  const module = await loadCpuKernels(id);
  return {
    id,
    createPolicy: (shape, start) => {
      const replicas = start instanceof Float32Array ? start.length / transformerLayout(shape).size : start.replicas;
      const sizes = environment.spawnPolicyWorker ? shardSizes(replicas, environment.cores - 1) : [replicas];
      return sizes.length === 1
        ? new CpuPolicy(module, shape, start)
        : spread(module, shape, start, sizes, environment.spawnPolicyWorker!);
    },
    createLearner: (layout, start) => new CpuLearner(module, layout, start),
    multiply: plainProduct(module),
    onFailure: (listener) => (onFailure = listener),
  };
}

function spread(
  module: WebAssembly.Module,
  shape: TransformerShape,
  start: Float32Array | PolicySnapshot,
  sizes: readonly number[],
  spawn: () => Worker,
): Policy {
  const replicas = sizes.reduce((sum, size) => sum + size, 0);
  let from = 0;
  const shards = sizes.map((size) => {
    const to = from + size;
    const acquired = acquire(spawn);
    const { host } = acquired;
    const own = shardStart(start, { from, to, replicas });
    // Messages are handled in order: what follows finds the policy there.
    host.create(module, shape, own).catch(fail);
    const dispose = (): void => {
      acquired.busy = false;
      host.release().catch(fail);
    };
    const policy = {
      sample: host.sample,
      update: host.update,
      supervise: host.supervise,
      scalars: host.scalars,
      undo: host.undo,
      startOver: host.startOver,
      parameters: host.parameters,
      snapshot: host.snapshot,
      dispose,
    };
    const shard = { from, to, policy };
    from = to;
    return shard;
  });
  return new ShardedPolicy(shards);
}

function acquire(spawn: () => Worker): PolicyWorker {
  const idle = pool.find(({ busy }) => !busy);
  if (idle) {
    idle.busy = true;
    return idle;
  }
  const worker = spawn();
  const acquired = { worker, host: wrap<PolicyHost>(worker), busy: true };
  worker.addEventListener('error', (event) => fail(event.message || 'it could not be loaded'));
  pool.push(acquired);
  return acquired;
}

/** A population with a part lost is lost: the next one starts with new workers. */
function fail(error: unknown): void {
  for (const { worker } of pool) worker.terminate();
  pool = [];
  onFailure?.({ id: 'note.workerLost', values: { reason: error instanceof Error ? error.message : String(error) } });
  onFailure = undefined;
}
