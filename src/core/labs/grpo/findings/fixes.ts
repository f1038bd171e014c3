import { allOf, firstOf, remedy } from '../../../findings/fix.js';
import { taskDefaults, type GrpoConfig } from '../parameters.js';
import { healthyRun } from './measures.js';

/** Above these rates runs were seen to fail. */
const fastest = { 'tool-choice': 1e-3, 'running-sum': 5e-4, 'mini-vqa': 3e-3 } as const;
/** Where prompts are few it is they that are wrong: with 512, a rate of 1e-3 ended at .89. */
const fewPrompts = ({ task, trainingPrompts }: GrpoConfig): boolean => task === 'running-sum' && trainingPrompts < 64;

const lowerLearningRate = remedy<GrpoConfig>('lower-learning-rate', (config) =>
  config.learningRate > (fewPrompts(config) ? 1e-3 : fastest[config.task]) ? { learningRate: healthyRun(config).learningRate } : undefined);

/** From a fifth of the healthy rate on, runs learn nearly as much. */
const higherLearningRate = remedy<GrpoConfig>('higher-learning-rate', (config) => {
  const { learningRate } = healthyRun(config);
  return config.learningRate <= learningRate / 5 ? { learningRate } : undefined;
});

/** A warm-up that lasts for most of the run. */
const shorterWarmup = remedy<GrpoConfig>('shorter-warm-up', ({ task, warmupSteps, steps }) =>
  warmupSteps > steps / 2 ? { warmupSteps: taskDefaults[task].warmupSteps ?? 0 } : undefined);

/** Up to .03 the bonus was harmless. */
const noEntropyBonus = remedy<GrpoConfig>('no-entropy-bonus', ({ entropyCoefficient }) =>
  entropyCoefficient > 0.03 ? { entropyCoefficient: 0 } : undefined);

/** With clipping, 4 were seen to learn and 8 not; one update a rollout needs no clipping. */
const fewerInnerEpochs = remedy<GrpoConfig>('fewer-inner-epochs', ({ innerEpochs }) => (innerEpochs > 4 ? { innerEpochs: 1 } : undefined));

const clipOffPolicy = remedy<GrpoConfig>('clip-ratios', ({ clipping, innerEpochs }) =>
  !clipping && innerEpochs > 1 ? { clipping: true } : undefined);

/**
 * With the samples of 8 steps ago, of 16 runs of `tool-choice` at a rate of 2e-3 so many learned: 14 with whole responses
 * left out or their weights cut, 9 with each token's cut, 1 without.
 */
export const correctRollouts = remedy<GrpoConfig>('correct-rollouts', ({ staleness, rolloutCorrection }) =>
  staleness > 0 && rolloutCorrection === 'off' ? { rolloutCorrection: 'sequence-mask' } : undefined);

/** With half of the wrong answers passed, a safe reply that earns nothing else ended at .88 right answers, one at .5 at .01. */
export const unpaidSafeReply = remedy<GrpoConfig>('unpaid-safe-reply', (config) =>
  config.task === 'tool-choice' && config['rewardWeights.hedge'] > 0 ? { 'rewardWeights.hedge': 0 } : undefined);

/** Measured on `running-sum`: 8 prompts are memorised, 512 are not; the other fixes were measured with 64. */
const moreTrainingPrompts = remedy<GrpoConfig>('more-prompts', (config) =>
  fewPrompts(config) ? { trainingPrompts: 512 } : undefined);

/**
 * Runs of 200 steps with a top-p of .05 to .8, or a top-k of 1 or 2, were given the whole policy at step 40: five of five
 * seeds ended as healthy runs do, at .95 in `tool-choice` (.40 to .87 otherwise) and .92 in `running-sum` (.52 to .89). In
 * `mini-vqa` a top-k of 3 costs nothing.
 */
const sampleWholePolicy = remedy<GrpoConfig>('whole-policy', ({ task, temperature, topP, topK }) => {
  const whole = {
    ...(temperature < 1 && { temperature: 1 }),
    ...(topP < 1 && { topP: 1 }),
    ...(topK > 0 && task !== 'mini-vqa' && { topK: 0 }),
  };
  return Object.keys(whole).length > 0 ? whole : undefined;
});

/** Exploring at random is what the safe reply punishes. */
export const coolerSampling = remedy<GrpoConfig>('cooler-sampling', ({ task, temperature }) =>
  task === 'tool-choice' && temperature > 1 ? { temperature: 1 } : undefined);

/** Under a mean for each sequence a short response's tokens weigh more: 2 of 5 runs of the short answerer went to 0. */
const weighTokensEqually = remedy<GrpoConfig>('token-mean', ({ warmStart, aggregation }) =>
  warmStart === 'running-sum-short' && aggregation === 'seq-mean-token-mean' ? { aggregation: 'token-mean' } : undefined);

/** Tokens of a whole response: a call of a tool, a sum with all its steps, a description. What is cut off earns nothing. */
const responseTokens = { 'tool-choice': 7, 'running-sum': 16, 'mini-vqa': 14 } as const;
const roomForAnswers = remedy<GrpoConfig>('room-for-answers', ({ task, maxResponseLength }) =>
  maxResponseLength < responseTokens[task] ? { maxResponseLength: task === 'tool-choice' ? 10 : 20 } : undefined);

const noDropout = remedy<GrpoConfig>('no-dropout', ({ dropout }) => (dropout > 0 ? { dropout: 0 } : undefined));

/** It rewards random tokens as an entropy bonus does: .13 took `tool-choice` to 0. */
const noLabelSmoothing = remedy<GrpoConfig>('no-label-smoothing', ({ labelSmoothing }) =>
  labelSmoothing > 0 ? { labelSmoothing: 0 } : undefined);

/** For a policy that is driven off its course. */
export const slowDown = allOf(
  lowerLearningRate, noEntropyBonus, noLabelSmoothing, noDropout, firstOf(fewerInnerEpochs, clipOffPolicy),
  weighTokensEqually, roomForAnswers,
);

/** For a policy that sees too little of what it could do. */
export const seeMore = allOf(sampleWholePolicy, moreTrainingPrompts);

/** For a policy that hardly moved. */
export const learnMore = allOf(higherLearningRate, shorterWarmup, sampleWholePolicy, noLabelSmoothing, noDropout, roomForAnswers);
