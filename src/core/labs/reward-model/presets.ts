import type { Preset } from '../lab.js';

export const presets: readonly Preset[] = [
  {
    id: 'healthy',
    values: {},
    expected: [
      { metric: 'validationLoss', at: 'final', mean: 0.573, sd: 0.02 },
      { metric: 'accuracy', at: 'final', mean: 0.718, sd: 0.02 },
    ],
    findings: [],
  },
  {
    id: 'one-epoch',
    values: { epochs: 1 },
    expected: [
      { metric: 'trainLoss', at: 'final', mean: 0.733, sd: 0.03 },
      { metric: 'validationLoss', at: 'final', mean: 0.606, sd: 0.02 },
    ],
  },
  {
    id: 'overconfident',
    values: { beta: 8, labelNoise: 0.05, learningRate: 1e-2, epochs: 12 },
    expected: [],
    findings: ['overconfidence'],
  },
  {
    id: 'overfitting',
    values: { trainingPairs: 128, rank: 32, dropout: 0, adapterDropout: 0, epochs: 20 },
    expected: [
      { metric: 'trainLossEvaluated', at: 'final', mean: 0.002, sd: 0.001 },
      { metric: 'validationLoss', at: 'final', mean: 1.64, sd: 0.2 },
      { metric: 'accuracy', at: 'final', mean: 0.637, sd: 0.02 },
    ],
    findings: ['overfitting', 'overconfidence'],
  },
];
