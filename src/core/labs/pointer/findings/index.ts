import type { Detector } from '../../../findings/detector.js';
import type { PointerConfig } from '../parameters.js';
import { notFinite } from '../../../findings/notFinite.js';
import { gentler } from './fixes.js';
import { overfitting } from './overfitting.js';
import { underfitting } from './underfitting.js';

/** The detectors of the pointer lab. */
export const detectors: readonly Detector<PointerConfig>[] = [
  underfitting,
  overfitting,
  notFinite(['gradNorm', 'policyLoss', 'trainLoss', 'kl'], gentler, (config, read) =>
    // Only GRPO measures a KL.
    config.stage === 'grpo' && !Number.isNaN(read('kl')) ? 'grpo' : undefined,
  ),
];
