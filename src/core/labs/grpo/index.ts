import { detectors } from './findings/index.js';
import { numberOf } from '../../parameters.js';
import type { Lab } from '../lab.js';
import { metrics } from './metrics.js';
import { groups, parameters, taskDefaults, taskOf } from './parameters.js';
import { presets } from './presets.js';

/** GRPO on three tiny tasks: group-relative advantages, PPO clipping, KL to a frozen reference. */
export const grpo: Lab = {
  id: 'grpo',
  parameters,
  groups,
  variants: { key: 'task', defaults: taskDefaults },
  weightKeys: ['task', 'warmStart', 'width', 'layers', 'heads', 'replicas'],
  metrics,
  headlines: (config) =>
    ({
      'tool-choice': ['validation.reward', 'entropy.decisive'],
      'running-sum': ['validation.answer', 'entropy'],
      'mini-vqa': ['validation.reward', 'entropy'],
    })[taskOf(config)],
  detectors,
  presets,
  views: ['rollouts', 'entropy-law'],
  steps: (config) => numberOf(config, 'steps'),
  score: (config) => (taskOf(config) === 'running-sum' ? 'validation.answer' : 'validation.reward'),
};
