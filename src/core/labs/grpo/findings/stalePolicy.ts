import type { GrpoConfig } from '../parameters.js';
import type { Detector } from '../../../findings/detector.js';
import { allOf } from '../../../findings/fix.js';
import { exponentialMean, inARow } from '../../../findings/rules.js';
import { correctRollouts, slowDown } from './fixes.js';

/** Nats a token. On `running-sum` all 90 runs that ended at .35 or below went beyond, at step 7 in the median, none of 174 above .75. */
const furthest = { 'tool-choice': 0.3, 'running-sum': 0.05, 'mini-vqa': 0.3 } as const;

/**
 * The policy that samples is far from the one that learns: KL(sampler ‖ trainer) above .05 nats a token for 3 steps in
 * `running-sum`, above .3 in the other tasks, whose policies move further as they learn. Runs at the healthy learning rate
 * stay below with up to 4 steps of staleness.
 */
export const stalePolicy: Detector<GrpoConfig> = {
  id: 'stale-policy',
  severity: 'warning',
  metrics: ['stalenessKl'],
  applies: ({ staleness }) => staleness > 0,
  watch: ({ task, staleness }) => {
    const klMean = exponentialMean('stalenessKl');
    const sustained = inARow(3);
    const limit = furthest[task];
    return (_step, read) => {
      const kl = klMean(read);
      if (Number.isNaN(kl)) return undefined;
      return sustained(kl > limit) ? { values: { kl, limit, staleness } } : undefined;
    };
  },
  fix: allOf(correctRollouts, slowDown),
};
