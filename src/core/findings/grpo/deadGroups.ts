import type { Detector } from '../detector.js';
import { firstOf } from '../fix.js';
import { largerGroups, moreTrainingPrompts, sampleWholePolicy, slowDown } from './fixes.js';
import { certaintyIsSuspicious, narrowsSampling } from './measures.js';
import { exponentialMean, inARow } from '../rules.js';

/** More than .88 of the groups have no spread of rewards, for 10 steps. */
export const deadGroups: Detector = {
  id: 'dead-groups',
  severity: 'warning',
  metrics: ['deadGroups'],
  applies: certaintyIsSuspicious,
  restartsOn: ['temperature', 'topP', 'topK'],
  watch: (config) => {
    const shareMean = exponentialMean('deadGroups');
    const answersMean = exponentialMean('reward.answer');
    const sustained = inARow(10);
    const variant = narrowsSampling(config) ? { variant: 'sampler' } : {};
    return (_step, read) => {
      const share = shareMean(read);
      const answers = answersMean(read);
      if (Number.isNaN(share)) return undefined;
      return sustained(share > 0.88) ? { values: { share, answers }, ...variant } : undefined;
    };
  },
  fix: firstOf(sampleWholePolicy, moreTrainingPrompts, slowDown, largerGroups),
};
