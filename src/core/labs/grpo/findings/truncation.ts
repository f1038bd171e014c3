import type { GrpoConfig } from '../parameters.js';
import type { Detector } from '../../../findings/detector.js';
import { exponentialMean, inARow } from '../../../findings/rules.js';
import { slowDown } from './fixes.js';

/**
 * More than .4 of the responses are cut off at the largest length, for 5 steps. Where that left no room for an answer it
 * held in 199 of 200 runs from the long warm start; runs that end above .8 stay below .31.
 */
export const truncation: Detector<GrpoConfig> = {
  id: 'truncation',
  severity: 'alarm',
  metrics: ['truncatedShare', 'responseLength'],
  applies: () => true,
  watch: ({ maxResponseLength }) => {
    const truncatedMean = exponentialMean('truncatedShare');
    const sustained = inARow(5);
    return (_step, read) => {
      const share = truncatedMean(read);
      if (Number.isNaN(share)) return undefined;
      return sustained(share > 0.4) ? { values: { share, most: maxResponseLength } } : undefined;
    };
  },
  fix: slowDown,
};
