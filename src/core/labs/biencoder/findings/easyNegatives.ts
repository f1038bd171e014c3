import type { Detector } from '../../../findings/detector.js';
import type { BiencoderConfig } from '../parameters.js';
import { inARow } from '../../../findings/rules.js';
import { firstOf } from '../../../findings/fix.js';
import { curriculum, usualMargin } from './fixes.js';
import { evaluations, isTriplet } from './measures.js';

/**
 * The triplet loss is below a quarter of its margin while fewer than half of the queries find their document, on two
 * evaluations in a row.
 */
export const easyNegatives: Detector<BiencoderConfig> = {
  id: 'easy-negatives',
  severity: 'alarm',
  metrics: ['trainLoss', 'accuracyAt1'],
  applies: isTriplet,
  restartsOn: ['margin'],
  watch: ({ margin }) => {
    const evaluate = evaluations();
    const twice = inARow(2);
    return (_step, read) => {
      const evaluated = evaluate(read);
      if (!evaluated) return undefined;
      const { train, accuracy } = evaluated;
      return twice(train < 0.25 * margin && accuracy < 0.5) ? { values: { loss: train, margin, accuracy } } : undefined;
    };
  },
  fix: firstOf(curriculum, usualMargin),
};
