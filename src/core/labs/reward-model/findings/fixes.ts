import { allOf, firstOf, remedy } from '../../../findings/fix.js';
import type { HealthyRun } from '../../../findings/underfitting.js';
import { totalSteps, type RewardModelConfig } from '../parameters.js';

export const healthyRun: HealthyRun = { learningRate: 3e-3, reaches: 0.72 };
const { learningRate: healthyRate } = healthyRun;

export const lowerLearningRate = remedy<RewardModelConfig>('lower-learning-rate', ({ learningRate }) =>
  learningRate > healthyRate ? { learningRate: healthyRate } : undefined);

/** At a fifth of it they learned nearly as much. */
const higherLearningRate = remedy<RewardModelConfig>('higher-learning-rate', ({ learningRate }) =>
  learningRate <= healthyRate / 5 ? { learningRate: healthyRate } : undefined);

/** Validation loss of the `overfitting` preset: 1.36 after 20 epochs, .60 after 4; of `overconfident`: .73 after 24, .44 after 4. */
const fewerEpochs = remedy<RewardModelConfig>('fewer-epochs', ({ epochs }) => (epochs > 4 ? { epochs: 4 } : undefined));

/** With 4 epochs of the `overfitting` preset, 128 pairs ended at .60, 512 at .59 and 2,048 at .53. */
const morePairs = remedy<RewardModelConfig>('more-pairs', ({ trainingPairs }) => (trainingPairs < 2048 ? { trainingPairs: 2048 } : undefined));

/** At such rates nothing settles, however much there is to learn from. */
const tameLearningRate: typeof lowerLearningRate = (config) => (config.learningRate > 0.03 ? lowerLearningRate(config) : undefined);

/** For a model that knows its training pairs by heart. */
export const memoriseLess = firstOf(tameLearningRate, fewerEpochs, morePairs);

/** A warm-up that lasts for most of the run. */
const shorterWarmup = remedy<RewardModelConfig>('shorter-warm-up', (config) =>
  config.warmupSteps > totalSteps(config) / 2 ? { warmupSteps: 0 } : undefined);

/** For a model that hardly moved. */
export const learnMore = allOf(higherLearningRate, shorterWarmup);
