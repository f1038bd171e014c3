import type { Detector } from '../../../findings/detector.js';
import type { GrpoConfig } from '../parameters.js';
import { allOf } from '../../../findings/fix.js';
import { seeMore, slowDown } from './fixes.js';
import { certaintyIsSuspicious } from './measures.js';
import { exponentialMean, inARow } from '../../../findings/rules.js';

/** The gradient norm is below .05 for 5 steps. */
export const gradientVanished: Detector<GrpoConfig> = {
  id: 'gradient-vanished',
  severity: 'alarm',
  metrics: ['gradNorm'],
  applies: certaintyIsSuspicious,
  watch: () => {
    const normMean = exponentialMean('gradNorm');
    const sustained = inARow(5);
    return (_step, read) => {
      const norm = normMean(read);
      if (Number.isNaN(norm)) return undefined;
      return sustained(norm < 0.05) ? { values: { norm } } : undefined;
    };
  },
  fix: allOf(seeMore, slowDown),
};
