import type { Detector } from '../../../findings/detector.js';
import type { GrpoConfig } from '../parameters.js';
import { allOf } from '../../../findings/fix.js';
import { seeMore, slowDown } from './fixes.js';
import { rewardWeightKeys, scores } from './measures.js';
import { inARow } from '../../../findings/rules.js';

/**
 * The validation score is below .8 × its best on two evaluations in a row. One alone is no sign: 5 of 50 good runs dip
 * that far once. A difference of less than .1 is noise of the evaluation, or a run that stays at a low score would be
 * reported.
 */
export const validationDrop: Detector<GrpoConfig> = {
  id: 'validation-drop',
  severity: 'alarm',
  metrics: ['validation.answer', 'validation.reward'],
  applies: () => true,
  restartsOn: rewardWeightKeys,
  watch: (config) => {
    const { validation } = scores(config);
    const twice = inARow(2);
    let best = 0;
    let bestStep = 0;
    let last = 0;
    return (step, read) => {
      const score = validation(read);
      if (Number.isNaN(score)) return undefined;
      if (score > best) {
        best = score;
        bestStep = step;
      }
      const before = last;
      last = score;
      return twice(score < 0.8 * best && score < best - 0.1) ? { values: { before, score, best, bestStep } } : undefined;
    };
  },
  fix: allOf(seeMore, slowDown),
};
