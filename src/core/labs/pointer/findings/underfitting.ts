import { totalSteps, type PointerConfig } from '../parameters.js';
import type { Detector } from '../../../findings/detector.js';
import { faster } from './fixes.js';

/** At its end the run scores below .6 on the queries that it learned from, and no more than .1 above others. */
export const underfitting: Detector<PointerConfig> = {
  id: 'underfitting',
  severity: 'warning',
  metrics: ['trainScore', 'validationScore'],
  applies: () => true,
  watch: (config) => (step, read) => {
    const training = read('trainScore');
    const memorised = training - read('validationScore') > 0.1;
    return step >= totalSteps(config) && training < 0.6 && !memorised ? { values: { training } } : undefined;
  },
  fix: faster,
};
