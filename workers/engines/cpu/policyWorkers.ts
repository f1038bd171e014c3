import { wrap, type Remote } from 'comlink';
import type { Failure } from '../../../src/core/protocol.js';
import { within } from '../../../src/core/within.js';
import type { TransformerShape } from '../layout.js';
import type { PolicySnapshot } from '../policy.js';
import { CpuPolicy } from './cpuPolicy.js';
import type { PolicyHost } from './policyHost.js';
import type { RemotePolicy } from './shardedPolicy.js';

/** ms in which a worker has to load and make its policy. */
const createDeadline = 8000;
/** ms in which a worker has to let its last policy go. */
const releaseDeadline = 1000;

/** A worker has ended that trained a part of a population: the population is lost. */
class WorkerLost extends Error {}

/** A worker that computes one policy at a time. */
class PolicyWorker {
  readonly host: Remote<PolicyHost>;
  /** Resolves when the worker has let its last policy go; none while it has one. */
  released: Promise<unknown> | undefined;
  /** Whether the worker has made the policy that it has. */
  ready = false;
  private readonly waiting = new Set<(end: Error) => void>();

  constructor(private readonly worker: Worker) {
    this.host = wrap<PolicyHost>(worker);
    worker.addEventListener('error', (event) => {
      // The error would go on to this worker's own scope, and the page would give up the worker that holds all checkpoints.
      event.preventDefault();
      fail(this, event.message || 'it could not be loaded');
    });
    worker.addEventListener('messageerror', () => fail(this, 'a message from it could not be read'));
  }

  /** What the worker answers to a call; rejects where the worker ends before. */
  answer<T>(call: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.waiting.add(reject);
      void call.then(resolve, reject).finally(() => this.waiting.delete(reject));
    });
  }

  end(error: Error): void {
    this.worker.terminate();
    for (const reject of this.waiting) reject(error);
  }
}

/** Workers outlive runs: they are started once. With one that trains all are lost, and the next ones are a new pool. */
let pool: PolicyWorker[] = [];
let onLost: ((failure: Failure) => void) | undefined;

/** The listener hears when a population is lost with its worker, at most once. */
export function listenToWorkers(listener: (failure: Failure) => void): void {
  onLost = listener;
}

/** A worker has failed. Nothing is lost with one that holds no policy, or belongs to a pool that has been lost before. */
function fail(worker: PolicyWorker, reason: string): void {
  if (!pool.includes(worker)) return;
  if (worker.ready) loseWorkers(reason);
  else drop(worker, new Error(reason));
}

/** Ends all workers: one of them no longer trains its part of a population. */
export function loseWorkers(reason: string): void {
  const lost = pool;
  pool = [];
  // Whoever trains the population hears of the failure before its calls reject.
  onLost?.({ kind: 'lost', note: { id: 'note.workerLost', values: { reason } } });
  onLost = undefined;
  for (const each of lost) each.end(new WorkerLost(reason));
}

function drop(worker: PolicyWorker, error: Error): void {
  pool = pool.filter((other) => other !== worker);
  worker.end(error);
}

/** A part of a population, for a worker. */
export interface PolicyOrder {
  readonly spawn: () => Worker;
  readonly module: WebAssembly.Module;
  readonly shape: TransformerShape;
  readonly start: Float32Array | PolicySnapshot;
  /** No worker took this part up, which is trained right here. */
  readonly onUnused: (reason: string) => void;
}

/** A policy in a worker of the pool, or right here where none takes it up in time. */
export function policyInWorker(order: PolicyOrder): RemotePolicy {
  const made = make(order);
  // Whatever is asked of it tells why it is not there.
  made.catch(() => undefined);
  return {
    ready: made,
    sample: async (request) => (await made).sample(request),
    referenceLogProbs: async (...of) => (await made).referenceLogProbs(...of),
    update: async (update) => (await made).update(update),
    supervise: async (update) => (await made).supervise(update),
    scalars: async () => (await made).scalars(),
    undo: async () => (await made).undo(),
    startOver: async () => (await made).startOver(),
    parameters: async () => (await made).parameters(),
    snapshot: async () => (await made).snapshot(),
    dispose: () => void made.then((policy) => policy.dispose(), () => undefined),
  };
}

async function make({ spawn, module, shape, start, onUnused }: PolicyOrder): Promise<Omit<RemotePolicy, 'ready'> | CpuPolicy> {
  let worker: PolicyWorker | undefined;
  try {
    worker = await acquire(spawn);
    await worker.answer(within(createDeadline, 'it', worker.host.create(module, shape, start)));
    worker.ready = true;
    return remotePolicy(worker);
  } catch (error) {
    if (error instanceof WorkerLost) throw error;
    if (worker) drop(worker, error as Error);
    onUnused(reasonOf(error));
    return new CpuPolicy(module, shape, start);
  }
}

/** An idle worker, or another. */
async function acquire(spawn: () => Worker): Promise<PolicyWorker> {
  const idle = pool.find(({ released }) => released);
  if (idle) {
    const released = idle.released!;
    idle.released = undefined;
    try {
      await idle.answer(within(releaseDeadline, 'it', released));
      return idle;
    } catch (error) {
      if (error instanceof WorkerLost) throw error;
      drop(idle, error as Error);
    }
  }
  const worker = new PolicyWorker(spawn());
  pool.push(worker);
  return worker;
}

function remotePolicy(worker: PolicyWorker): Omit<RemotePolicy, 'ready'> {
  const { host } = worker;
  return {
    sample: (request) => worker.answer(host.sample(request)),
    referenceLogProbs: (...of) => worker.answer(host.referenceLogProbs(...of)),
    update: (update) => worker.answer(host.update(update)),
    supervise: (update) => worker.answer(host.supervise(update)),
    scalars: () => worker.answer(host.scalars()),
    undo: () => worker.answer(host.undo()),
    startOver: () => worker.answer(host.startOver()),
    parameters: () => worker.answer(host.parameters()),
    snapshot: () => worker.answer(host.snapshot()),
    dispose: () => {
      worker.ready = false;
      worker.released = host.release();
      worker.released.catch((error: unknown) => fail(worker, reasonOf(error)));
    },
  };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
