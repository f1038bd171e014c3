import type { Preset } from '../lab.js';
import type { RewardModelConfig } from './parameters.js';

/** Outcomes are means over 12 to 32 seeds with their standard deviations; a toy's learning rates are toy values. */
export const presets: readonly Preset<RewardModelConfig>[] = [
  {
    id: 'healthy',
    values: {},
    expected: [
      { metric: 'validationLoss', at: 'final', mean: 0.558, sd: 0.03, within: { low: 0.45, high: 0.68, seeds: 5 } },
      { metric: 'accuracy', at: 'final', mean: 0.727, sd: 0.025, within: { low: 0.64, high: 0.8, seeds: 5 } },
      { metric: 'oracleAccuracy', at: 'final', mean: 0.78, sd: 0.02 },
    ],
    findings: [],
  },
  {
    id: 'one-epoch',
    values: { epochs: 1 },
    expected: [
      { metric: 'trainLoss', at: 'final', mean: 0.671, sd: 0.035 },
      { metric: 'validationLoss', at: 'final', mean: 0.584, sd: 0.025 },
      { metric: 'trainLossEvaluated', at: 'final', mean: 0.579, sd: 0.02 },
    ],
    findings: [],
  },
  {
    id: 'overconfident',
    values: { beta: 20, labelNoise: 0.05, learningRate: 1e-2, epochs: 24 },
    expected: [
      { metric: 'overconfidence', at: 'final', mean: 0.127, sd: 0.022, within: { low: 0.1, high: 0.3, seeds: 4 } },
      { metric: 'validationLoss', at: 'final', mean: 0.725, sd: 0.085 },
      { metric: 'accuracy', at: 'final', mean: 0.785, sd: 0.02 },
    ],
    findings: ['overconfidence'],
  },
  {
    id: 'overfitting',
    values: { trainingPairs: 128, rank: 32, alpha: 64, dropout: 0, adapterDropout: 0, epochs: 20 },
    expected: [
      { metric: 'trainLossEvaluated', at: 'final', mean: 0.009, sd: 0.005 },
      { metric: 'validationLoss', at: 'final', mean: 1.36, sd: 0.09, within: { low: 1.05, high: 1.8, seeds: 5 } },
      { metric: 'accuracy', at: 'final', mean: 0.622, sd: 0.025 },
    ],
    findings: ['overfitting', 'overconfidence'],
  },
];
