import type { Preset } from '../lab.js';
import type { RewardModelConfig } from './parameters.js';

/** Outcomes are means over 12 to 32 seeds with their standard deviations; a toy's learning rates are toy values. */
export const presets: readonly Preset<RewardModelConfig>[] = [
  {
    id: 'healthy',
    values: {},
    expected: [
      { metric: 'validationLoss', at: 'final', mean: 0.573, sd: 0.035, within: { low: 0.45, high: 0.68, seeds: 5 } },
      { metric: 'accuracy', at: 'final', mean: 0.718, sd: 0.025, within: { low: 0.64, high: 0.8, seeds: 5 } },
      { metric: 'oracleAccuracy', at: 'final', mean: 0.78, sd: 0.02 },
    ],
    findings: [],
  },
  {
    id: 'one-epoch',
    values: { epochs: 1 },
    expected: [
      { metric: 'trainLoss', at: 'final', mean: 0.733, sd: 0.065 },
      { metric: 'validationLoss', at: 'final', mean: 0.606, sd: 0.04 },
      { metric: 'trainLossEvaluated', at: 'final', mean: 0.585, sd: 0.04 },
    ],
    findings: [],
  },
  {
    id: 'overconfident',
    values: { beta: 20, labelNoise: 0.05, learningRate: 1e-2, epochs: 24 },
    expected: [
      { metric: 'overconfidence', at: 'final', mean: 0.128, sd: 0.018, within: { low: 0.1, high: 0.3, seeds: 4 } },
      { metric: 'validationLoss', at: 'final', mean: 0.73, sd: 0.07 },
      { metric: 'accuracy', at: 'final', mean: 0.783, sd: 0.025 },
    ],
    findings: ['overconfidence'],
  },
  {
    id: 'overfitting',
    values: { trainingPairs: 128, rank: 32, alpha: 64, dropout: 0, adapterDropout: 0, epochs: 20 },
    expected: [
      { metric: 'trainLossEvaluated', at: 'final', mean: 0.002, sd: 0.002 },
      { metric: 'validationLoss', at: 'final', mean: 1.64, sd: 0.16, within: { low: 1.1, high: 2.3, seeds: 5 } },
      { metric: 'accuracy', at: 'final', mean: 0.637, sd: 0.035 },
    ],
    findings: ['overfitting', 'overconfidence'],
  },
];
