import type { Metric } from '../../metrics.js';
import type { PointerConfig } from './parameters.js';

export const metrics: readonly Metric<PointerConfig>[] = [
  {
    id: 'validationScore', group: 'validation', unit: 'score', cadence: 'validation', scale: 'linear', range: [0, 1],
    chart: { with: ['trainScore'], shadesGap: true, levels: [{ id: 'oracle', at: 1 }, { id: 'random', at: 0 }] },
  },
  { id: 'trainScore', group: 'training', unit: 'score', cadence: 'validation', scale: 'linear', range: [0, 1] },
  {
    id: 'trainLoss', group: 'training', unit: 'nats', cadence: 'step', scale: 'linear', chart: { with: ['validationLoss'] },
    frameworks: { TRL: 'loss', 'ms-swift': 'loss', transformers: 'loss' },
  },
  { id: 'validationLoss', group: 'validation', unit: 'nats', cadence: 'validation', scale: 'linear', frameworks: { transformers: 'eval_loss' } },
  { id: 'entropy', group: 'policy', unit: 'nats', cadence: 'validation', scale: 'linear', frameworks: { verl: 'actor/entropy', TRL: 'entropy', 'ms-swift': 'entropy/mean' } },
  {
    id: 'kl', group: 'policy', unit: 'nats', cadence: 'step', scale: 'linear', applies: ({ stage }) => stage === 'grpo',
    frameworks: { verl: 'actor/kl_loss', TRL: 'kl', 'ms-swift': 'kl' },
  },
  {
    id: 'policyLoss', group: 'optimizer', unit: 'loss', cadence: 'step', scale: 'linear', applies: ({ stage }) => stage === 'grpo',
    frameworks: { verl: 'actor/pg_loss', TRL: 'loss', 'ms-swift': 'loss' },
  },
  { id: 'gradNorm', group: 'optimizer', unit: 'norm', cadence: 'step', scale: 'linear', frameworks: { verl: 'actor/grad_norm', TRL: 'grad_norm', 'ms-swift': 'grad_norm', transformers: 'grad_norm' } },
  { id: 'learningRate', group: 'optimizer', unit: 'rate', cadence: 'step', scale: 'log', frameworks: { verl: 'actor/lr', TRL: 'learning_rate', 'ms-swift': 'learning_rate', transformers: 'learning_rate' } },
];
