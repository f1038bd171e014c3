import { detectors } from './findings/index.js';
import type { Lab } from '../lab.js';
import { metrics } from './metrics.js';
import { groups, parameters, stageDefaults, totalSteps } from './parameters.js';
import { presets } from './presets.js';

/** A pointer network that picks examples from a pool in order: cross-entropy, reward-weighted cross-entropy, GRPO. */
export const pointer: Lab = {
  id: 'pointer',
  parameters,
  groups,
  variants: { key: 'stage', defaults: stageDefaults, comparable: true },
  weightKeys: ['width', 'layers', 'heads', 'replicas'],
  metrics,
  headlines: () => ['validationScore', 'trainLoss'],
  detectors,
  presets,
  views: ['pool'],
  tools: ['differences'],
  steps: totalSteps,
  score: () => 'validationScore',
};
