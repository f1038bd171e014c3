import type { Detector } from '../../../findings/detector.js';
import type { RewardModelConfig } from '../parameters.js';
import { memoriseLess } from './fixes.js';

/**
 * The validation loss is at least .2 above the training loss, both in evaluation mode, and 1.1 × its own minimum, and
 * accuracy is half a point below its best: what is learned no longer helps with pairs that were not trained on.
 */
export const overfitting: Detector<RewardModelConfig> = {
  id: 'overfitting',
  severity: 'warning',
  metrics: ['validationLoss', 'trainLossEvaluated', 'accuracy'],
  applies: () => true,
  watch: () => {
    let lowest = Infinity;
    let bestAccuracy = 0;
    return (_step, read) => {
      const validation = read('validationLoss');
      const training = read('trainLossEvaluated');
      const accuracy = read('accuracy');
      if (Number.isNaN(validation)) return undefined;
      lowest = Math.min(lowest, validation);
      bestAccuracy = Math.max(bestAccuracy, accuracy);
      const gap = validation - training;
      const holds = gap >= 0.2 && validation >= 1.1 * lowest && accuracy <= bestAccuracy - 0.005;
      return holds ? { values: { training, validation, gap, lowest, accuracy, bestAccuracy } } : undefined;
    };
  },
  fix: memoriseLess,
};
