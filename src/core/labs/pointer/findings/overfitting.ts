import type { Detector } from '../../../findings/detector.js';
import type { PointerConfig } from '../parameters.js';
import { inARow } from '../../../findings/rules.js';

/** The training score is more than .1 above the validation score, on two evaluations in a row. */
export const overfitting: Detector<PointerConfig> = {
  id: 'overfitting',
  severity: 'warning',
  metrics: ['validationScore', 'trainScore'],
  applies: () => true,
  watch: () => {
    const twice = inARow(2);
    return (_step, read) => {
      const training = read('trainScore');
      const validation = read('validationScore');
      if (Number.isNaN(training) || Number.isNaN(validation)) return undefined;
      const gap = training - validation;
      return twice(gap > 0.1) ? { values: { training, validation, gap } } : undefined;
    };
  },
};
