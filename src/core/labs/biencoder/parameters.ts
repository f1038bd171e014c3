import type { ParameterEntry } from '../../parameters.js';
import { configReader, type ConfigOf } from '../../typedConfig.js';
import { runParameters } from '../runParameters.js';

export const groups = ['optimizer', 'objective', 'negatives', 'regularisation', 'model', 'data', 'run'] as const;

const losses = ['infonce', 'triplet', 'pair-classifier'] as const;
function hasLoss(...some: readonly (typeof losses)[number][]): (config: BiencoderConfig) => boolean {
  return ({ loss }) => some.includes(loss);
}
function constantSchedule({ schedule }: BiencoderConfig): string | undefined {
  return schedule === 'constant' ? 'inert.constantSchedule' : undefined;
}
function withoutEvaluations({ validationEvery }: BiencoderConfig): string | undefined {
  return validationEvery === 0 ? 'inert.noEvaluations' : undefined;
}
/** Without a share of hard negatives there is none that a rate could replace. */
function alwaysRandom({ loss, negatives }: BiencoderConfig): string | undefined {
  return loss === 'triplet' && negatives === 'random' ? 'inert.alwaysRandom' : undefined;
}
function oneOutput({ tower }: BiencoderConfig): string | undefined {
  return tower === 'mean-pool' ? 'inert.oneOutput' : undefined;
}
function largestBatch({ trainingPairs }: BiencoderConfig): number {
  return Math.min(128, trainingPairs);
}

