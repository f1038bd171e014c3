import { underfitting as underfittingOf } from '../../../findings/underfitting.js';
import { exponentialMean, meanOverSteps } from '../../../findings/rules.js';
import { smoother } from '../../../series/smoothing.js';
import type { GrpoConfig } from '../parameters.js';
import { learnMore } from './fixes.js';
import { healthyRun, rewardWeightKeys, scores } from './measures.js';

/** An evaluation of 64 prompts by 4 samples wanders by so much: runs at a rate of 1e-6 ended within .05 of where they began. */
const noise = 0.05;
/** Runs that learned end closer to what they can reach. */
const farFromHealthy = 0.15;

/** At its end validation is where it was at the beginning, or the learning rate was far too low. */
export const underfitting = underfittingOf<GrpoConfig>({
  metrics: ['validation.answer', 'validation.reward'],
  progress: (config) => {
    const { training, validation } = scores(config);
    const { reaches } = healthyRun(config);
    const smooth = smoother(0.8);
    const entropyMean = exponentialMean('entropyAtT1');
    const early = meanOverSteps(1, 3);
    let trained = NaN;
    let best = -Infinity;
    let entropyRatio = NaN;
    return (step, read) => {
      const measured = smooth(training(read));
      const entropy = entropyMean(read);
      const before = early(step, read('entropyAtT1'));
      if (!Number.isNaN(measured)) trained = measured;
      if (!Number.isNaN(entropy)) entropyRatio = entropy / before;
      const score = validation(read);
      if (!Number.isFinite(score)) return undefined;
      best = Math.max(best, score);
      return {
        score,
        ended: step >= config.steps,
        unlearned: (from) => {
          const stayed = Math.abs(score - from) <= noise && score < reaches - farFromHealthy;
          // What was learned for a while, or by heart, was learned; and a policy that became sure of something, or lost its
          // way, has moved, though no score tells it.
          const moved = best - from > 2 * noise || trained - score > 2 * noise || entropyRatio < 0.5 || entropyRatio > 2;
          return stayed && !moved;
        },
      };
    };
  },
  healthy: healthyRun,
  restartsOn: rewardWeightKeys,
  fix: learnMore,
});
