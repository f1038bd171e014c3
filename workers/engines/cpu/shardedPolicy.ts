import { Patience } from '../../../src/core/patience.js';
import { type PerReplica, type ReplicaRange, sliceReplicas } from '../perReplica.js';
import type { GrpoUpdate, Policy, PolicySnapshot, Responses, Sample, SampleRequest, SupervisedUpdate } from '../policy.js';

/** A policy in another worker: the same operations, each of them asynchronous. */
export type RemotePolicy = {
  readonly [K in Exclude<keyof Policy, 'dispose'>]: (...args: Parameters<Policy[K]>) => Promise<Awaited<ReturnType<Policy[K]>>>;
} & Pick<Policy, 'dispose'> & {
  /** Resolves once the policy is made, in its worker or elsewhere; what is asked before waits for that. */
  readonly ready: Promise<unknown>;
};

/** Replicas [from, to) of a population, trained by one worker. */
export interface Shard {
  readonly from: number;
  readonly to: number;
  readonly policy: RemotePolicy;
}

/** How many replicas each of `workers` trains: as even as can be, none without one. */
export function shardSizes(replicas: number, workers: number): number[] {
  const count = Math.max(1, Math.min(replicas, workers));
  return Array.from({ length: count }, (_, i) => Math.floor(((i + 1) * replicas) / count) - Math.floor((i * replicas) / count));
}

/** What a shard starts from: its replicas' part of parameters `[R, P]` or of a snapshot. */
export function shardStart(start: Float32Array | PolicySnapshot, range: ReplicaRange): Float32Array | PolicySnapshot {
  if (start instanceof Float32Array) return sliceReplicas(start, range);
  return { ...sliceReplicas(start, range), replicas: range.to - range.from };
}

const matrices = ['parameters', 'firstMoment', 'secondMoment', 'reference'] as const;

function joinSnapshots(parts: readonly PolicySnapshot[]): PolicySnapshot {
  const replicas = parts.reduce((sum, part) => sum + part.replicas, 0);
  const joined = Object.fromEntries(matrices.map((key) => [key, concatenate(parts.map((part) => part[key]))]));
  const history = parts[0]!.history && { history: concatenate(parts.map((part) => part.history!)) };
  return { ...parts[0]!, replicas, ...joined, ...history };
}

/**
 * A shard is overdue so many ms after the first has answered, and so many times what the first one took. Making a shard
 * has a deadline of its own, which is longer: none is overdue before all are made.
 */
const leastOverdue = 5000;
const timesOverdue = 10;
/**
 * Where none answers, all are overdue after so many ms, or so many times the longest call so far. The largest steps that
 * the knobs allow take two workers about that long.
 */
const leastSilent = 120_000;
const timesSilent = 20;

/**
 * One population spread over several workers, each with replicas of its own; replicas do not interact, so the results
 * are those of a single policy. Workers handle messages in order, so what needs no answer is not waited for.
 */
export class ShardedPolicy implements Policy {
  private readonly replicas: number;
  /** The first thing that went wrong in an operation without an answer. */
  private failure: unknown;
  /** ms of the longest call so far. */
  private longest = 0;

  /** @param onSilent hears of a shard that is long overdue; what is asked of the shards should reject then */
  constructor(
    private readonly shards: readonly Shard[],
    private readonly onSilent: (reason: string) => void = () => undefined,
  ) {
    this.replicas = shards.at(-1)!.to;
  }

  async sample(request: SampleRequest): Promise<Sample> {
    const parts = await this.each(({ policy, from, to }) => policy.sample(sliceReplicas(request, this.range(from, to))));
    const width = Math.max(...parts.map((part) => part.width));
    const sequences = request.prompts.length / request.promptLength;
    const tokens = new Int32Array(sequences * width).fill(request.padding);
    const logProbs = new Float32Array(sequences * width);
    const entropies = new Float32Array(sequences * width);
    let row = 0;
    for (const part of parts) {
      for (let at = 0; at < part.tokens.length; at += part.width, row++) {
        tokens.set(part.tokens.subarray(at, at + part.width), row * width);
        logProbs.set(part.logProbs.subarray(at, at + part.width), row * width);
        entropies.set(part.entropies.subarray(at, at + part.width), row * width);
      }
    }
    return { tokens, logProbs, entropies, width, scalars: this.joinScalars(parts.map((part) => part.scalars)) };
  }

