import type { Detector } from '../../../findings/detector.js';
import type { RewardModelConfig } from '../parameters.js';
import { notFinite } from '../../../findings/notFinite.js';
import { lowerLearningRate } from './fixes.js';
import { overconfidence } from './overconfidence.js';
import { overfitting } from './overfitting.js';
import { underfitting } from './underfitting.js';

/** The detectors of the reward-model lab. */
export const detectors: readonly Detector<RewardModelConfig>[] = [
  overfitting,
  overconfidence,
  underfitting,
  notFinite(['trainLoss', 'gradNorm'], lowerLearningRate),
];
