import { numberOf } from '../../parameters.js';
import type { Detector } from '../detector.js';
import { firstOf } from '../fix.js';
import { higherLearningRate, lessDropout, lowerLearningRate, lowerTemperature, usualMargin } from './fixes.js';
import { evaluations, isCollapsed } from './measures.js';

/**
 * At the end the training loss is above a quarter of what it was at first, and fewer than half of the queries find their
 * document. A collapse has its own finding.
 */
export const underfitting: Detector = {
  id: 'underfitting',
  severity: 'warning',
  metrics: ['trainLoss', 'accuracyAt1'],
  applies: () => true,
  watch: (config) => {
    const evaluate = evaluations();
    let collapsed = false;
    return (step, read) => {
      const evaluated = evaluate(read);
      if (!evaluated) return undefined;
      collapsed ||= isCollapsed(config, evaluated);
      const { train, initialTrain, accuracy } = evaluated;
      const learned = train <= 0.25 * initialTrain || accuracy >= 0.5;
      if (step < numberOf(config, 'steps') || collapsed || learned) return undefined;
      return { values: { train, initialTrain, accuracy } };
    };
  },
  fix: firstOf(higherLearningRate, lowerLearningRate, lessDropout, lowerTemperature, usualMargin),
};
