import type { TaskId } from '../labs/grpo/parameters.js';

/** A GRPO step of a task's defaults from its shipped warm start, but for what is named here. */
export interface GrpoCase {
  readonly kind: 'grpo';
  readonly task: TaskId;
  readonly replicas: number;
  readonly rolloutN: number;
  /** Of the task where it is not given, tokens. */
  readonly maxResponseLength?: number;
}

/** A supervised step of a larger model: next-token cross-entropy over every position. */
export interface SupervisedCase {
  readonly kind: 'supervised';
  readonly replicas: 1;
}

/** A step of the bi-encoder lab's defaults: mean pool, InfoNCE over a batch of 32 pairs. */
export interface BiencoderCase {
  readonly kind: 'biencoder';
  readonly replicas: number;
}

export type BenchCase = GrpoCase | SupervisedCase | BiencoderCase;

export const supervisedCase: SupervisedCase = { kind: 'supervised', replicas: 1 };

/** What the supervised step trains on, and its model. */
export const supervisedSize = { vocabulary: 32, width: 64, layers: 2, heads: 2, sequences: 64, length: 32 } as const;

const tasks: readonly TaskId[] = ['running-sum', 'mini-vqa', 'tool-choice'];

const grpo = (task: TaskId, replicas: number, rolloutN: number, maxResponseLength?: number): GrpoCase => ({
  kind: 'grpo', task, replicas, rolloutN, ...(maxResponseLength === undefined ? {} : { maxResponseLength }),
});

/** The default `running-sum` step, which the others of `growthCases` are compared with. */
export const baseCase = grpo('running-sum', 1, 4);

const biencoder = (replicas: number): BiencoderCase => ({ kind: 'biencoder', replicas });

/** One thing at a time grows: replicas, rollout n, the response's length. */
export const growthCases: readonly GrpoCase[] = [
  ...[1, 2, 4, 8, 16].map((replicas) => grpo('running-sum', replicas, 4)),
  ...[2, 8, 16].map((n) => grpo('running-sum', 1, n)),
  ...[5, 10].map((length) => grpo('running-sum', 1, 4, length)),
];

/** Every case once, the default steps first; the short version leaves most of them out. */
export function benchCases(quick: boolean): BenchCase[] {
  const defaults = tasks.map((task) => grpo(task, 1, 4));
  if (quick) return [...defaults, grpo('running-sum', 4, 4), supervisedCase, biencoder(1)];
  const grid = tasks.flatMap((task) => [1, 4, 8].flatMap((replicas) => [2, 4, 8].map((n) => grpo(task, replicas, n))));
  const all = [...defaults, supervisedCase, ...[1, 4, 8].map(biencoder), ...grid, ...growthCases];
  return [...new Map(all.map((benchCase) => [caseKey(benchCase), benchCase])).values()];
}

/** The same for the same case. */
export function caseKey(benchCase: BenchCase): string {
  if (benchCase.kind !== 'grpo') return `${benchCase.kind} ${benchCase.replicas}`;
  const { task, replicas, rolloutN, maxResponseLength } = benchCase;
  return [task, replicas, rolloutN, maxResponseLength].join();
}
