import type { RolloutInspection } from '../../../src/core/labs/grpo/inspection.js';
import type { Example, Task } from './tasks/task.js';

/** A population's sampled responses on the CPU, with what they are worth. Sequence index: replica · B + place. */
export interface ScoredResponses {
  /** Tokens, `[R · B × width]`, as sampled. */
  readonly tokens: Int32Array;
  readonly width: number;
  /** Tokens a response, its end counted. */
  readonly lengths: Int32Array;
  /** Reward components, `[R · B × components]`. */
  readonly components: Float64Array;
  /** Weighted sums, `[R · B]`. */
  readonly rewards: Float64Array;
}

/** Cuts sampled rows at their end-of-sequence token and scores them. `examples` has one entry a row. */
export function scoreResponses(
  task: Task,
  examples: readonly Example[],
  tokens: Int32Array,
  width: number,
  weights: readonly number[],
): ScoredResponses {
  const count = examples.length;
  const names = task.rewards.length;
  const lengths = new Int32Array(count);
  const components = new Float64Array(count * names);
  const rewards = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const row = tokens.subarray(i * width, (i + 1) * width);
    const end = row.indexOf(task.endOfSequence);
    lengths[i] = end < 0 ? width : end + 1;
    const scores = task.score(examples[i]!, row.subarray(0, lengths[i]));
    for (let k = 0; k < names; k++) {
      components[i * names + k] = scores[k]!;
      rewards[i]! += scores[k]! * weights[k]!;
    }
  }
  return { tokens, width, lengths, components, rewards };
}

/** Whether a response reached the length limit without an end-of-sequence token. */
export function isTruncated({ endOfSequence }: Task, { tokens, width, lengths }: ScoredResponses, i: number): boolean {
  return tokens[i * width + lengths[i]! - 1] !== endOfSequence;
}

/** 1 for each response in the loss, 0 for one that was cut off where those are left out: `[R · B]`. */
export function responsesInLoss(task: Task, scored: ScoredResponses, maskTruncated: boolean): Int32Array {
  return scored.lengths.map((_, i) => Number(!maskTruncated || !isTruncated(task, scored, i)));
}

/** The mean of `value(i)` over the B sequences of each replica: `[R]`. */
export function replicaMeans(replicas: number, sequences: number, value: (index: number) => number): Float64Array {
  return Float64Array.from({ length: replicas }, (_, replica) => {
    let sum = 0;
    for (let i = 0; i < sequences; i++) sum += value(replica * sequences + i);
    return sum / sequences;
  });
}

/** What a step sampled and how it was judged. */
export interface JudgedResponses {
  readonly step: number;
  /** Responses a prompt. */
  readonly n: number;
  readonly examples: readonly Example[];
  readonly scored: ScoredResponses;
  /** Under the sampling distribution, `[R · B × width]`. */
  readonly logProbs: Float32Array;
  /** Entropies of the sampling distribution at each token, `[R · B × width]`. */
  readonly entropies: Float32Array;
  readonly advantages: Float64Array;
}

/** One replica's prompts and responses, for people to look at. */
export function inspectResponses(task: Task, judged: JudgedResponses, replica: number, replicas: number): RolloutInspection {
  const { step, n, examples, scored, logProbs, entropies, advantages } = judged;
  const sequences = examples.length / replicas;
  const names = task.rewards.length;
  const response = (i: number): RolloutInspection['groups'][number]['responses'][number] => {
    const from = i * scored.width;
    const to = from + scored.lengths[i]!;
    return {
      tokens: [...scored.tokens.subarray(from, to)],
      logProbs: [...logProbs.subarray(from, to)],
      entropies: [...entropies.subarray(from, to)],
      rewards: task.rewards.map((name, k) => ({ name, value: scored.components[i * names + k]! })),
      reward: scored.rewards[i]!,
      advantage: advantages[i]!,
    };
  };
  return {
    kind: 'rollouts',
    step,
    replica,
    vocabulary: task.vocabulary,
    groups: Array.from({ length: sequences / n }, (_, group) => {
      const first = replica * sequences + group * n;
      return {
        prompt: examples[first]!.prompt,
        expected: task.expected(examples[first]!),
        responses: Array.from({ length: n }, (_, k) => response(first + k)),
      };
    }),
  };
}
