import type { ParameterEntry } from '../../parameters.js';
import { configReader, type ConfigOf } from '../../typedConfig.js';
import { runParameters } from '../runParameters.js';

/** Pairs whose gradient makes one update: accumulating k batches is the same as one that is k times as large. */
export function pairsPerStep({ batchSize, gradientAccumulation, trainingPairs }: RewardModelConfig): number {
  return Math.min(batchSize * gradientAccumulation, trainingPairs);
}

/** Whole batches only: what is left over at an epoch's end waits for the next epoch's order. */
export function stepsPerEpoch(config: RewardModelConfig): number {
  return Math.floor(config.trainingPairs / pairsPerStep(config));
}

/** All epochs, or as many steps as `steps` allows. */
export function totalSteps(config: RewardModelConfig): number {
  const all = stepsPerEpoch(config) * config.epochs;
  return config.steps > 0 ? Math.min(config.steps, all) : all;
}

/** A number of steps given outright counts before the share, as in transformers. */
export function warmupStepsOf(config: RewardModelConfig): number {
  return config.warmupSteps > 0 ? config.warmupSteps : Math.ceil(config.warmupRatio * totalSteps(config));
}

function withoutAdapter({ adapter }: RewardModelConfig): string | undefined {
  return adapter === 'full' ? 'inert.full' : undefined;
}
function warmupInSteps({ warmupSteps }: RewardModelConfig): string | undefined {
  return warmupSteps > 0 ? 'inert.warmupSteps' : undefined;
}
function constantSchedule({ schedule }: RewardModelConfig): string | undefined {
  return schedule === 'constant' ? 'inert.constantSchedule' : undefined;
}

export const groups = ['optimizer', 'adapter', 'regularisation', 'objective', 'data', 'run'] as const;

