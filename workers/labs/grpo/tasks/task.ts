import type { RewardName } from '../../../../src/core/labs/grpo/parameters.js';
import type { RandomSequence } from '../../../../src/core/random.js';

/** A prompt and what is needed to judge responses to it. */
export interface Example {
  readonly prompt: readonly number[];
  /** What a right response must contain; its meaning is the task's own. */
  readonly truth: readonly number[];
}

/** A data source of the GRPO lab: prompts, demonstrations for the warm start, and rewards. */
export interface Task {
  readonly id: string;
  /** The text of each token; its length is the vocabulary's size. */
  readonly vocabulary: readonly string[];
  /** All prompts have this length, in tokens. */
  readonly promptLength: number;
  /** The longest response, its end-of-sequence token counted. */
  readonly maxResponseLength: number;
  readonly endOfSequence: number;
  readonly padding: number;
  /** The reward components, in the order in which `score` returns them; config keys `rewardWeights.<name>`. */
  readonly rewards: readonly RewardName[];
  /** Which component tells whether the response is right. */
  readonly answer: RewardName;
  /** The position in the response of the one token that decides the reward, where there is one. */
  readonly decisivePosition?: number;
  /** Steps of supervised training that make the warm start. */
  readonly warmStartSteps: number;
  /** Prompts to train on and prompts held out, without a common one. */
  split(seed: number, training: number, validation: number): { training: Example[]; validation: Example[] };
  readonly validationPrompts: number;
  /** One noisy demonstration: prompt and response, padded to `promptLength + maxResponseLength`. */
  demonstration(random: RandomSequence): Int32Array;
  /** The reward components of one response, which ends with its end-of-sequence token or at the length limit. */
  score(example: Example, response: ArrayLike<number>): number[];
  /** The tokens that a right response contains, for people. */
  expected(example: Example): readonly number[];
}
