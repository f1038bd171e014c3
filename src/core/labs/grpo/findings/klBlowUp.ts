import type { Detector } from '../../../findings/detector.js';
import type { GrpoConfig } from '../parameters.js';
import { slowDown } from './fixes.js';
import { certaintyIsSuspicious } from './measures.js';
import { exponentialMean, inARow } from '../../../findings/rules.js';

/** The KL divergence (k3) from the reference exceeds .2 nats a token for 3 steps; an alarm from .5. */
export const klBlowUp: Detector<GrpoConfig> = {
  id: 'kl-blow-up',
  severity: 'warning',
  metrics: ['kl'],
  applies: certaintyIsSuspicious,
  restartsOn: ['dropout'],
  watch: (config) => {
    const klMean = exponentialMean('kl');
    const high = inARow(3);
    const veryHigh = inARow(3);
    // The policy drops units and its reference does not, which alone gives a KL of .6 to 1.4 at a rate of .1.
    const variant = config.dropout > 0 ? { variant: 'dropout' } : {};
    return (_step, read) => {
      const kl = klMean(read);
      if (Number.isNaN(kl)) return undefined;
      const warning = high(kl > 0.2);
      const alarm = veryHigh(kl > 0.5);
      return warning ? { values: { kl }, severity: alarm ? 'alarm' : 'warning', ...variant } : undefined;
    };
  },
  fix: slowDown,
};
