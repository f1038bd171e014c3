import { healthyRun } from './findings/fixes.js';
import { detectors } from './findings/index.js';
import { defineLab } from '../defineLab.js';
import { metrics } from './metrics.js';
import { biencoderConfig, groups, parameters, towerDefaults } from './parameters.js';
import { presets } from './presets.js';

/** A bi-encoder that finds the counter-argument to an argument, trained by contrast. */
export const biencoder = defineLab(biencoderConfig, {
  id: 'biencoder',
  parameters,
  groups,
  variants: { key: 'tower', defaults: towerDefaults },
  weightKeys: ['tower', 'width', 'outputSize', 'fusion', 'tiedHeads', 'loss', 'headNorm', 'headActivation', 'replicas'],
  metrics,
  headlines: () => ['trainLoss', 'accuracyAt1'],
  detectors,
  presets,
  healthyRun,
  views: ['retrievals', 'similarity-histogram', 'similarity-matrix', 'embedding-map'],
  tools: [{ name: 'differences' }],
  steps: ({ steps }) => steps,
  samples: ({ batchSize }) => () => batchSize,
  score: () => 'accuracyAt1',
});
