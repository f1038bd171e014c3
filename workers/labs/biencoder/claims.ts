import type { BiencoderConfig } from '../../../src/core/labs/biencoder/parameters.js';
import type { ChangeOf } from '../../../src/core/typedConfig.js';
import { above, below, mean, type Claim } from '../claims.js';

type Change = ChangeOf<BiencoderConfig>;

const curriculum = { loss: 'triplet', negatives: 'hardest', randomRate: 1, randomRateDecrease: 0.1 } as const;
const fewPairs = { trainingPairs: 192, steps: 600, warmupSteps: 30, validationEvery: 30 } as const;

/** The top-1 that a config ends at. */
const endsAt = (id: string, top1: number, values: Change, sd?: number): Claim<Change> =>
  ({ id, values, expected: [mean('accuracyAt1', 'final', top1, sd)] });

/** The same where a change is made at step 100, as it trains. */
const changedLive = (id: string, top1: number, values: Change, change: Change, sd?: number): Claim<Change> =>
  ({ ...endsAt(id, top1, values, sd), schedule: [{ step: 100, change }] });

/** What the texts of the bi-encoder lab say beside its presets. */
export const claims: readonly Claim<Change>[] = [
  changedLive('less-dropout-from-100', 0.77, { ...fewPairs, dropout: 0.5 }, { dropout: 0.2 }),
  changedLive('faster-from-100', 0.87, { learningRate: 3e-4 }, { learningRate: 1e-2 }),
  changedLive('slower-from-100', 0.28, { learningRate: 0.1 }, { learningRate: 1e-2 }, 0.15),
  endsAt('temperature-1', 0.387, { infoNceTemperature: 1 }, 0.09),
  endsAt('decrease-.005', 0.61, { ...curriculum, randomRateDecrease: 0.005 }),
  endsAt('decrease-.01', 0.67, { ...curriculum, randomRateDecrease: 0.01 }),
  endsAt('decrease-.02', 0.78, { ...curriculum, randomRateDecrease: 0.02 }),
  endsAt('decrease-.05', 0.85, { ...curriculum, randomRateDecrease: 0.05 }),
  { id: 'margin-.02', values: { ...curriculum, margin: 0.02 }, seeds: 10, expected: [mean('accuracyAt1', 'final', 0.069)] },
  {
    id: 'margin-2', values: { ...curriculum, margin: 2 }, seeds: 10,
    expected: [mean('accuracyAt1', 'final', 0.106), below('accuracyAt1', 'final', 0.1, 9, 10)],
  },
  endsAt('margin-.1', 0.844, { ...curriculum, margin: 0.1 }),
  endsAt('margin-1', 0.853, { ...curriculum, margin: 1 }),
  {
    id: 'transformer', values: { tower: 'transformer' }, seeds: 10,
    expected: [mean('accuracyAt1', 'final', 0.836, 0.05), above('accuracyAt1', 'best', 0.8, 9, 10)],
  },
  endsAt('transformer-embedding', 0.83, { tower: 'transformer', fusion: 'embedding' }),
  // .262 in a prototype with LayerNorm; either way far from learned at the last step.
  endsAt('transformer-cls', 0.44, { tower: 'transformer', fusion: 'cls' }),
  endsAt('semi-hard-from-the-start', 0.857, { loss: 'triplet', negatives: 'semi-hard', randomRate: 0 }),
  endsAt('semi-hard-cures-easy-negatives', 0.849, { loss: 'triplet', negatives: 'semi-hard', randomRate: 0.5 }),
  endsAt('hardest-half-random', 0.042, { loss: 'triplet', negatives: 'hardest', randomRate: 0.5 }),
  endsAt('cosine-distance', 0.876, { ...curriculum, distance: 'cosine' }),
  endsAt('pair-classifier', 0.843, { loss: 'pair-classifier' }),
  endsAt('pair-classifier-plain-head', 0.851, { loss: 'pair-classifier', headNorm: false, headActivation: false }),
  endsAt('symmetric', 0.86, { symmetric: true }),
  endsAt('label-smoothing', 0.875, { labelSmoothing: 0.1 }),
  endsAt('label-smoothing-few-pairs', 0.482, { trainingPairs: 192, labelSmoothing: 0.1 }),
  endsAt('no-dropout', 0.886, { dropout: 0 }),
  endsAt('dropout-.3', 0.674, { dropout: 0.3 }, 0.08),
  endsAt('batch-8', 0.458, { batchSize: 8 }, 0.1),
  endsAt('batch-64', 0.899, { batchSize: 64 }),
  {
    id: 'plateau-is-no-cure', values: { ...fewPairs, dropout: 0, plateauPatience: 3 },
    expected: [mean('accuracyAt1', 'final', 0.173)],
  },
  {
    id: 'early-stop-keeps-the-best', values: { ...fewPairs, dropout: 0, earlyStopPatience: 5 },
    expected: [mean('accuracyAt1', 'best', 0.366), mean('accuracyAt1', 'final', 0.233)],
  },
];
