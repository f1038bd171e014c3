import type { ParameterEntry } from '../../parameters.js';
import { configReader, type ConfigOf } from '../../typedConfig.js';
import { runParameters } from '../runParameters.js';

/** Queries that a selector learns from; a batch that is not full is left out of an epoch. */
export const trainingQueries = 512;

/** Steps of cross-entropy, before any GRPO. */
export function crossEntropySteps({ steps, epochs, batchSize }: PointerConfig): number {
  return capped(steps, stepsOf(epochs, batchSize));
}

/** Steps of a whole run; one of GRPO's is a rollout with all its updates. */
export function totalSteps({ stage, steps, epochs, batchSize, grpoEpochs, queriesPerStep }: PointerConfig): number {
  const grpo = stage === 'grpo' ? stepsOf(grpoEpochs, queriesPerStep) : 0;
  return capped(steps, stepsOf(epochs, batchSize) + grpo);
}

/** Queries of a step: a batch of cross-entropy's or, in GRPO, sequences of picks. */
export function samplesOf(config: PointerConfig): (step: number) => number {
  const { stage, batchSize, queriesPerStep, rolloutN } = config;
  const imitates = stage === 'grpo' ? crossEntropySteps(config) : Infinity;
  return (step) => (step <= imitates ? batchSize : queriesPerStep * rolloutN);
}

const stepsOf = (epochs: number, batch: number): number => epochs * Math.floor(trainingQueries / batch);
const capped = (most: number, steps: number): number => (most > 0 ? Math.min(most, steps) : steps);

function rewarded({ stage }: PointerConfig): boolean {
  return stage !== 'supervised';
}
function reinforced({ stage }: PointerConfig): boolean {
  return stage === 'grpo';
}
function constantSchedule({ schedule }: PointerConfig): string | undefined {
  return schedule === 'constant' ? 'inert.constantSchedule' : undefined;
}
/** With one update a rollout the ratio of new to old policy is 1, so nothing is clipped. */
function onPolicy({ innerEpochs }: PointerConfig): string | undefined {
  return innerEpochs === 1 ? 'inert.onPolicy' : undefined;
}
/** All ordered choices are enumerated to know the best one: at most 5,040 a query. */
function largestPool({ shotNum }: PointerConfig): number {
  return mostCandidates[shotNum - 1]!;
}
/** By `shotNum`. */
const mostCandidates = [32, 32, 16, 10] as const;

export const groups = ['stage', 'optimizer', 'regularisation', 'rewards', 'grpo', 'model', 'data', 'run'] as const;

