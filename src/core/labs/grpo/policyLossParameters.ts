import type { ParameterEntry } from '../../parameters.js';

/** What of a config decides what its policy loss reads. */
interface PolicyLossConfig {
  readonly innerEpochs: number;
  readonly miniBatches: number;
  readonly policyLoss: string;
  readonly clipping: boolean;
  readonly staleness: number;
  readonly rolloutPrecision: string;
  readonly topP: number;
  readonly topK: number;
  readonly rolloutCorrection: string;
  readonly klCoefficient: number;
  readonly klInReward: boolean;
  readonly klController: string;
}

/** With one update a rollout the ratio of new to old policy is 1, so nothing is clipped. */
function onPolicy({ innerEpochs, miniBatches }: PolicyLossConfig): string | undefined {
  return innerEpochs === 1 && miniBatches === 1 ? 'inert.onPolicy' : undefined;
}
function clips({ policyLoss }: PolicyLossConfig): boolean {
  return policyLoss !== 'kl-cov' && policyLoss !== 'gpg' && policyLoss !== 'sapo';
}
function withoutClip(config: PolicyLossConfig): string | undefined {
  return clips(config) ? onPolicy(config) : 'inert.lossWithoutClip';
}
function unclipped(config: PolicyLossConfig): string | undefined {
  return withoutClip(config) ?? (config.clipping ? undefined : 'inert.clippingOff');
}
function uncapped(config: PolicyLossConfig): string | undefined {
  return config.policyLoss === 'cispo' ? 'inert.lossWithoutClip' : unclipped(config);
}
/** These losses have clipping of another kind, or none: at a ratio of 1 they are the plain one. */
function sameLossOnPolicy(config: PolicyLossConfig): string | undefined {
  return config.policyLoss === 'clip' || config.policyLoss === 'clip-cov' ? undefined : onPolicy(config) && 'inert.sameLossOnPolicy';
}
function singlesOut({ policyLoss }: PolicyLossConfig): boolean {
  return policyLoss === 'clip-cov' || policyLoss === 'kl-cov';
}
function isClipCov({ policyLoss }: PolicyLossConfig): boolean {
  return policyLoss === 'clip-cov';
}
function isKlCov({ policyLoss }: PolicyLossConfig): boolean {
  return policyLoss === 'kl-cov';
}
function isSapo({ policyLoss }: PolicyLossConfig): boolean {
  return policyLoss === 'sapo';
}
/** The sampler's distribution is the trainer's but for rounding: every weight is 1. */
function withoutMismatch({ staleness, rolloutPrecision, topP, topK }: PolicyLossConfig): string | undefined {
  return staleness === 0 && rolloutPrecision === 'float32' && topP === 1 && topK === 0 ? 'inert.noMismatch' : undefined;
}
function corrects({ rolloutCorrection }: PolicyLossConfig): boolean {
  return rolloutCorrection !== 'off';
}
function hasKlInReward({ klInReward }: PolicyLossConfig): boolean {
  return klInReward;
}
function hasAdaptiveKl({ klInReward, klController }: PolicyLossConfig): boolean {
  return klInReward && klController === 'adaptive';
}
function klNotInLoss(config: PolicyLossConfig): string | undefined {
  return withoutKl(config) ?? (config.klInReward ? 'inert.klInReward' : undefined);
}
function withoutKl({ klCoefficient }: PolicyLossConfig): string | undefined {
  return klCoefficient === 0 ? 'inert.noKl' : undefined;
}

/** Whose weights sample. */
export const samplerParameters = [
  {
    key: 'staleness', group: 'rollout', kind: 'number', live: false,
    min: 0, max: 8, default: 0, integer: true, scale: 'linear', step: 1,
    frameworks: { verl: 'async_training.staleness_threshold' },
    aliases: ['asynchronous', 'off-policy'],
  },
  {
    key: 'rolloutPrecision', group: 'rollout', kind: 'choice', live: false, options: ['float32', 'bfloat16', 'fp8'], default: 'float32',
    frameworks: { verl: 'actor_rollout_ref.rollout.quantization' },
    aliases: ['quantization', 'dtype'],
  },
] as const satisfies readonly ParameterEntry[];

/** What the KL to the reference does beside its coefficient. */
export const klParameters = [
  {
    key: 'klEstimator', group: 'objective', kind: 'choice', live: false, options: ['k1', 'k2', 'k3'], default: 'k3', inert: withoutKl,
    frameworks: { verl: 'actor_rollout_ref.actor.kl_loss_type' },
  },
  {
    key: 'klCorrection', group: 'objective', kind: 'switch', live: false, default: false, inert: klNotInLoss,
    frameworks: { TRL: 'use_bias_correction_kl' },
  },
  {
    key: 'klInReward', group: 'objective', kind: 'switch', live: false, default: false, inert: withoutKl,
    frameworks: { verl: 'algorithm.use_kl_in_reward', 'ms-swift': '--kl_in_reward' },
  },
  {
    key: 'klController', group: 'objective', kind: 'choice', live: false, options: ['fixed', 'adaptive'], default: 'fixed',
    inert: withoutKl, applies: hasKlInReward,
    frameworks: { verl: 'algorithm.kl_ctrl.type' },
  },
  {
    key: 'klTarget', group: 'objective', kind: 'number', live: true, perReplica: true,
    min: 1e-4, max: 1, default: 0.1, integer: false, scale: 'log', inert: withoutKl, applies: hasAdaptiveKl,
    frameworks: { verl: 'algorithm.kl_ctrl.target_kl' },
  },
  {
    key: 'klHorizon', group: 'objective', kind: 'number', live: true, perReplica: true,
    min: 10, max: 100_000, default: 10_000, integer: true, scale: 'log', inert: withoutKl, applies: hasAdaptiveKl,
    frameworks: { verl: 'algorithm.kl_ctrl.horizon' },
  },
] as const satisfies readonly ParameterEntry[];