  async referenceLogProbs(responses: Responses, temperature: PerReplica): Promise<Float32Array> {
    return concatenate(
      await this.each(({ policy, from, to }) => {
        const range = this.range(from, to);
        return policy.referenceLogProbs(sliceReplicas(responses, range), sliceReplicas(temperature, range));
      }),
    );
  }

  update(update: GrpoUpdate): void {
    this.tell(({ policy, from, to }) => policy.update(sliceReplicas(update, this.range(from, to))));
  }

  async supervise(update: SupervisedUpdate): Promise<Float32Array> {
    return concatenate(
      await this.each(({ policy, from, to }) => policy.supervise(sliceReplicas(update, this.range(from, to)))),
    );
  }

  async scalars(): Promise<Float32Array | undefined> {
    return this.joinScalars(await this.each(({ policy }) => policy.scalars()));
  }

  undo(): void {
    this.tell(({ policy }) => policy.undo());
  }

  startOver(): void {
    this.tell(({ policy }) => policy.startOver());
  }

  async snapshot(): Promise<PolicySnapshot> {
    return joinSnapshots(await this.each(({ policy }) => policy.snapshot()));
  }

  async parameters(): Promise<Float32Array> {
    return concatenate(await this.each(({ policy }) => policy.parameters()));
  }

  dispose(): void {
    for (const { policy } of this.shards) policy.dispose();
  }

  private async each<T>(call: (shard: Shard) => Promise<T>): Promise<T[]> {
    const began = performance.now();
    const calls = this.shards.map(call);
    const endWatch = this.watch(calls);
    try {
      const results = await Promise.all(calls);
      this.longest = Math.max(this.longest, performance.now() - began);
      if (this.failure !== undefined) throw this.failure;
      return results;
    } finally {
      endWatch();
    }
  }

  /** Shards have like work: once all are made and one has answered, the others have some time left. */
  private watch(calls: readonly Promise<unknown>[]): () => void {
    let patience: Patience | undefined;
    let over = false;
    const made = this.shards.map(({ policy }) => policy.ready);
    const allMade = Promise.all(made);
    const first = Promise.race(
      calls.map(async (call, i) => {
        await made[i];
        const began = performance.now();
        await call;
        return performance.now() - began;
      }),
    );
    const wait = (left: number): void => {
      if (over) return;
      patience?.end();
      patience = new Patience(left, () => this.onSilent(`it did not answer within ${Math.round(left / 1000)} s`));
      patience.begin();
    };
    allMade.then(() => wait(Math.max(leastSilent, timesSilent * this.longest)), () => undefined);
    Promise.all([first, allMade]).then(([took]) => wait(Math.max(leastOverdue, timesOverdue * took)), () => undefined);
    return () => {
      over = true;
      patience?.end();
    };
  }

  private tell(call: (shard: Shard) => Promise<void>): void {
    Promise.all(this.shards.map(call)).catch((error: unknown) => (this.failure ??= error));
  }

  private range(from: number, to: number): ReplicaRange {
    return { from, to, replicas: this.replicas };
  }

  /** `[scalars, R]` from each shard's `[scalars, own replicas]`. */
  private joinScalars(parts: readonly (Float32Array | undefined)[]): Float32Array | undefined {
    if (parts.some((part) => part === undefined)) return undefined;
    const rows = parts[0]!.length / (this.shards[0]!.to - this.shards[0]!.from);
    const joined = new Float32Array(rows * this.replicas);
    this.shards.forEach(({ from, to }, i) => {
      const width = to - from;
      for (let row = 0; row < rows; row++) {
        joined.set(parts[i]!.subarray(row * width, (row + 1) * width), row * this.replicas + from);
      }
    });
    return joined;
  }
}

function concatenate(parts: readonly Float32Array[]): Float32Array {
  const joined = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
