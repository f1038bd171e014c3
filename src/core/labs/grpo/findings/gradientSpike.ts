import type { Detector } from '../../../findings/detector.js';
import type { GrpoConfig } from '../parameters.js';
import { slowDown } from './fixes.js';
import { certaintyIsSuspicious } from './measures.js';
import { exponentialMean, inARow, meanOverSteps } from '../../../findings/rules.js';

/** Below this a gradient has vanished and is no level to compare with. */
const smallestBaseline = 0.05;

/** The gradient norm exceeds 1.5 × its mean over steps 5 to 10, for 3 steps: the earliest sign of a collapse. */
export const gradientSpike: Detector<GrpoConfig> = {
  id: 'gradient-spike',
  severity: 'warning',
  metrics: ['gradNorm'],
  applies: certaintyIsSuspicious,
  watch: () => {
    const normMean = exponentialMean('gradNorm');
    const early = meanOverSteps(5, 10);
    const sustained = inARow(3);
    return (step, read) => {
      const norm = normMean(read);
      if (Number.isNaN(norm)) return undefined;
      const baseline = early(step, read('gradNorm'));
      const spiked = sustained(baseline > smallestBaseline && norm > 1.5 * baseline);
      return spiked ? { values: { norm, baseline, times: norm / baseline } } : undefined;
    };
  },
  fix: slowDown,
};