export const parameters = [
  {
    key: 'learningRate', group: 'optimizer', kind: 'number', live: true, perReplica: true,
    min: 1e-5, max: 1, default: 3e-3, integer: false, scale: 'log',
    frameworks: { TRL: 'learning_rate', 'ms-swift': '--learning_rate' },
  },
  {
    key: 'schedule', group: 'optimizer', kind: 'choice', live: false, options: ['constant', 'linear', 'cosine'], default: 'linear',
    frameworks: { TRL: 'lr_scheduler_type', 'ms-swift': '--lr_scheduler_type' },
  },
  {
    key: 'warmupRatio', group: 'optimizer', kind: 'number', live: false,
    min: 0, max: 0.5, default: 0.1, integer: false, scale: 'linear', step: 0.01,
    inert: warmupInSteps,
    frameworks: { TRL: 'warmup_ratio', 'ms-swift': '--warmup_ratio' },
  },
  {
    key: 'warmupSteps', group: 'optimizer', kind: 'number', live: false,
    min: 0, max: 1000, default: 0, integer: true, scale: 'linear', step: 1,
    frameworks: { TRL: 'warmup_steps', 'ms-swift': '--warmup_steps' },
  },
  {
    key: 'minLearningRateRatio', group: 'optimizer', kind: 'number', live: false,
    min: 0, max: 1, default: 0, integer: false, scale: 'linear', step: 0.05,
    inert: constantSchedule,
    frameworks: { TRL: 'lr_scheduler_kwargs.min_lr_rate' },
  },
  {
    key: 'maxGradNorm', group: 'optimizer', kind: 'number', live: true, perReplica: true,
    min: 0.01, max: 100, default: 1, integer: false, scale: 'log',
    frameworks: { TRL: 'max_grad_norm', 'ms-swift': '--max_grad_norm' },
  },
  {
    key: 'batchSize', group: 'optimizer', kind: 'number', live: false,
    min: 1, max: 128, default: 16, integer: true, scale: 'log',
    frameworks: { TRL: 'per_device_train_batch_size', 'ms-swift': '--per_device_train_batch_size' },
  },
  {
    key: 'gradientAccumulation', group: 'optimizer', kind: 'number', live: false,
    min: 1, max: 16, default: 1, integer: true, scale: 'linear', step: 1,
    frameworks: { TRL: 'gradient_accumulation_steps', 'ms-swift': '--gradient_accumulation_steps' },
  },
  {
    key: 'adapter', group: 'adapter', kind: 'choice', live: false, options: ['lora', 'dora', 'full'], default: 'lora',
    frameworks: { PEFT: 'use_dora', TRL: 'use_peft, use_dora', 'ms-swift': '--tuner_type, --use_dora' },
  },
  {
    key: 'rank', group: 'adapter', kind: 'number', live: false,
    min: 1, max: 64, default: 8, integer: true, scale: 'log', inert: withoutAdapter,
    frameworks: { PEFT: 'r', TRL: 'lora_r', 'ms-swift': '--lora_rank' },
  },
  {
    key: 'alpha', group: 'adapter', kind: 'number', live: false, perReplica: true,
    min: 1, max: 256, default: 16, integer: false, scale: 'log', inert: withoutAdapter,
    frameworks: { PEFT: 'lora_alpha', TRL: 'lora_alpha', 'ms-swift': '--lora_alpha' },
  },
  {
    key: 'rankStabilized', group: 'adapter', kind: 'switch', live: false, default: false, inert: withoutAdapter,
    frameworks: { PEFT: 'use_rslora', TRL: 'use_rslora', 'ms-swift': '--use_rslora' },
  },
  {
    key: 'adapterDropout', group: 'regularisation', kind: 'number', live: true, perReplica: true,
    min: 0, max: 0.9, default: 0.1, integer: false, scale: 'linear', step: 0.05, inert: withoutAdapter,
    frameworks: { PEFT: 'lora_dropout', TRL: 'lora_dropout', 'ms-swift': '--lora_dropout' },
  },
  {
    key: 'dropout', group: 'regularisation', kind: 'number', live: true, perReplica: true,
    min: 0, max: 0.9, default: 0.1, integer: false, scale: 'linear', step: 0.05,
    frameworks: { transformers: 'classifier_dropout', TRL: 'disable_dropout' },
  },
  {
    key: 'labelSmoothing', group: 'regularisation', kind: 'number', live: true, perReplica: true,
    min: 0, max: 0.5, default: 0, integer: false, scale: 'linear', step: 0.01,
    frameworks: { 'TRL (DPOConfig)': 'label_smoothing' },
  },
  {
    key: 'weightDecay', group: 'regularisation', kind: 'number', live: true, perReplica: true,
    min: 1e-4, max: 1, default: 0, integer: false, scale: 'log', zero: true,
    frameworks: { TRL: 'weight_decay', 'ms-swift': '--weight_decay' },
  },
  {
    key: 'margin', group: 'objective', kind: 'number', live: true, perReplica: true,
    min: 0, max: 5, default: 0, integer: false, scale: 'linear', step: 0.1,
    frameworks: { TRL: 'margin (dataset column)' },
  },
  {
    key: 'centerRewardsCoefficient', group: 'objective', kind: 'number', live: true, perReplica: true,
    min: 1e-4, max: 1, default: 0, integer: false, scale: 'log', zero: true,
    frameworks: { TRL: 'center_rewards_coefficient', 'ms-swift': '--center_rewards_coefficient' },
  },
  {
    key: 'trainingPairs', group: 'data', kind: 'number', live: false,
    min: 16, max: 4096, default: 512, integer: true, scale: 'log',
    frameworks: { TRL: 'train_dataset', 'ms-swift': '--dataset' },
  },
  {
    key: 'validationPairs', group: 'data', kind: 'number', live: false,
    min: 50, max: 3000, default: 500, integer: true, scale: 'log',
    frameworks: { TRL: 'eval_dataset', 'ms-swift': '--val_dataset' },
  },
  {
    key: 'labelNoise', group: 'data', kind: 'number', live: false, perReplica: true,
    min: 0, max: 0.5, default: 0.1, integer: false, scale: 'linear', step: 0.01,
  },
  {
    key: 'beta', group: 'data', kind: 'number', live: false, perReplica: true,
    min: 0.1, max: 20, default: 1, integer: false, scale: 'log',
  },
  {
    key: 'epochs', group: 'run', kind: 'number', live: false,
    min: 1, max: 50, default: 4, integer: true, scale: 'linear', step: 1,
    frameworks: { TRL: 'num_train_epochs', 'ms-swift': '--num_train_epochs' },
  },
  {
    key: 'steps', group: 'run', kind: 'number', live: false,
    min: 1, max: 5000, default: 0, integer: true, scale: 'log', zero: true,
    frameworks: { TRL: 'max_steps', 'ms-swift': '--max_steps' },
  },
  {
    key: 'validationEvery', group: 'run', kind: 'number', live: false,
    min: 0, max: 1000, default: 8, integer: true, scale: 'linear', step: 1,
    frameworks: { TRL: 'eval_steps', 'ms-swift': '--eval_steps' },
  },
  ...runParameters(),
] as const satisfies readonly ParameterEntry[];

export type RewardModelConfig = ConfigOf<typeof parameters>;
export type Adapter = RewardModelConfig['adapter'];
export const rewardModelConfig = configReader(parameters);
