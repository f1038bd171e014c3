import { firstOf, type Fix as FixOf } from '../../../findings/fix.js';
import type { GrpoConfig } from '../parameters.js';

type Fix = FixOf<GrpoConfig>;

/** Above `above` runs were seen to fail; at `to` they were seen to learn. */
const learningRates = {
  'tool-choice': { above: 1e-3, to: 1e-3 },
  'running-sum': { above: 5e-4, to: 5e-4 },
  'mini-vqa': { above: 3e-3, to: 5e-4 },
} as const;

export const lowerLearningRate: Fix = (config) => {
  const { above, to } = learningRates[config.task];
  return config.learningRate > above ? { learningRate: to } : undefined;
};

/** Up to .03 the bonus was harmless. */
export const noEntropyBonus: Fix = (config) =>
  config.entropyCoefficient > 0.03 ? { entropyCoefficient: 0 } : undefined;

export const clipOffPolicy: Fix = (config) =>
  !config.clipping && config.innerEpochs > 1 ? { clipping: true } : undefined;

/** Measured on `running-sum`: 8 prompts are memorised, 512 are not; the other fixes were measured with 64. */
export const moreTrainingPrompts: Fix = (config) =>
  config.task === 'running-sum' && config.trainingPrompts < 64 ? { trainingPrompts: 512 } : undefined;

/**
 * Runs of 200 steps with a top-p of .05 to .8, or a top-k of 1 or 2, were given the whole policy at step 40: five of five
 * seeds ended as healthy runs do, at .95 in `tool-choice` (.40 to .87 otherwise) and .92 in `running-sum` (.52 to .89). In
 * `mini-vqa` a top-k of 3 costs nothing.
 */
export const sampleWholePolicy: Fix = (config) => {
  const whole = {
    ...(config.temperature < 1 && { temperature: 1 }),
    ...(config.topP < 1 && { topP: 1 }),
    ...(config.topK > 0 && config.task !== 'mini-vqa' && { topK: 0 }),
  };
  return Object.keys(whole).length > 0 ? whole : undefined;
};

/** Exploring at random is what the safe reply punishes. */
export const coolerSampling: Fix = (config) =>
  config.task === 'tool-choice' && config.temperature > 1 ? { temperature: 1 } : undefined;

/** Under a mean for each sequence a short response's tokens weigh more: 2 of 5 runs of the short answerer went to 0. */
export const weighTokensEqually: Fix = (config) =>
  config.warmStart === 'running-sum-short' && config.aggregation === 'seq-mean-token-mean'
    ? { aggregation: 'token-mean' }
    : undefined;

/** `<think> word </think> TOOL a b <eos>` has 7 tokens; what is cut off earns nothing. */
export const roomForAnswers: Fix = (config) =>
  config.task === 'tool-choice' && config.maxResponseLength < 7 ? { maxResponseLength: 10 } : undefined;

/** Of groups of two, .56 start dead; of groups of eight, .04. */
export const largerGroups: Fix = (config) =>
  config.task === 'running-sum' && config.rolloutN < 4 ? { rolloutN: 8 } : undefined;

export const noDropout: Fix = (config) => (config.dropout > 0 ? { dropout: 0 } : undefined);

/** For a policy that is driven off its course. */
export const slowDown = firstOf(noEntropyBonus, clipOffPolicy, lowerLearningRate, weighTokensEqually);