export const parameters = [
  {
    key: 'learningRate', group: 'optimizer', kind: 'number', live: true, perReplica: true,
    min: 1e-6, max: 1, default: 1e-2, integer: false, scale: 'log',
    frameworks: { 'sentence-transformers': 'learning_rate' },
  },
  {
    key: 'schedule', group: 'optimizer', kind: 'choice', live: false,
    options: ['constant', 'linear', 'cosine'], default: 'constant',
    frameworks: { 'sentence-transformers': 'lr_scheduler_type' },
  },
  {
    key: 'warmupSteps', group: 'optimizer', kind: 'number', live: false,
    min: 0, max: 1000, default: 20, integer: true, scale: 'linear', step: 1,
    frameworks: { 'sentence-transformers': 'warmup_steps' },
  },
  {
    key: 'minLearningRateRatio', group: 'optimizer', kind: 'number', live: false,
    min: 0, max: 1, default: 0, integer: false, scale: 'linear', step: 0.05, inert: constantSchedule,
    frameworks: { 'sentence-transformers': 'lr_scheduler_kwargs' },
  },
  {
    key: 'plateauPatience', group: 'optimizer', kind: 'number', live: true,
    min: 0, max: 50, default: 0, integer: true, scale: 'linear', step: 1, inert: withoutEvaluations,
    frameworks: { 'sentence-transformers': 'lr_scheduler_type: reduce_lr_on_plateau' },
  },
  {
    key: 'earlyStopPatience', group: 'optimizer', kind: 'number', live: true,
    min: 0, max: 50, default: 0, integer: true, scale: 'linear', step: 1, inert: withoutEvaluations,
    frameworks: { 'sentence-transformers': 'EarlyStoppingCallback(early_stopping_patience)' },
  },
  {
    key: 'maxGradNorm', group: 'optimizer', kind: 'number', live: true, perReplica: true,
    min: 0.01, max: 100, default: 5, integer: false, scale: 'log',
    frameworks: { 'sentence-transformers': 'max_grad_norm' },
  },
  {
    key: 'loss', group: 'objective', kind: 'choice', live: false,
    options: losses, default: 'infonce',
    frameworks: { 'sentence-transformers': 'MultipleNegativesRankingLoss, TripletLoss, SoftmaxLoss' },
  },
  {
    key: 'infoNceTemperature', group: 'objective', kind: 'number', live: true, perReplica: true,
    min: 0.01, max: 10, default: 0.1, integer: false, scale: 'log', applies: hasLoss('infonce'),
    frameworks: { 'sentence-transformers': 'MultipleNegativesRankingLoss(scale = 1 / temperature)' },
  },
  {
    key: 'symmetric', group: 'objective', kind: 'switch', live: false, default: false, applies: hasLoss('infonce'),
    frameworks: { 'sentence-transformers': 'MultipleNegativesSymmetricRankingLoss' },
  },
  {
    key: 'margin', group: 'objective', kind: 'number', live: true, perReplica: true,
    min: 0.01, max: 5, default: 0.3, integer: false, scale: 'log', applies: hasLoss('triplet'),
    frameworks: { 'sentence-transformers': 'TripletLoss(triplet_margin)' },
  },
  {
    key: 'distance', group: 'objective', kind: 'choice', live: false, options: ['euclidean', 'cosine'], default: 'euclidean',
    applies: hasLoss('triplet'),
    frameworks: { 'sentence-transformers': 'TripletLoss(distance_metric)' },
  },
  {
    key: 'negatives', group: 'negatives', kind: 'choice', live: false, options: ['random', 'attribute', 'semi-hard', 'hardest'],
    default: 'attribute', applies: hasLoss('triplet'),
    frameworks: { 'sentence-transformers': 'BatchSemiHardTripletLoss, BatchHardTripletLoss, mine_hard_negatives' },
  },
  {
    key: 'randomRate', group: 'negatives', kind: 'number', live: true, perReplica: true,
    min: 0, max: 1, default: 0.5, integer: false, scale: 'linear', step: 0.05, inert: alwaysRandom,
  },
  {
    key: 'randomRateDecrease', group: 'negatives', kind: 'number', live: true, perReplica: true,
    min: 0, max: 1, default: 0, integer: false, scale: 'linear', step: 0.005, inert: alwaysRandom,
  },
  {
    key: 'dropout', group: 'regularisation', kind: 'number', live: true, perReplica: true,
    min: 0, max: 0.9, default: 0.1, integer: false, scale: 'linear', step: 0.05,
    frameworks: { 'sentence-transformers': 'Dropout(dropout)' },
  },
  {
    key: 'labelSmoothing', group: 'regularisation', kind: 'number', live: true, perReplica: true,
    min: 0, max: 0.5, default: 0, integer: false, scale: 'linear', step: 0.01, applies: hasLoss('infonce', 'pair-classifier'),
  },
  {
    key: 'weightDecay', group: 'regularisation', kind: 'number', live: true, perReplica: true,
    min: 1e-5, max: 1, default: 1e-4, integer: false, scale: 'log', zero: true,
    frameworks: { 'sentence-transformers': 'weight_decay' },
  },
  {
    key: 'tower', group: 'model', kind: 'choice', live: false, options: ['mean-pool', 'transformer'], default: 'mean-pool',
    frameworks: { 'sentence-transformers': 'StaticEmbedding, Transformer' },
  },
  {
    key: 'width', group: 'model', kind: 'number', live: false,
    min: 8, max: 64, values: [8, 16, 24, 32, 48, 64], default: 32, integer: true, scale: 'linear',
  },
  {
    key: 'outputSize', group: 'model', kind: 'number', live: false,
    min: 2, max: 64, values: [2, 4, 8, 16, 32, 64], default: 32, integer: true, scale: 'linear',
    frameworks: { 'sentence-transformers': 'Dense(out_features)' },
  },
  {
    key: 'fusion', group: 'model', kind: 'choice', live: false, options: ['concat', 'embedding', 'cls'], default: 'concat',
    inert: oneOutput,
    frameworks: { 'sentence-transformers': 'Pooling(pooling_mode)' },
  },
  {
    key: 'tiedHeads', group: 'model', kind: 'switch', live: false, default: false, applies: hasLoss('infonce', 'triplet'),
    frameworks: { 'sentence-transformers': 'Router' },
  },
  { key: 'headNorm', group: 'model', kind: 'switch', live: false, default: true, applies: hasLoss('pair-classifier') },
  { key: 'headActivation', group: 'model', kind: 'switch', live: false, default: true, applies: hasLoss('pair-classifier') },
  {
    key: 'trainingPairs', group: 'data', kind: 'number', live: false,
    min: 32, max: 4096, default: 1024, integer: true, scale: 'log',
    frameworks: { 'sentence-transformers': 'train_dataset' },
  },
  {
    key: 'batchSize', group: 'data', kind: 'number', live: false, min: 2, max: 128, default: 32, integer: true, scale: 'log',
    limit: largestBatch,
    frameworks: { 'sentence-transformers': 'per_device_train_batch_size' },
  },
  {
    key: 'steps', group: 'run', kind: 'number', live: false, min: 1, max: 5000, default: 400, integer: true, scale: 'log',
    frameworks: { 'sentence-transformers': 'max_steps' },
  },
  {
    key: 'validationEvery', group: 'run', kind: 'number', live: false,
    min: 0, max: 1000, default: 20, integer: true, scale: 'linear', step: 1,
    frameworks: { 'sentence-transformers': 'eval_steps' },
  },
  ...runParameters(),
] as const satisfies readonly ParameterEntry[];

export type BiencoderConfig = ConfigOf<typeof parameters>;
export const biencoderConfig = configReader(parameters);

export const towerDefaults = { 'mean-pool': {}, transformer: { learningRate: 3e-3 } } as const;
