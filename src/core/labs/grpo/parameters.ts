import type { ParameterEntry } from '../../parameters.js';
import { configReader, type ChangeOf, type ConfigOf } from '../../typedConfig.js';
import { runParameters } from '../runParameters.js';
import { klParameters, policyLossParameters, samplerParameters } from './policyLossParameters.js';
import { advantageParameters } from './advantageParameters.js';
import { rewardParameters } from './rewardParameters.js';

/** The reward components of each task, in the order in which the task scores them. */
export const taskRewards = {
  'tool-choice': ['answer', 'hedge', 'format'],
  'running-sum': ['answer', 'format', 'brevity'],
  'mini-vqa': ['format', 'answer', 'plane', 'modality', 'caption'],
} as const;

export type TaskId = keyof typeof taskRewards;

/** All components, in the order in which their weights and metrics are shown. */
export const rewardNames = ['answer', 'hedge', 'format', 'brevity', 'plane', 'modality', 'caption'] as const;
export type RewardName = (typeof rewardNames)[number];

const warmStarts = {
  'tool-choice': ['tool-choice', 'train'],
  'running-sum': ['running-sum-long', 'running-sum-short', 'train'],
  'mini-vqa': ['mini-vqa', 'train'],
} as const;

function availableWarmStarts({ task }: GrpoConfig): readonly string[] {
  return warmStarts[task];
}
function trainsWarmStart({ warmStart }: GrpoConfig): boolean {
  return warmStart === 'train';
}
function longestResponse({ task }: GrpoConfig): number {
  return task === 'tool-choice' ? 10 : 20;
}
export function hasReward(name: RewardName): (config: GrpoConfig) => boolean {
  return ({ task }) => taskRewards[task].some((reward) => reward === name);
}
function endlessSchedule({ schedule }: GrpoConfig): string | undefined {
  if (schedule === 'constant') return 'inert.constantSchedule';
  return schedule === 'inverse-sqrt' ? 'inert.inverseSqrt' : undefined;
}
function isWarmupStableDecay({ schedule }: GrpoConfig): boolean {
  return schedule === 'warmup-stable-decay';
}
function restarts({ schedule }: GrpoConfig): boolean {
  return schedule === 'cosine-restarts';
}
function filters({ filterGroups }: GrpoConfig): boolean {
  return filterGroups;
}

export const groups = ['optimizer', 'rollout', 'objective', 'regularisation', 'rewards', 'data', 'run'] as const;

