import { smoother } from '../../../series/smoothing.js';
import type { Detector } from '../../../findings/detector.js';
import type { GrpoConfig } from '../parameters.js';
import { allOf } from '../../../findings/fix.js';
import { seeMore, slowDown } from './fixes.js';
import { narrowsSampling, rewardWeightKeys, scores } from './measures.js';
import { inARow } from '../../../findings/rules.js';

/** The training score is more than .3 above the validation score, on two evaluations in a row. */
export const overfitting: Detector<GrpoConfig> = {
  id: 'overfitting',
  severity: 'warning',
  metrics: ['validation.answer', 'validation.reward', 'reward.answer', 'reward'],
  applies: () => true,
  restartsOn: ['temperature', 'topP', 'topK', 'verifierFalsePositive', ...rewardWeightKeys],
  watch: (config) => {
    // Training is then told of more right answers than there are, and validation is not; the knob is live.
    if (config.verifierFalsePositive > 0) return () => undefined;
    const score = scores(config);
    const smooth = smoother(0.8);
    const twice = inARow(2);
    // Training then scores what the narrowed sampler draws, validation the whole policy: the gap needs no memorising.
    const variant = narrowsSampling(config) ? { variant: 'sampler' } : {};
    let training = NaN;
    return (_step, read) => {
      const now = smooth(score.training(read));
      if (!Number.isNaN(now)) training = now;
      const validation = score.validation(read);
      if (Number.isNaN(validation) || Number.isNaN(training)) return undefined;
      const gap = training - validation;
      return twice(gap > 0.3) ? { values: { training, validation, gap }, ...variant } : undefined;
    };
  },
  fix: allOf(seeMore, slowDown),
};
