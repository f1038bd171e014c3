import type { RewardModelConfig } from '../../../src/core/labs/reward-model/parameters.js';
import { answerLength } from '../../../src/core/labs/reward-model/vocabulary.js';
import type { Learner } from '../../engines/learner.js';
import type { Population } from '../population.js';
import type { Pairs } from './data.js';
import type { RewardModel } from './model.js';

/** What every replica's model makes of its pairs, each `[R · count]`, without dropout, margin or smoothing. */
export interface Judgement {
  readonly count: number;
  readonly chosen: Float32Array;
  readonly rejected: Float32Array;
  /** Chosen − rejected reward. */
  readonly margins: Float32Array;
  /** −log σ(margin). */
  readonly losses: Float32Array;
  /** 1 where the margin is above 0. */
  readonly right: Float32Array;
  /** Probability that the model gives the answer which it prefers: σ(|margin|). */
  readonly confidence: Float32Array;
}

/** Answers a replica in one pass, so that memory does not grow with the pairs. */
const chunk = 1024;

/** @param count the first so many pairs of every replica */
export async function evaluate(
  learner: Learner,
  model: RewardModel,
  population: Population<RewardModelConfig>,
  pairs: readonly Pairs[],
  count: number,
): Promise<Judgement> {
  const chosen = await rewards(learner, model, population, pairs.map((each) => each.chosen), count);
  const rejected = await rewards(learner, model, population, pairs.map((each) => each.rejected), count);
  const margins = chosen.map((reward, i) => reward - rejected[i]!);
  return {
    count,
    chosen,
    rejected,
    margins,
    losses: margins.map((margin) => Math.max(-margin, 0) + Math.log1p(Math.exp(-Math.abs(margin)))),
    right: margins.map((margin) => (margin > 0 ? 1 : 0)),
    confidence: margins.map((margin) => 1 / (1 + Math.exp(-Math.abs(margin)))),
  };
}

/** The rewards of each replica's first `count` answers: `[R · count]`. */
async function rewards(
  learner: Learner,
  model: RewardModel,
  population: Population<RewardModelConfig>,
  answers: readonly Int32Array[],
  count: number,
): Promise<Float32Array> {
  const all = new Float32Array(answers.length * count);
  for (let from = 0; from < count; from += chunk) {
    const size = Math.min(chunk, count - from);
    const words = new Int32Array(answers.length * size * answerLength);
    answers.forEach((own, replica) => {
      words.set(own.subarray(from * answerLength, (from + size) * answerLength), replica * size * answerLength);
    });
    const [values] = await learner.compute((operations) => [model.rewards(operations, words, population)]);
    answers.forEach((_, replica) => {
      all.set(values!.subarray(replica * size, (replica + 1) * size), replica * count + from);
    });
  }
  return all;
}
