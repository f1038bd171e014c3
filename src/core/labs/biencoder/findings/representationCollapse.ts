import type { Detector } from '../../../findings/detector.js';
import type { BiencoderConfig } from '../parameters.js';
import { firstOf } from '../../../findings/fix.js';
import { curriculum, usualMargin } from './fixes.js';
import { evaluations, isCollapsed, isTriplet } from './measures.js';

/** The triplet loss is within 3 % of its margin, and documents lie at less than a fifth of their first distance. */
export const representationCollapse: Detector<BiencoderConfig> = {
  id: 'representation-collapse',
  severity: 'alarm',
  metrics: ['meanPairDistance', 'trainLoss', 'accuracyAt1'],
  applies: isTriplet,
  restartsOn: ['margin'],
  watch: (config) => {
    const evaluate = evaluations();
    return (_step, read) => {
      const evaluated = evaluate(read);
      if (!evaluated || !isCollapsed(config, evaluated)) return undefined;
      const { train, distance, initialDistance } = evaluated;
      return { values: { loss: train, margin: config.margin, distance, initialDistance } };
    };
  },
  fix: firstOf(usualMargin, curriculum),
};
