import { healthyRun } from './findings/fixes.js';
import { detectors } from './findings/index.js';
import { defineLab } from '../defineLab.js';
import { metrics } from './metrics.js';
import { groups, pairsPerStep, parameters, rewardModelConfig, totalSteps } from './parameters.js';
import { presets } from './presets.js';

/** A reward model on preference pairs: Bradley–Terry, adapters beside a frozen base, and what its losses really say. */
export const rewardModel = defineLab(rewardModelConfig, {
  id: 'reward-model',
  parameters,
  groups,
  weightKeys: ['adapter', 'rank', 'replicas'],
  metrics,
  headlines: () => ['validationLoss', 'accuracy'],
  detectors,
  presets,
  healthyRun: () => healthyRun,
  views: ['loss-verdict', 'reward-margins', 'calibration', 'preference-pairs'],
  tools: [{ name: 'differences' }],
  steps: totalSteps,
  samples: (config) => () => pairsPerStep(config),
  score: () => 'accuracy',
});
