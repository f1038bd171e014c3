import type { Detector } from '../../../findings/detector.js';
import type { BiencoderConfig } from '../parameters.js';
import { inARow } from '../../../findings/rules.js';
import { firstOf } from '../../../findings/fix.js';
import { lowerLearningRate, separateHeads } from './fixes.js';

/** For at least .3 of the queries the same argument in other words comes first, on two evaluations in a row. */
export const twinConfusion: Detector<BiencoderConfig> = {
  id: 'twin-confusion',
  severity: 'warning',
  metrics: ['twinShare', 'accuracyAt1'],
  applies: () => true,
  watch: () => {
    const twice = inARow(2);
    return (_step, read) => {
      const share = read('twinShare');
      if (Number.isNaN(share)) return undefined;
      return twice(share >= 0.3) ? { values: { share, accuracy: read('accuracyAt1') } } : undefined;
    };
  },
  fix: firstOf(separateHeads, lowerLearningRate),
};
