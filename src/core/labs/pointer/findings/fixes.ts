import { allOf, remedy } from '../../../findings/fix.js';
import type { HealthyRun } from '../../../findings/underfitting.js';
import { totalSteps, type PointerConfig } from '../parameters.js';

/**
 * Learning rates of cross-entropy at which selectors learned, and the scores that they ended at: from a V2 checkpoint a
 * tenth of the rate is right, .88 against .82.
 */
export function healthyRun({ warmStart }: PointerConfig): HealthyRun {
  return warmStart === 'v2' ? { learningRate: 3e-4, reaches: 0.88 } : { learningRate: 3e-3, reaches: 0.85 };
}

/** At this rate of GRPO nothing overflowed. */
const safeGrpoRate = 3e-4;

const lowerLearningRate = remedy<PointerConfig>('lower-learning-rate', (config) => {
  const { learningRate } = healthyRun(config);
  return config.learningRate > learningRate ? { learningRate } : undefined;
});
const lowerGrpoRate = remedy<PointerConfig>('lower-grpo-rate', ({ stage, grpoLearningRate }) =>
  stage === 'grpo' && grpoLearningRate > safeGrpoRate ? { grpoLearningRate: safeGrpoRate } : undefined);

/** For a run whose numbers overflowed, in whichever of its phases. */
export const gentler = allOf(lowerLearningRate, lowerGrpoRate);

/** What raised the score of reward-weighted cross-entropy, too. */
const higherLearningRate = remedy<PointerConfig>('higher-learning-rate', (config) => {
  const { learningRate } = healthyRun(config);
  return config.learningRate < learningRate ? { learningRate } : undefined;
});

/** A warm-up that lasts for most of the run. */
const shorterWarmup = remedy<PointerConfig>('shorter-warm-up', (config) =>
  config.warmupSteps > totalSteps(config) / 2 ? { warmupSteps: 0 } : undefined);

/** For a run that has not learned its own queries. */
export const learnMore = allOf(higherLearningRate, lowerLearningRate, shorterWarmup);
