import type { GrpoConfig } from '../parameters.js';
import type { Detector } from '../../../findings/detector.js';
import { exponentialMean, inARow, meanOverSteps } from '../../../findings/rules.js';
import { slowDown } from './fixes.js';

/** Of the first responses, less than so much is none to speak of: what is cut off later has grown. */
const hardlyAny = 0.1;

/**
 * More than .4 of the responses are cut off at the largest length, for 5 steps. Where that left no room for an answer it
 * held in 220 of 220 runs from the long warm start of `running-sum`, and in none of 2150 that ended above .8.
 */
export const truncation: Detector<GrpoConfig> = {
  id: 'truncation',
  severity: 'alarm',
  metrics: ['truncatedShare', 'responseLength'],
  applies: () => true,
  watch: ({ maxResponseLength }) => {
    const truncatedMean = exponentialMean('truncatedShare');
    const first = meanOverSteps(1, 3);
    const sustained = inARow(5);
    return (step, read) => {
      const share = truncatedMean(read);
      if (Number.isNaN(share)) return undefined;
      const before = first(step, read('truncatedShare'));
      if (!sustained(share > 0.4)) return undefined;
      return { values: { share, most: maxResponseLength }, ...(before < hardlyAny ? { variant: 'grown' } : {}) };
    };
  },
  fix: slowDown,
};
