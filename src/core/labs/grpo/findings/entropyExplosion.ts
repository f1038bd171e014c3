import type { Detector } from '../../../findings/detector.js';
import type { GrpoConfig } from '../parameters.js';
import { slowDown } from './fixes.js';
import { rewardWeightKeys } from './measures.js';
import { exponentialMean, inARow, meanOverSteps } from '../../../findings/rules.js';

/** Steps over which a rise is judged. */
const span = 10;

/**
 * Entropy exceeds 2 × its mean over steps 1 to 3 and is higher than 10 steps before, while the reward is not, for 5
 * steps. Runs that learn lose entropy; in a collapse it can come back to 1.9 × its start before it dies.
 */
export const entropyExplosion: Detector<GrpoConfig> = {
  id: 'entropy-explosion',
  severity: 'alarm',
  metrics: ['entropy', 'entropyAtT1'],
  applies: () => true,
  restartsOn: rewardWeightKeys,
  watch: () => {
    const entropyMean = exponentialMean('entropy');
    const rewardMean = exponentialMean('reward');
    const start = meanOverSteps(1, 3);
    const sustained = inARow(5);
    const past: { entropy: number; reward: number }[] = [];
    return (step, read) => {
      const entropy = entropyMean(read);
      const reward = rewardMean(read);
      if (Number.isNaN(entropy) || Number.isNaN(reward)) return undefined;
      const early = start(step, read('entropy'));
      past.push({ entropy, reward });
      const before = past.length > span ? past.shift() : undefined;
      const rising = before !== undefined && entropy > before.entropy && reward <= before.reward;
      return sustained(rising && entropy > 2 * early) ? { values: { entropy, early, reward } } : undefined;
    };
  },
  fix: slowDown,
};
