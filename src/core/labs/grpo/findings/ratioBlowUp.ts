import type { GrpoConfig } from '../parameters.js';
import type { Detector } from '../../../findings/detector.js';
import { exponentialMean, inARow } from '../../../findings/rules.js';
import { slowDown } from './fixes.js';

/** The first batches have single large ratios in healthy runs, too. */
const firstStep = 5;

/**
 * The largest geometric mean of a response's ratios is above 1.25 for 3 steps, from step 5 on: the updates of one batch go
 * further than its samples can tell of. On `running-sum` it held in 86 of 111 runs that ended at .35 or below, at step 40 in
 * the median, and in none of 428 that ended at .6 or above.
 */
export const ratioBlowUp: Detector<GrpoConfig> = {
  id: 'ratio-blow-up',
  severity: 'alarm',
  metrics: ['ratio.sequence', 'ratio.max'],
  applies: ({ innerEpochs, miniBatches }) => innerEpochs > 1 || miniBatches > 1,
  watch: () => {
    const ratioMean = exponentialMean('ratio.sequence');
    const sustained = inARow(3);
    return (step, read) => {
      if (step < firstStep) return undefined;
      const ratio = ratioMean(read);
      if (Number.isNaN(ratio)) return undefined;
      return sustained(ratio > 1.25) ? { values: { ratio } } : undefined;
    };
  },
  fix: slowDown,
};
