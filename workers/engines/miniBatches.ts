import type { GrpoUpdate } from './policy.js';

/**
 * The mini-batches of an update, in their order: each has consecutive prompts of every replica, as evenly as can be,
 * with their responses. Where there are fewer prompts than mini-batches, each prompt is one.
 */
export function miniBatchesOf(update: GrpoUpdate, replicas: number): readonly GrpoUpdate[] {
  const prompts = update.lengths.length / replicas / update.repeats;
  const count = Math.min(update.miniBatches, prompts);
  if (count === 1) return [update];
  const boundary = (i: number): number => Math.floor((i * prompts) / count) * update.repeats;
  return Array.from({ length: count }, (_, i) => partOf(update, replicas, boundary(i), boundary(i + 1)));
}

/** Sequences [from, to) of each replica. */
function partOf(update: GrpoUpdate, replicas: number, from: number, to: number): GrpoUpdate {
  const batch = update.lengths.length / replicas;
  const cut = <T extends Int32Array | Float32Array>(values: T, empty: (length: number) => T): T => {
    const each = values.length / (replicas * batch);
    const part = empty(replicas * (to - from) * each);
    for (let replica = 0; replica < replicas; replica++) {
      const own = values.subarray((replica * batch + from) * each, (replica * batch + to) * each);
      part.set(own, replica * (to - from) * each);
    }
    return part;
  };
  const integers = (values: Int32Array): Int32Array => cut(values, (length) => new Int32Array(length));
  const floats = (values: Float32Array): Float32Array => cut(values, (length) => new Float32Array(length));
  return {
    ...update,
    prompts: integers(update.prompts),
    responses: integers(update.responses),
    lengths: integers(update.lengths),
    samplingLogProbs: floats(update.samplingLogProbs),
    advantages: floats(update.advantages),
    inLoss: integers(update.inLoss),
  };
}
