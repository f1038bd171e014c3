import type { Detector } from '../detector.js';
import { firstOf } from '../fix.js';
import { moreDropout, morePairs } from './fixes.js';
import { evaluations } from './measures.js';

/** Validation loss at least 1 above training loss, once training loss is below a quarter of what it was at first. */
export const overfitting: Detector = {
  id: 'overfitting',
  severity: 'alarm',
  metrics: ['trainLoss', 'accuracyAt1'],
  applies: () => true,
  watch: () => {
    const evaluate = evaluations();
    return (_step, read) => {
      const evaluated = evaluate(read);
      if (!evaluated) return undefined;
      const { train, validation, initialTrain, accuracy } = evaluated;
      const gap = validation - train;
      return gap >= 1 && train < 0.25 * initialTrain ? { values: { train, validation, gap, accuracy } } : undefined;
    };
  },
  fix: firstOf(moreDropout, morePairs),
};