/** What the ratio of new to old probability makes of an advantage, and what corrects for another sampler. */
export const policyLossParameters = [
  {
    key: 'policyLoss', group: 'objective', kind: 'choice', live: false,
    options: ['clip', 'gspo', 'cispo', 'clip-cov', 'kl-cov', 'gpg', 'sapo'], default: 'clip', inert: sameLossOnPolicy,
    frameworks: { verl: 'actor_rollout_ref.actor.policy_loss.loss_mode', TRL: 'importance_sampling_level, loss_type', 'ms-swift': '--importance_sampling_level, --loss_type' },
    aliases: ['loss_mode'],
  },
  {
    key: 'clipping', group: 'objective', kind: 'switch', live: false, default: true,
    inert: withoutClip,
  },
  {
    key: 'clipLow', group: 'objective', kind: 'number', live: true, perReplica: true,
    min: 0.01, max: 1, default: 0.2, integer: false, scale: 'linear', step: 0.01, inert: unclipped,
    frameworks: { verl: 'actor_rollout_ref.actor.clip_ratio_low', TRL: 'epsilon', 'ms-swift': '--epsilon' },
    aliases: ['cliprange_low'],
  },
  {
    key: 'clipHigh', group: 'objective', kind: 'number', live: true, perReplica: true,
    min: 0.01, max: 2, default: 0.2, integer: false, scale: 'linear', step: 0.01, inert: unclipped,
    frameworks: { verl: 'actor_rollout_ref.actor.clip_ratio_high', TRL: 'epsilon_high', 'ms-swift': '--epsilon_high' },
    aliases: ['cliprange_high'],
  },
  {
    key: 'dualClip', group: 'objective', kind: 'number', live: true, perReplica: true,
    min: 1.1, max: 20, default: 0, integer: false, scale: 'linear', step: 0.1, zero: true, inert: uncapped,
    frameworks: { verl: 'actor_rollout_ref.actor.clip_ratio_c', TRL: 'delta', 'ms-swift': '--delta' },
  },
  {
    key: 'covarianceShare', group: 'objective', kind: 'number', live: true, perReplica: true,
    min: 1e-4, max: 0.5, default: 2e-4, integer: false, scale: 'log', applies: singlesOut,
    frameworks: { verl: 'actor_rollout_ref.actor.policy_loss.clip_cov_ratio, kl_cov_ratio' },
  },
  {
    key: 'covarianceLow', group: 'objective', kind: 'number', live: true, perReplica: true,
    min: 0, max: 10, default: 1, integer: false, scale: 'linear', step: 0.1, applies: isClipCov,
    frameworks: { verl: 'actor_rollout_ref.actor.policy_loss.clip_cov_lb' },
  },
  {
    key: 'covarianceHigh', group: 'objective', kind: 'number', live: true, perReplica: true,
    min: 0.1, max: 100, default: 5, integer: false, scale: 'log', applies: isClipCov,
    frameworks: { verl: 'actor_rollout_ref.actor.policy_loss.clip_cov_ub' },
  },
  {
    key: 'klCovCoefficient', group: 'objective', kind: 'number', live: true, perReplica: true,
    min: 1e-3, max: 10, default: 0.1, integer: false, scale: 'log', applies: isKlCov, inert: onPolicy,
    frameworks: { verl: 'actor_rollout_ref.actor.policy_loss.ppo_kl_coef' },
  },
  {
    key: 'sapoPositive', group: 'objective', kind: 'number', live: true, perReplica: true,
    min: 0.1, max: 10, default: 1, integer: false, scale: 'log', applies: isSapo, inert: onPolicy,
    frameworks: { verl: 'actor_rollout_ref.actor.tau_pos', TRL: 'sapo_temperature_pos', 'ms-swift': '--tau_pos' },
  },
  {
    key: 'sapoNegative', group: 'objective', kind: 'number', live: true, perReplica: true,
    min: 0.1, max: 10, default: 1.05, integer: false, scale: 'log', applies: isSapo, inert: onPolicy,
    frameworks: { verl: 'actor_rollout_ref.actor.tau_neg', TRL: 'sapo_temperature_neg', 'ms-swift': '--tau_neg' },
  },
  {
    key: 'rolloutCorrection', group: 'objective', kind: 'choice', live: false,
    options: ['off', 'token-truncate', 'sequence-truncate', 'sequence-mask'], default: 'off', inert: withoutMismatch,
    frameworks: { verl: 'algorithm.rollout_correction.rollout_is', TRL: 'vllm_importance_sampling_mode', 'ms-swift': '--rollout_importance_sampling_mode' },
    aliases: ['TIS', 'importance sampling'],
  },
  {
    key: 'rolloutCorrectionThreshold', group: 'objective', kind: 'number', live: true, perReplica: true,
    min: 1, max: 20, default: 2, integer: false, scale: 'linear', step: 0.1, applies: corrects, inert: withoutMismatch,
    frameworks: { verl: 'algorithm.rollout_correction.rollout_is_threshold', TRL: 'vllm_importance_sampling_clip_max', 'ms-swift': '--rollout_importance_sampling_threshold' },
  },
  {
    key: 'maskTruncated', group: 'objective', kind: 'switch', live: false, default: false,
    frameworks: { TRL: 'mask_truncated_completions', 'ms-swift': '--overlong_filter' },
    aliases: ['overlong_filter'],
  },
] as const satisfies readonly ParameterEntry[];
