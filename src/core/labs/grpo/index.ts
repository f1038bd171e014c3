import { detectors } from './findings/index.js';
import { healthyRun } from './findings/measures.js';
import { defineLab } from '../defineLab.js';
import { metrics } from './metrics.js';
import { groups, grpoConfig, parameters, taskDefaults } from './parameters.js';
import { presets } from './presets.js';

/** GRPO on three tiny tasks: group-relative advantages, PPO clipping, KL to a frozen reference. */
export const grpo = defineLab(grpoConfig, {
  id: 'grpo',
  parameters,
  groups,
  variants: { key: 'task', defaults: taskDefaults },
  weightKeys: ['task', 'warmStart', 'width', 'layers', 'heads', 'replicas'],
  metrics,
  headlines: ({ task }) =>
    ({
      'tool-choice': ['validation.reward', 'entropy.decisive'],
      'running-sum': ['validation.answer', 'entropy'],
      'mini-vqa': ['validation.reward', 'entropy'],
    })[task],
  detectors,
  presets,
  healthyRun,
  views: ['rollouts', 'entropy-law'],
  tools: [{ name: 'family' }, { name: 'differences' }],
  steps: ({ steps }) => steps,
  samples: ({ promptsPerStep, rolloutN }) => () => promptsPerStep * rolloutN,
  tokens: 'responseLength',
  score: ({ task }) => (task === 'running-sum' ? 'validation.answer' : 'validation.reward'),
});
