import type { Detector } from '../../../findings/detector.js';
import type { BiencoderConfig } from '../parameters.js';
import { firstOf } from '../../../findings/fix.js';
import { moreDropout, morePairs } from './fixes.js';
import { evaluations } from './measures.js';
import { inARow } from '../../../findings/rules.js';

/**
 * Validation loss at least 1 above training loss, once training loss is below a quarter of what it was at first, and above
 * its own lowest, on two evaluations in a row: with few pairs the gap is as wide for a while where both still fall.
 */
export const overfitting: Detector<BiencoderConfig> = {
  id: 'overfitting',
  severity: 'alarm',
  metrics: ['trainLoss', 'accuracyAt1'],
  applies: () => true,
  watch: () => {
    const evaluate = evaluations();
    const twice = inARow(2);
    let lowest = Infinity;
    return (_step, read) => {
      const evaluated = evaluate(read);
      if (!evaluated) return undefined;
      const { train, validation, initialTrain, accuracy } = evaluated;
      const gap = validation - train;
      lowest = Math.min(lowest, validation);
      const apart = gap >= 1 && train < 0.25 * initialTrain && validation > lowest;
      return twice(apart) ? { values: { train, validation, gap, lowest, accuracy } } : undefined;
    };
  },
  fix: firstOf(moreDropout, morePairs),
};