export const parameters = [
  { key: 'stage', group: 'stage', kind: 'choice', live: false, options: ['supervised', 'rce', 'grpo'], default: 'supervised' },
  {
    key: 'warmStart', group: 'stage', kind: 'choice', live: false, options: ['scratch', 'v2'], default: 'scratch',
  },
  {
    key: 'learningRate', group: 'optimizer', kind: 'number', live: true, perReplica: true,
    min: 1e-6, max: 0.1, default: 3e-3, integer: false, scale: 'log',
    frameworks: { verl: 'optim.lr', TRL: 'learning_rate', 'ms-swift': '--learning_rate', transformers: 'learning_rate' },
  },
  {
    key: 'schedule', group: 'optimizer', kind: 'choice', live: false, options: ['constant', 'linear', 'cosine'], default: 'constant',
    frameworks: { verl: 'optim.lr_scheduler_type', TRL: 'lr_scheduler_type', 'ms-swift': '--lr_scheduler_type', transformers: 'lr_scheduler_type' },
  },
  {
    key: 'warmupSteps', group: 'optimizer', kind: 'number', live: false,
    min: 0, max: 1000, default: 0, integer: true, scale: 'linear', step: 1,
    frameworks: { verl: 'optim.lr_warmup_steps', TRL: 'warmup_steps', 'ms-swift': '--warmup_steps', transformers: 'warmup_steps' },
  },
  {
    key: 'minLearningRateRatio', group: 'optimizer', kind: 'number', live: false,
    min: 0, max: 1, default: 0, integer: false, scale: 'linear', step: 0.05, inert: constantSchedule,
    frameworks: { verl: 'optim.min_lr_ratio' },
  },
  {
    key: 'batchSize', group: 'optimizer', kind: 'number', live: false,
    min: 1, max: trainingQueries, default: 64, integer: true, scale: 'log',
    frameworks: { TRL: 'per_device_train_batch_size', 'ms-swift': '--per_device_train_batch_size', transformers: 'per_device_train_batch_size' },
  },
  {
    key: 'epochs', group: 'optimizer', kind: 'number', live: false,
    min: 1, max: 100, default: 20, integer: true, scale: 'log',
    frameworks: { verl: 'trainer.total_epochs', TRL: 'num_train_epochs', 'ms-swift': '--num_train_epochs', transformers: 'num_train_epochs' },
  },
  {
    key: 'maxGradNorm', group: 'optimizer', kind: 'number', live: true, perReplica: true,
    min: 0.01, max: 100, default: 1, integer: false, scale: 'log',
    frameworks: { verl: 'grad_clip', TRL: 'max_grad_norm', 'ms-swift': '--max_grad_norm', transformers: 'max_grad_norm' },
  },
  {
    key: 'dropout', group: 'regularisation', kind: 'number', live: true, perReplica: true,
    min: 0, max: 0.9, default: 0.5, integer: false, scale: 'linear', step: 0.05,
  },
  {
    key: 'attentionDropout', group: 'regularisation', kind: 'number', live: true, perReplica: true,
    min: 0, max: 0.9, default: 0.1, integer: false, scale: 'linear', step: 0.05,
  },
  {
    key: 'labelSmoothing', group: 'regularisation', kind: 'number', live: true, perReplica: true,
    min: 0, max: 0.5, default: 0, integer: false, scale: 'linear', step: 0.01,
    frameworks: { transformers: 'label_smoothing_factor' },
  },
  {
    key: 'weightDecay', group: 'regularisation', kind: 'number', live: true, perReplica: true,
    min: 1e-4, max: 1, default: 0.01, integer: false, scale: 'log', zero: true,
    frameworks: { verl: 'optim.weight_decay', TRL: 'weight_decay', 'ms-swift': '--weight_decay', transformers: 'weight_decay' },
  },
  {
    key: 'rewardNoise', group: 'rewards', kind: 'number', live: true, perReplica: true,
    min: 0, max: 5, default: 0.5, integer: false, scale: 'linear', step: 0.1, applies: rewarded,
  },
  {
    key: 'rewardTemperature', group: 'rewards', kind: 'number', live: true, perReplica: true,
    min: 0.05, max: 10, default: 0.5, integer: false, scale: 'log', applies: rewarded,
  },
  {
    key: 'grpoLearningRate', group: 'grpo', kind: 'number', live: true, perReplica: true,
    min: 1e-6, max: 0.1, default: 3e-4, integer: false, scale: 'log', applies: reinforced,
    frameworks: { verl: 'actor_rollout_ref.actor.optim.lr', TRL: 'learning_rate', 'ms-swift': '--learning_rate' },
  },
  {
    key: 'grpoEpochs', group: 'grpo', kind: 'number', live: false,
    min: 1, max: 50, default: 2, integer: true, scale: 'log', applies: reinforced,
    frameworks: { verl: 'trainer.total_epochs', TRL: 'num_train_epochs', 'ms-swift': '--num_train_epochs' },
  },
  {
    key: 'queriesPerStep', group: 'grpo', kind: 'number', live: false,
    min: 1, max: 128, default: 16, integer: true, scale: 'log', applies: reinforced,
    frameworks: { verl: 'data.train_batch_size', TRL: 'generation_batch_size', 'ms-swift': '--generation_batch_size' },
  },
  {
    key: 'rolloutN', group: 'grpo', kind: 'number', live: true,
    min: 2, max: 32, default: 8, integer: true, scale: 'linear', step: 1, applies: reinforced,
    frameworks: { verl: 'actor_rollout_ref.rollout.n', TRL: 'num_generations', 'ms-swift': '--num_generations' },
  },
  {
    key: 'innerEpochs', group: 'grpo', kind: 'number', live: false,
    min: 1, max: 8, default: 2, integer: true, scale: 'linear', step: 1, applies: reinforced,
    frameworks: { verl: 'actor_rollout_ref.actor.ppo_epochs', TRL: 'num_iterations', 'ms-swift': '--num_iterations' },
  },
  {
    key: 'klCoefficient', group: 'grpo', kind: 'number', live: true, perReplica: true,
    min: 1e-4, max: 1, default: 0.02, integer: false, scale: 'log', zero: true, applies: reinforced,
    frameworks: { verl: 'actor_rollout_ref.actor.kl_loss_coef', TRL: 'beta', 'ms-swift': '--beta' },
  },
  {
    key: 'clipLow', group: 'grpo', kind: 'number', live: true, perReplica: true,
    min: 0.01, max: 1, default: 0.2, integer: false, scale: 'linear', step: 0.01, applies: reinforced, inert: onPolicy,
    frameworks: { verl: 'actor_rollout_ref.actor.clip_ratio_low', TRL: 'epsilon', 'ms-swift': '--epsilon' },
  },
  {
    key: 'clipHigh', group: 'grpo', kind: 'number', live: true, perReplica: true,
    min: 0.01, max: 2, default: 0.2, integer: false, scale: 'linear', step: 0.01, applies: reinforced, inert: onPolicy,
    frameworks: { verl: 'actor_rollout_ref.actor.clip_ratio_high', TRL: 'epsilon_high', 'ms-swift': '--epsilon_high' },
  },
  { key: 'width', group: 'model', kind: 'number', live: false, min: 8, max: 64, values: [8, 16, 24, 32, 48, 64], default: 32, integer: true, scale: 'linear' },
  { key: 'layers', group: 'model', kind: 'number', live: false, min: 1, max: 4, default: 1, integer: true, scale: 'linear', step: 1 },
  { key: 'heads', group: 'model', kind: 'number', live: false, min: 1, max: 4, values: [1, 2, 4], default: 1, integer: true, scale: 'linear' },
  {
    key: 'poolSize', group: 'data', kind: 'number', live: false,
    min: 5, max: 32, default: 10, integer: true, scale: 'linear', step: 1,
    limit: largestPool,
  },
  { key: 'shotNum', group: 'data', kind: 'number', live: false, min: 1, max: 4, default: 2, integer: true, scale: 'linear', step: 1 },
  {
    key: 'steps', group: 'run', kind: 'number', live: false, min: 1, max: 60_000, default: 0, integer: true, scale: 'log', zero: true,
    frameworks: { verl: 'trainer.total_training_steps', TRL: 'max_steps', 'ms-swift': '--max_steps', transformers: 'max_steps' },
  },
  {
    key: 'validationEvery', group: 'run', kind: 'number', live: false, min: 0, max: 1000, default: 8, integer: true, scale: 'linear', step: 1,
    frameworks: { verl: 'trainer.test_freq', TRL: 'eval_steps', 'ms-swift': '--eval_steps', transformers: 'eval_steps' },
  },
  ...runParameters(),
] as const satisfies readonly ParameterEntry[];

export type PointerConfig = ConfigOf<typeof parameters>;
export const pointerConfig = configReader(parameters);
/** What a run goes through: cross-entropy on the best picks; on rewarded picks (RCE); or that and then GRPO. */
export type Stage = PointerConfig['stage'];

const rewardWeighted = { learningRate: 3e-4, batchSize: 1, epochs: 5, dropout: 0.1, labelSmoothing: 0.1, validationEvery: 128 } as const;

/** Each stage comes with the settings of the selector that was trained by it. */
export const stageDefaults = {
  supervised: {},
  rce: rewardWeighted,
  grpo: { ...rewardWeighted, validationEvery: 32 },
} as const;
