import { taskOf } from '../../labs/grpo/parameters.js';
import type { Config } from '../../parameters.js';
import type { Detector } from '../detector.js';
import { firstOf } from '../fix.js';
import { largerGroups, moreTrainingPrompts, sampleWholePolicy, slowDown } from './fixes.js';
import { certaintyIsSuspicious, isUndecided, largestReward, narrowsSampling, rewardWeightKeys } from './measures.js';
import { exponentialMean, inARow } from '../rules.js';

/** What keeps the responses of a group from earning different rewards, where the config says it. */
function causeOf(config: Config): { variant?: string } {
  if (largestReward(config) === 0) return { variant: 'weightless' };
  return narrowsSampling(config) ? { variant: 'sampler' } : {};
}

/**
 * More than .88 of the groups have no spread of rewards, for 10 steps. In `tool-choice` that is the end of a good run,
 * too, unless the deciding token is undecided still.
 */
export const deadGroups: Detector = {
  id: 'dead-groups',
  severity: 'warning',
  metrics: ['deadGroups'],
  applies: () => true,
  restartsOn: ['temperature', 'topP', 'topK', ...rewardWeightKeys],
  watch: (config) => {
    const shareMean = exponentialMean('deadGroups');
    const answersMean = exponentialMean('reward.answer');
    const sustained = inARow(10);
    const cause = causeOf(config);
    return (_step, read) => {
      const share = shareMean(read);
      const answers = answersMean(read);
      if (Number.isNaN(share)) return undefined;
      const counts = certaintyIsSuspicious(config) || isUndecided(read);
      return sustained(share > 0.88 && counts) ? { values: { share, answers }, ...cause } : undefined;
    };
  },
  fix: (config) => {
    if (largestReward(config) === 0) return undefined;
    if (taskOf(config) === 'tool-choice') return sampleWholePolicy(config);
    return firstOf(sampleWholePolicy, moreTrainingPrompts, slowDown, largerGroups)(config);
  },
};
