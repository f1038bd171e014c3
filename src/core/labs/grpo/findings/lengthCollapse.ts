import type { Detector } from '../../../findings/detector.js';
import type { GrpoConfig } from '../parameters.js';
import { slowDown } from './fixes.js';
import { exponentialMean, inARow } from '../../../findings/rules.js';

/** Responses are shorter than .6 × the longest mean so far, for 5 steps. */
export const lengthCollapse: Detector<GrpoConfig> = {
  id: 'length-collapse',
  severity: 'alarm',
  metrics: ['responseLength'],
  applies: () => true,
  watch: () => {
    const lengthMean = exponentialMean('responseLength');
    const sustained = inARow(5);
    let longest = 0;
    return (_step, read) => {
      const length = lengthMean(read);
      if (Number.isNaN(length)) return undefined;
      longest = Math.max(longest, length);
      return sustained(length < 0.6 * longest) ? { values: { length, longest } } : undefined;
    };
  },
  fix: slowDown,
};
