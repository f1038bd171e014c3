import type { RewardModelConfig } from '../../../src/core/labs/reward-model/parameters.js';
import {
  answerLength, groupEffects, neutralWords, qualityWords, vocabularySize, wordsPerGroup,
} from '../../../src/core/labs/reward-model/vocabulary.js';
import { RandomSequence, streams } from '../../../src/core/random.js';

/** Preference pairs of one replica. */
export interface Pairs {
  readonly count: number;
  /** `[count · answerLength]`. */
  readonly chosen: Int32Array;
  readonly rejected: Int32Array;
  /** The utility of each answer, `[count]`: what the labels come from. */
  readonly chosenUtility: Float64Array;
  readonly rejectedUtility: Float64Array;
}

/** How the draws under a seed's data stream are told apart. */
const draws = { world: 0, training: 1 };

const qualityShare = 0.4;
const wordSpread = 0.5;
/** Within a group, words are as frequent as 1 / rank (Zipf), so some are rare. */
const zipf = Array.from({ length: wordsPerGroup }, (_, i) => 1 / (i + 1));
const zipfTotal = zipf.reduce((sum, weight) => sum + weight, 0);
const wordProbabilities = zipf.map((weight) => weight / zipfTotal);

/** What each word adds to an answer's utility in the world of a seed: its group's effect and one of its own. */
export function wordUtilities(seed: number): Float64Array {
  const random = new RandomSequence(seed, streams.dataSplit, draws.world);
  return Float64Array.from({ length: vocabularySize }, (_, word) =>
    word < qualityWords ? groupEffects[Math.floor(word / wordsPerGroup)]! + wordSpread * random.normal() : 0,
  );
}

/** Writes the words of one answer. */
export function drawAnswer(random: RandomSequence, answer: Int32Array): void {
  for (let t = 0; t < answer.length; t++) {
    answer[t] = random.chance(qualityShare)
      ? random.integer(groupEffects.length) * wordsPerGroup + random.choice(wordProbabilities)
      : qualityWords + random.integer(neutralWords);
  }
}

/**
 * Pairs of answers, of which people choose the better one by Bradley & Terry (1952): with probability
 * σ(β · (utility − other utility)), and the other way round with probability `labelNoise`. Fewer pairs are the first of
 * more.
 */
export function drawPairs(random: RandomSequence, utilities: Float64Array, count: number, config: RewardModelConfig): Pairs {
  const { beta, labelNoise } = config;
  const chosen = new Int32Array(count * answerLength);
  const rejected = new Int32Array(count * answerLength);
  const chosenUtility = new Float64Array(count);
  const rejectedUtility = new Float64Array(count);
  const answers = [new Int32Array(answerLength), new Int32Array(answerLength)] as const;
  for (let i = 0; i < count; i++) {
    answers.forEach((answer) => drawAnswer(random, answer));
    const [a, b] = answers.map((answer) => answer.reduce((sum, word) => sum + utilities[word]!, 0)) as [number, number];
    const prefersFirst = random.uniform() < likelihood(a, b, beta, 0);
    const first = prefersFirst !== random.chance(labelNoise);
    chosen.set(answers[first ? 0 : 1], i * answerLength);
    rejected.set(answers[first ? 1 : 0], i * answerLength);
    chosenUtility[i] = first ? a : b;
    rejectedUtility[i] = first ? b : a;
  }
  return { count, chosen, rejected, chosenUtility, rejectedUtility };
}

/** Probability that an answer of utility `chosen` is chosen over one of utility `rejected`, flipped labels included. */
export function likelihood(chosen: number, rejected: number, beta: number, labelNoise: number): number {
  const preferred = 1 / (1 + Math.exp(-beta * (chosen - rejected)));
  return preferred * (1 - labelNoise) + (1 - preferred) * labelNoise;
}

export function trainingPairs(seed: number, config: RewardModelConfig): Pairs {
  const random = new RandomSequence(seed, streams.dataSplit, draws.training);
  return drawPairs(random, wordUtilities(seed), config.trainingPairs, config);
}

export function validationPairs(seed: number, config: RewardModelConfig): Pairs {
  const random = new RandomSequence(seed, streams.validation, 0);
  return drawPairs(random, wordUtilities(seed), config.validationPairs, config);
}

/** Share of pairs in which the answer of higher utility was chosen: what a perfect model would reach. */
export function oracleAccuracy({ chosenUtility, rejectedUtility }: Pairs): number {
  return chosenUtility.filter((utility, i) => utility > rejectedUtility[i]!).length / chosenUtility.length;
}
