import type { Metric } from '../../metrics.js';
import type { RewardModelConfig } from './parameters.js';

/** The loss of a reward model that gives every answer the same reward. */
const chance = { id: 'chance', at: Math.LN2 };

export const metrics: readonly Metric<RewardModelConfig>[] = [
  {
    id: 'validationLoss', unit: 'loss', cadence: 'validation', scale: 'linear',
    frameworks: { TRL: 'eval_loss', 'ms-swift': 'eval_loss' },
    chart: {
      with: ['trainLossEvaluated', 'trainLoss'], shadesGap: true, standardError: 'validationLoss.pairedError', levels: [chance],
    },
  },
  { id: 'trainLossEvaluated', unit: 'loss', cadence: 'validation', scale: 'linear' },
  { id: 'trainLoss', unit: 'loss', cadence: 'step', scale: 'linear', frameworks: { TRL: 'loss', 'ms-swift': 'loss' } },
  {
    id: 'accuracy', unit: 'share', cadence: 'validation', scale: 'linear', range: [0, 1],
    frameworks: { TRL: 'eval_accuracy', 'ms-swift': 'eval_accuracy' },
    chart: { levels: [{ id: 'oracle', at: { metric: 'oracleAccuracy' } }, { id: 'coin', at: 0.5 }] },
  },
  {
    id: 'overconfidence', unit: 'share', cadence: 'validation', scale: 'linear',
    chart: { levels: [{ id: 'calibrated', at: 0 }] },
  },
  {
    id: 'rewardMargin', unit: 'score', cadence: 'validation', scale: 'linear',
    frameworks: { TRL: 'eval_margin', 'ms-swift': 'eval_margin' },
  },
  { id: 'validationLoss.standardError', unit: 'loss', cadence: 'validation', scale: 'linear' },
  { id: 'validationLoss.pairedError', unit: 'loss', cadence: 'validation', scale: 'linear' },
  { id: 'oracleAccuracy', unit: 'share', cadence: 'validation', scale: 'linear', range: [0, 1] },
  { id: 'gradNorm', unit: 'norm', cadence: 'step', scale: 'linear', frameworks: { TRL: 'grad_norm', 'ms-swift': 'grad_norm' } },
  {
    id: 'learningRate', unit: 'rate', cadence: 'step', scale: 'linear',
    frameworks: { TRL: 'learning_rate', 'ms-swift': 'learning_rate' },
  },
];
