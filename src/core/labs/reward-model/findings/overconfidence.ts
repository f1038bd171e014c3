import { totalSteps, type RewardModelConfig } from '../parameters.js';
import type { Detector } from '../../../findings/detector.js';
import { memoriseLess } from './fixes.js';

const points = (share: number): number => Math.round(100 * share);

/**
 * At the last evaluation: the model is surer of its preferences than it is right by .1, with a training loss below .3.
 */
export const overconfidence: Detector<RewardModelConfig> = {
  id: 'overconfidence',
  severity: 'warning',
  metrics: ['overconfidence', 'validationLoss', 'trainLossEvaluated'],
  applies: () => true,
  watch: (config) => {
    const last = totalSteps(config);
    return (step, read) => {
      const excess = read('overconfidence');
      const training = read('trainLossEvaluated');
      if (step < last || !(excess >= 0.1 && training < 0.3)) return undefined;
      const accuracy = read('accuracy');
      const confidence = accuracy + excess;
      // Texts tell whole points: the excess of those that they tell.
      return { values: { excess: (points(confidence) - points(accuracy)) / 100, accuracy, confidence, training } };
    };
  },
  fix: memoriseLess,
};