export const parameters = [
  {
    key: 'task', group: 'data', kind: 'choice', live: false,
    options: ['tool-choice', 'running-sum', 'mini-vqa'], default: 'tool-choice',
    frameworks: { verl: 'data.train_files', TRL: 'train_dataset', 'ms-swift': '--dataset' },
  },
  {
    key: 'learningRate', group: 'optimizer', kind: 'number', live: true, perReplica: true,
    min: 1e-6, max: 0.1, default: 5e-4, integer: false, scale: 'log',
    frameworks: { verl: 'actor_rollout_ref.actor.optim.lr', TRL: 'learning_rate', 'ms-swift': '--learning_rate' },
  },
  {
    key: 'schedule', group: 'optimizer', kind: 'choice', live: false,
    options: ['constant', 'linear', 'cosine', 'cosine-restarts', 'inverse-sqrt', 'warmup-stable-decay'], default: 'constant',
    frameworks: { verl: 'actor_rollout_ref.actor.optim.lr_scheduler_type', TRL: 'lr_scheduler_type', 'ms-swift': '--lr_scheduler_type' },
  },
  {
    key: 'warmupSteps', group: 'optimizer', kind: 'number', live: false,
    min: 0, max: 1000, default: 0, integer: true, scale: 'linear', step: 1,
    frameworks: { verl: 'actor_rollout_ref.actor.optim.lr_warmup_steps', TRL: 'warmup_steps', 'ms-swift': '--warmup_steps' },
  },
  {
    key: 'minLearningRateRatio', group: 'optimizer', kind: 'number', live: false,
    min: 0, max: 1, default: 0, integer: false, scale: 'linear', step: 0.05, inert: endlessSchedule,
    frameworks: { verl: 'actor_rollout_ref.actor.optim.min_lr_ratio' },
  },
  {
    key: 'decaySteps', group: 'optimizer', kind: 'number', live: false,
    min: 1, max: 1000, default: 30, integer: true, scale: 'linear', step: 1, applies: isWarmupStableDecay,
    frameworks: {
      verl: 'actor_rollout_ref.actor.optim.lr_wsd_decay_steps', TRL: 'lr_scheduler_kwargs.num_decay_steps',
      'ms-swift': '--lr_scheduler_kwargs num_decay_steps',
    },
    aliases: ['WSD'],
  },
  {
    key: 'restarts', group: 'optimizer', kind: 'number', live: false,
    min: 1, max: 20, default: 3, integer: true, scale: 'linear', step: 1, applies: restarts,
    frameworks: { TRL: 'lr_scheduler_kwargs.num_cycles', 'ms-swift': '--lr_scheduler_kwargs num_cycles' },
  },
  {
    key: 'maxGradNorm', group: 'optimizer', kind: 'number', live: true, perReplica: true,
    min: 0.01, max: 100, default: 1, integer: false, scale: 'log',
    frameworks: { verl: 'actor_rollout_ref.actor.grad_clip', TRL: 'max_grad_norm', 'ms-swift': '--max_grad_norm' },
  },
  {
    key: 'beta1', group: 'optimizer', kind: 'number', live: true,
    min: 0, max: 0.99, default: 0.9, integer: false, scale: 'linear', step: 0.01,
    frameworks: { verl: 'actor_rollout_ref.actor.optim.betas[0]', TRL: 'adam_beta1', 'ms-swift': '--adam_beta1' },
    aliases: ['momentum'],
  },
  {
    key: 'beta2', group: 'optimizer', kind: 'number', live: true,
    min: 0.5, max: 0.9999, default: 0.999, integer: false, scale: 'linear', step: 0.001,
    frameworks: { verl: 'actor_rollout_ref.actor.optim.betas[1]', TRL: 'adam_beta2', 'ms-swift': '--adam_beta2' },
  },
  {
    key: 'epsilon', group: 'optimizer', kind: 'number', live: true,
    min: 1e-12, max: 0.1, default: 1e-8, integer: false, scale: 'log',
    frameworks: { verl: 'actor_rollout_ref.actor.optim.override_optimizer_config.eps', TRL: 'adam_epsilon', 'ms-swift': '--adam_epsilon' },
    aliases: ['adam eps'],
  },
  {
    key: 'innerEpochs', group: 'optimizer', kind: 'number', live: false,
    min: 1, max: 8, default: 1, integer: true, scale: 'linear', step: 1,
    frameworks: { verl: 'actor_rollout_ref.actor.ppo_epochs', TRL: 'num_iterations', 'ms-swift': '--num_iterations' },
  },
  {
    key: 'miniBatches', group: 'optimizer', kind: 'number', live: false,
    min: 1, max: 8, default: 1, integer: true, scale: 'linear', step: 1,
    frameworks: { verl: 'actor_rollout_ref.actor.ppo_mini_batch_size', TRL: 'steps_per_generation', 'ms-swift': '--steps_per_generation' },
    aliases: ['ppo_mini_batch_size'],
  },
  {
    key: 'promptsPerStep', group: 'rollout', kind: 'number', live: true,
    min: 1, max: 32, default: 8, integer: true, scale: 'linear', step: 1,
    frameworks: { verl: 'data.train_batch_size', TRL: 'generation_batch_size', 'ms-swift': '--generation_batch_size' },
  },
  {
    key: 'rolloutN', group: 'rollout', kind: 'number', live: true,
    min: 2, max: 32, default: 4, integer: true, scale: 'linear', step: 1,
    frameworks: { verl: 'actor_rollout_ref.rollout.n', TRL: 'num_generations', 'ms-swift': '--num_generations' },
    aliases: ['group size'],
  },
  {
    key: 'temperature', group: 'rollout', kind: 'number', live: true, perReplica: true,
    min: 0.1, max: 2, default: 1, integer: false, scale: 'linear', step: 0.05,
    frameworks: { verl: 'actor_rollout_ref.rollout.temperature', TRL: 'temperature', 'ms-swift': '--temperature' },
  },
  {
    key: 'topP', group: 'rollout', kind: 'number', live: true, perReplica: true,
    min: 0.05, max: 1, default: 1, integer: false, scale: 'linear', step: 0.05,
    frameworks: { verl: 'actor_rollout_ref.rollout.top_p', TRL: 'top_p', 'ms-swift': '--top_p' },
  },
  {
    key: 'topK', group: 'rollout', kind: 'number', live: true, perReplica: true,
    min: 0, max: 40, default: 0, integer: true, scale: 'linear', step: 1,
    frameworks: { verl: 'actor_rollout_ref.rollout.top_k', TRL: 'top_k', 'ms-swift': '--top_k' },
  },
  {
    key: 'maxResponseLength', group: 'rollout', kind: 'number', live: false,
    min: 1, max: 20, default: 20, integer: true, scale: 'linear', step: 1,
    limit: longestResponse,
    frameworks: { verl: 'data.max_response_length', TRL: 'max_completion_length', 'ms-swift': '--max_completion_length' },
    aliases: ['max_tokens', 'max_new_tokens'],
  },
  ...samplerParameters,
  {
    key: 'filterGroups', group: 'rollout', kind: 'switch', live: false, default: false,
    frameworks: { verl: 'algorithm.filter_groups.enable', 'ms-swift': '--dynamic_sample' },
    aliases: ['dynamic sampling', 'DAPO'],
  },
  {
    key: 'maxGenerationBatches', group: 'rollout', kind: 'number', live: true,
    min: 1, max: 10, default: 3, integer: true, scale: 'linear', step: 1, applies: filters,
    frameworks: { verl: 'algorithm.filter_groups.max_num_gen_batches', 'ms-swift': '--max_resample_times' },
  },
  {
    key: 'klCoefficient', group: 'objective', kind: 'number', live: true, perReplica: true,
    min: 1e-4, max: 1, default: 0, integer: false, scale: 'log', zero: true,
    frameworks: { verl: 'actor_rollout_ref.actor.kl_loss_coef', TRL: 'beta', 'ms-swift': '--beta' },
    aliases: ['kl_coef'],
  },
  ...klParameters,
  {
    key: 'entropyCoefficient', group: 'objective', kind: 'number', live: true, perReplica: true,
    min: 1e-4, max: 1, default: 0, integer: false, scale: 'log', zero: true,
    frameworks: { verl: 'actor_rollout_ref.actor.entropy_coeff', TRL: 'entropy_coef' },
  },
  {
    key: 'entropyTarget', group: 'objective', kind: 'number', live: true, perReplica: true,
    min: 0, max: 2, default: 0, integer: false, scale: 'linear', step: 0.05,
    frameworks: { TRL: 'entropy_target' },
    aliases: ['use_adaptive_entropy'],
  },
  ...advantageParameters,
  {
    key: 'aggregation', group: 'objective', kind: 'choice', live: false,
    options: ['token-mean', 'seq-mean-token-mean', 'seq-mean-token-sum', 'seq-mean-token-sum-norm'], default: 'token-mean',
    frameworks: { verl: 'actor_rollout_ref.actor.loss_agg_mode', TRL: 'loss_type', 'ms-swift': '--loss_type' },
  },
  ...policyLossParameters,
  {
    key: 'weightDecay', group: 'regularisation', kind: 'number', live: true, perReplica: true,
    min: 1e-4, max: 1, default: 0, integer: false, scale: 'log', zero: true,
    frameworks: { verl: 'actor_rollout_ref.actor.optim.weight_decay', TRL: 'weight_decay', 'ms-swift': '--weight_decay' },
  },
  { key: 'dropout', group: 'regularisation', kind: 'number', live: true, perReplica: true, min: 0, max: 0.9, default: 0, integer: false, scale: 'linear', step: 0.05,
    frameworks: { TRL: 'lora_dropout', 'ms-swift': '--lora_dropout' } },
  {
    key: 'labelSmoothing', group: 'regularisation', kind: 'number', live: true, perReplica: true,
    min: 0, max: 0.5, default: 0, integer: false, scale: 'linear', step: 0.01,
    frameworks: { transformers: 'label_smoothing_factor' },
  },
  ...rewardNames.map(
    (name) => ({
      key: `rewardWeights.${name}`, group: 'rewards', kind: 'number', live: true,
      min: 0, max: 2, default: 0, integer: false, scale: 'linear', step: 0.05, applies: hasReward(name),
      frameworks: { TRL: 'reward_weights', 'ms-swift': '--reward_weights' },
    }) as const,
  ),
  ...rewardParameters,
  { key: 'trainingPrompts', group: 'data', kind: 'number', live: false, min: 4, max: 512, default: 64, integer: true, scale: 'log' },
  {
    key: 'warmStart', group: 'data', kind: 'choice', live: false,
    options: ['tool-choice', 'running-sum-long', 'running-sum-short', 'mini-vqa', 'train'], default: 'tool-choice',
    available: availableWarmStarts,
  },
  { key: 'warmStartDropout', group: 'data', kind: 'number', live: false, min: 0, max: 0.9, default: 0, integer: false, scale: 'linear', step: 0.05, applies: trainsWarmStart },
  { key: 'warmStartLabelSmoothing', group: 'data', kind: 'number', live: false, min: 0, max: 0.5, default: 0, integer: false, scale: 'linear', step: 0.01, applies: trainsWarmStart },
  { key: 'width', group: 'data', kind: 'number', live: false, min: 8, max: 64, values: [8, 16, 24, 32, 48, 64], default: 32, integer: true, scale: 'linear', applies: trainsWarmStart },
  { key: 'layers', group: 'data', kind: 'number', live: false, min: 1, max: 4, default: 2, integer: true, scale: 'linear', step: 1, applies: trainsWarmStart },
  { key: 'heads', group: 'data', kind: 'number', live: false, min: 1, max: 4, values: [1, 2, 4], default: 2, integer: true, scale: 'linear', applies: trainsWarmStart },
  { key: 'steps', group: 'run', kind: 'number', live: false, min: 1, max: 5000, default: 120, integer: true, scale: 'log',
    frameworks: { verl: 'trainer.total_training_steps', TRL: 'max_steps', 'ms-swift': '--max_steps' } },
  { key: 'validationEvery', group: 'run', kind: 'number', live: false, min: 0, max: 1000, default: 10, integer: true, scale: 'linear', step: 1,
    frameworks: { verl: 'trainer.test_freq', TRL: 'eval_steps', 'ms-swift': '--eval_steps' } },
  ...runParameters('webgpu'),
] as const satisfies readonly ParameterEntry[];

export type GrpoConfig = ConfigOf<typeof parameters>;
export const grpoConfig = configReader(parameters);

export const taskDefaults: Readonly<Record<TaskId, ChangeOf<GrpoConfig>>> = {
  'tool-choice': {
    learningRate: 1e-3, klCoefficient: 0.03, steps: 150, maxResponseLength: 10, trainingPrompts: 128, warmStart: 'tool-choice',
    'rewardWeights.answer': 1, 'rewardWeights.hedge': 0.5,
  },
  'running-sum': {
    learningRate: 5e-4, klCoefficient: 0.02, schedule: 'cosine', warmupSteps: 10, minLearningRateRatio: 0.1,
    steps: 120, trainingPrompts: 64, warmStart: 'running-sum-long', 'rewardWeights.answer': 1, 'rewardWeights.brevity': 0.1,
  },
  'mini-vqa': {
    learningRate: 5e-4, steps: 150, trainingPrompts: 96, warmStart: 'mini-vqa', 'rewardWeights.format': 0.2, 'rewardWeights.answer': 0.2,
    'rewardWeights.plane': 0.2, 'rewardWeights.modality': 0.2, 'rewardWeights.caption': 0.2,
  },
};
