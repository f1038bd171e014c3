import type { Preset } from '../lab.js';
import type { BiencoderConfig } from './parameters.js';

/** 600 steps with the same 20 evaluations and 5 % of warm-up as the default 400. */
const longer = { steps: 600, warmupSteps: 30, validationEvery: 30 } as const;
const fewPairs = { trainingPairs: 192, ...longer } as const;
const triplet = { loss: 'triplet', negatives: 'hardest' } as const;

/** Means over 10 seeds of PyTorch prototypes, with standard deviations over 5 seeds here. */
export const presets: readonly Preset<BiencoderConfig>[] = [
  {
    id: 'healthy',
    values: {},
    expected: [{ metric: 'accuracyAt1', at: 'final', mean: 0.874, sd: 0.03, within: { low: 0.8, high: 1, seeds: 4 } }],
    findings: [],
  },
  {
    id: 'overfitting',
    values: { ...fewPairs, dropout: 0 },
    expected: [
      { metric: 'trainLoss', at: 'final', mean: 0.02, sd: 0.01 },
      { metric: 'validationLoss', at: 'final', mean: 2.78, sd: 0.2, within: { low: 2, high: 5, seeds: 5 } },
      { metric: 'accuracyAt1', at: 'final', mean: 0.185, sd: 0.05 },
    ],
    findings: ['overfitting'],
  },
  {
    id: 'dropout-cures',
    values: { ...fewPairs, dropout: 0.2 },
    expected: [{ metric: 'accuracyAt1', at: 'final', mean: 0.83, sd: 0.05 }],
    findings: [],
  },
  {
    id: 'too-much-dropout',
    values: { ...fewPairs, dropout: 0.5 },
    expected: [{ metric: 'accuracyAt1', at: 'final', mean: 0.146, sd: 0.05 }],
    findings: ['underfitting'],
  },
  {
    id: 'learning-rate-low',
    values: { learningRate: 3e-4 },
    expected: [{ metric: 'accuracyAt1', at: 'final', mean: 0.168, sd: 0.05 }],
    findings: ['underfitting'],
  },
  {
    id: 'learning-rate-high',
    values: { learningRate: 0.1 },
    expected: [{ metric: 'accuracyAt1', at: 'final', mean: 0.284, sd: 0.05 }],
  },
  {
    id: 'hard-negatives-collapse',
    values: { ...triplet, randomRate: 0 },
    expected: [
      { metric: 'trainLoss', at: 'final', mean: 0.3, sd: 0.003, within: { low: 0.291, high: 0.309, seeds: 5 } },
      { metric: 'accuracyAt1', at: 'final', mean: 0.013, sd: 0.005 },
    ],
    findings: ['representation-collapse'],
  },
  {
    id: 'curriculum',
    values: { ...triplet, randomRate: 1, randomRateDecrease: 0.1 },
    expected: [{ metric: 'accuracyAt1', at: 'final', mean: 0.873, sd: 0.03, within: { low: 0.8, high: 1, seeds: 4 } }],
    findings: [],
  },
  {
    id: 'easy-negatives',
    values: { loss: 'triplet', negatives: 'attribute', randomRate: 0.5 },
    expected: [
      { metric: 'trainLoss', at: 'final', mean: 0.02, sd: 0.01 },
      { metric: 'accuracyAt1', at: 'final', mean: 0.167, sd: 0.05 },
    ],
    findings: ['easy-negatives'],
  },
  {
    id: 'tied-heads',
    values: { tiedHeads: true },
    expected: [{ metric: 'accuracyAt1', at: 'final', mean: 0.47, sd: 0.05 }],
    findings: ['twin-confusion'],
  },
];
