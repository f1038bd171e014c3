import type { Detector } from '../detector.js';
import { lowerLearningRate } from './fixes.js';

/** The loss or the gradient of a step was not a number or overflowed; such a step is measured as infinite. */
export const notFinite: Detector = {
  id: 'not-finite',
  severity: 'alarm',
  metrics: ['trainLoss', 'gradNorm'],
  applies: () => true,
  watch: () => (step, read) => {
    const infinite = [read('gradNorm'), read('trainLoss')].some((value) => Math.abs(value) === Infinity);
    return infinite ? { values: { step } } : undefined;
  },
  fix: lowerLearningRate,
};
