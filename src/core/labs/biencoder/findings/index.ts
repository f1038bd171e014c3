import type { Detector } from '../../../findings/detector.js';
import type { BiencoderConfig } from '../parameters.js';
import { easyNegatives } from './easyNegatives.js';
import { lowerLearningRate } from './fixes.js';
import { notFinite } from '../../../findings/notFinite.js';
import { overfitting } from './overfitting.js';
import { representationCollapse } from './representationCollapse.js';
import { twinConfusion } from './twinConfusion.js';
import { underfitting } from './underfitting.js';

/** The detectors of the bi-encoder lab. */
export const detectors: readonly Detector<BiencoderConfig>[] = [
  representationCollapse,
  easyNegatives,
  overfitting,
  underfitting,
  twinConfusion,
  notFinite(['batchLoss', 'gradNorm'], lowerLearningRate),
];
