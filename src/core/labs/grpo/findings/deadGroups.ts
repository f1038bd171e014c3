import type { GrpoConfig } from '../parameters.js';
import type { Detector } from '../../../findings/detector.js';
import { allOf } from '../../../findings/fix.js';
import { coolerSampling, seeMore, slowDown } from './fixes.js';
import { certaintyIsSuspicious, earnsNothing, isUndecided, largestReward, narrowsSampling, rewardWeightKeys } from './measures.js';
import { exponentialMean, inARow } from '../../../findings/rules.js';

/** What keeps the responses of a group from earning different rewards, where the config or the reward says it. */
function causeOf(config: GrpoConfig, reward: number): { variant?: string; severity?: 'alarm' } {
  if (largestReward(config) === 0) return { variant: 'weightless' };
  if (narrowsSampling(config)) return { variant: 'sampler' };
  return config.task === 'tool-choice' && earnsNothing(config, reward) ? { variant: 'nothing', severity: 'alarm' } : {};
}

/**
 * More than .88 of the groups have no spread of rewards, for 10 steps. In `tool-choice` that is the end of a good run,
 * too, unless the deciding token is undecided still, or next to nothing is earned.
 */
export const deadGroups: Detector<GrpoConfig> = {
  id: 'dead-groups',
  severity: 'warning',
  metrics: ['deadGroups'],
  applies: () => true,
  restartsOn: ['temperature', 'topP', 'topK', ...rewardWeightKeys],
  watch: (config) => {
    const shareMean = exponentialMean('deadGroups');
    const answersMean = exponentialMean('reward.answer');
    const rewardMean = exponentialMean('reward');
    const sustained = inARow(10);
    const largest = largestReward(config);
    return (_step, read) => {
      const share = shareMean(read);
      const answers = answersMean(read);
      const reward = rewardMean(read);
      if (Number.isNaN(share)) return undefined;
      const counts = certaintyIsSuspicious(config) || isUndecided(read) || earnsNothing(config, reward);
      if (!sustained(share > 0.88 && counts)) return undefined;
      return { values: { share, answers, reward, largest }, ...causeOf(config, reward) };
    };
  },
  fix: (config) => (largestReward(config) === 0 ? undefined : allOf(seeMore, coolerSampling, slowDown)(config)),
};
