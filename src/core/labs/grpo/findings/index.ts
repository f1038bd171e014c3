import { deadGroups } from './deadGroups.js';
import type { Detector } from '../../../findings/detector.js';
import type { GrpoConfig } from '../parameters.js';
import { entropyCollapse } from './entropyCollapse.js';
import { entropyExplosion } from './entropyExplosion.js';
import { slowDown } from './fixes.js';
import { gradientSpike } from './gradientSpike.js';
import { gradientVanished } from './gradientVanished.js';
import { klBlowUp } from './klBlowUp.js';
import { lengthCollapse } from './lengthCollapse.js';
import { notFinite } from '../../../findings/notFinite.js';
import { overfitting } from './overfitting.js';
import { ratioBlowUp } from './ratioBlowUp.js';
import { stalePolicy } from './stalePolicy.js';
import { truncation } from './truncation.js';
import { underfitting } from './underfitting.js';
import { validationDrop } from './validationDrop.js';
import { verifierExploited } from './verifierExploited.js';

/** The detectors of the GRPO lab. */
export const detectors: readonly Detector<GrpoConfig>[] = [
  stalePolicy,
  truncation,
  verifierExploited,
  ratioBlowUp,
  gradientSpike,
  klBlowUp,
  lengthCollapse,
  deadGroups,
  gradientVanished,
  entropyCollapse,
  entropyExplosion,
  validationDrop,
  overfitting,
  underfitting,
  notFinite(['gradNorm', 'policyLoss'], slowDown),
];
