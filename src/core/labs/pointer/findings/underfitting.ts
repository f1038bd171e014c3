import { underfitting as underfittingOf } from '../../../findings/underfitting.js';
import { totalSteps, type PointerConfig } from '../parameters.js';
import { healthyRun, learnMore } from './fixes.js';

/**
 * At its end the run scores below .6 on the queries that it learned from, and no more than .1 above others; or the learning
 * rate was far too low.
 */
export const underfitting = underfittingOf<PointerConfig>({
  metrics: ['validationScore', 'trainScore'],
  progress: (config) => {
    const last = totalSteps(config);
    return (step, read) => {
      const score = read('validationScore');
      const training = read('trainScore');
      if (Number.isNaN(score)) return undefined;
      const memorised = training - score > 0.1;
      return { score, ended: step >= last, unlearned: () => training < 0.6 && !memorised, values: { training } };
    };
  },
  healthy: healthyRun,
  fix: learnMore,
});
