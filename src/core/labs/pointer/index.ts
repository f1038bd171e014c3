import { healthyRun } from './findings/fixes.js';
import { detectors } from './findings/index.js';
import { defineLab } from '../defineLab.js';
import { metrics } from './metrics.js';
import { groups, parameters, pointerConfig, samplesOf, stageDefaults, totalSteps } from './parameters.js';
import { presets } from './presets.js';

/** A pointer network that picks examples from a pool in order: cross-entropy, reward-weighted cross-entropy, GRPO. */
export const pointer = defineLab(pointerConfig, {
  id: 'pointer',
  parameters,
  groups,
  variants: { key: 'stage', defaults: stageDefaults, comparable: true },
  weightKeys: ['width', 'layers', 'heads', 'replicas'],
  metrics,
  headlines: () => ['validationScore', 'trainLoss'],
  detectors,
  presets,
  healthyRun,
  views: ['pool'],
  tools: [{ name: 'differences', open: true }],
  steps: totalSteps,
  samples: samplesOf,
  score: () => 'validationScore',
});
