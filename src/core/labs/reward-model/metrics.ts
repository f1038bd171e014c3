import type { Metric } from '../../metrics.js';
import type { RewardModelConfig } from './parameters.js';

/** The loss of a reward model that gives every answer the same reward. */
const chance = { id: 'chance', at: Math.LN2 };

export const metrics: readonly Metric<RewardModelConfig>[] = [
  {
    id: 'validationLoss', group: 'validation', unit: 'loss', cadence: 'validation', scale: 'linear',
    frameworks: { TRL: 'eval_loss', 'ms-swift': 'eval_loss' },
    chart: {
      with: ['trainLossEvaluated', 'trainLoss'], shadesGap: true, standardError: 'validationLoss.pairedError', levels: [chance],
    },
  },
  { id: 'trainLossEvaluated', group: 'training', unit: 'loss', cadence: 'validation', scale: 'linear' },
  { id: 'trainLoss', group: 'training', unit: 'loss', cadence: 'step', scale: 'linear', frameworks: { TRL: 'loss', 'ms-swift': 'loss' } },
  {
    id: 'accuracy', group: 'validation', unit: 'share', cadence: 'validation', scale: 'linear', range: [0, 1],
    frameworks: { TRL: 'eval_accuracy', 'ms-swift': 'eval_accuracy' },
    chart: { levels: [{ id: 'oracle', at: { metric: 'oracleAccuracy' } }, { id: 'coin', at: 0.5 }] },
  },
  {
    id: 'overconfidence', group: 'validation', unit: 'share', cadence: 'validation', scale: 'linear',
    chart: { levels: [{ id: 'calibrated', at: 0 }] },
  },
  {
    id: 'rewardMargin', group: 'validation', unit: 'score', cadence: 'validation', scale: 'linear',
    frameworks: { TRL: 'eval_margin', 'ms-swift': 'eval_margin' },
  },
  { id: 'validationLoss.standardError', group: 'validation', unit: 'loss', cadence: 'validation', scale: 'linear' },
  { id: 'validationLoss.pairedError', group: 'validation', unit: 'loss', cadence: 'validation', scale: 'linear' },
  { id: 'oracleAccuracy', group: 'validation', unit: 'share', cadence: 'validation', scale: 'linear', range: [0, 1] },
  { id: 'gradNorm', group: 'optimizer', unit: 'norm', cadence: 'step', scale: 'linear', frameworks: { TRL: 'grad_norm', 'ms-swift': 'grad_norm' } },
  {
    id: 'learningRate', group: 'optimizer', unit: 'rate', cadence: 'step', scale: 'linear',
    frameworks: { TRL: 'learning_rate', 'ms-swift': 'learning_rate' },
  },
];
