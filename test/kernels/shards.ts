import type { Policy, PolicySnapshot } from '../../workers/engines/policy.js';
import { ShardedPolicy, shardSizes, shardStart, type RemotePolicy } from '../../workers/engines/cpu/shardedPolicy.js';

/** The same policy behind an asynchronous boundary that copies its messages, as a worker's does. */
function remote(policy: Policy): RemotePolicy {
  const later = <A extends unknown[], T>(call: (...args: A) => T | Promise<T>) => async (...args: A): Promise<T> => {
    const copied = structuredClone(args) as A;
    await Promise.resolve();
    return call(...copied);
  };
  return {
    ready: Promise.resolve(),
    sample: later((request) => policy.sample(request)),
    referenceLogProbs: later((responses, temperature) => policy.referenceLogProbs(responses, temperature)),
    update: later((update) => policy.update(update)),
    supervise: later((update) => policy.supervise(update)),
    scalars: later(() => policy.scalars()),
    undo: later(() => policy.undo()),
    startOver: later(() => policy.startOver()),
    parameters: later(() => policy.parameters()),
    snapshot: later(() => policy.snapshot()),
    dispose: () => policy.dispose(),
  };
}

/** A population of so many replicas over so many workers, each with a policy of its own. */
export function sharded(
  policyOf: (start: Float32Array | PolicySnapshot) => Policy,
  start: Float32Array | PolicySnapshot,
  { replicas, workers }: { replicas: number; workers: number },
): Policy {
  let from = 0;
  const shards = shardSizes(replicas, workers).map((count) => {
    const to = from + count;
    const shard = { from, to, policy: remote(policyOf(shardStart(start, { from, to, replicas }))) };
    from = to;
    return shard;
  });
  return new ShardedPolicy(shards);
}
