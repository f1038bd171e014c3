import { underfitting as underfittingOf } from '../../../findings/underfitting.js';
import { totalSteps, type RewardModelConfig } from '../parameters.js';
import { healthyRun, learnMore } from './fixes.js';

/** Of 500 pairs, judged by the same model again: runs at a rate of 1e-5 ended within .03 of where they began. */
const noise = 0.03;
/** Presets that learned end at .62 or more. */
const learned = 0.6;

/** At its end accuracy is where it was at the beginning, or the learning rate was far too low. */
export const underfitting = underfittingOf<RewardModelConfig>({
  metrics: ['accuracy', 'validationLoss'],
  progress: (config) => {
    const last = totalSteps(config);
    return (step, read) => {
      const score = read('accuracy');
      if (Number.isNaN(score)) return undefined;
      return { score, ended: step >= last, unlearned: (from) => Math.abs(score - from) <= noise && score < learned };
    };
  },
  healthy: () => healthyRun,
  fix: learnMore,
});
