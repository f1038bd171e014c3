import type { ParameterEntry } from '../../parameters.js';

interface OverlongConfig {
  readonly overlongBuffer: number;
  readonly maxResponseLength: number;
}

function longestBuffer({ maxResponseLength }: OverlongConfig): number {
  return maxResponseLength;
}
function withoutBuffer({ overlongBuffer }: OverlongConfig): string | undefined {
  return overlongBuffer === 0 ? 'inert.noOverlongBuffer' : undefined;
}

/** What training is told of a response beside its reward components: errors of the verifier, and a punishment of length. */
export const rewardParameters = [
  {
    key: 'verifierFalsePositive', group: 'rewards', kind: 'number', live: true, perReplica: true,
    min: 0, max: 0.5, default: 0, integer: false, scale: 'linear', step: 0.01,
    aliases: ['reward noise', 'noisy verifier'],
  },
  {
    key: 'verifierFalseNegative', group: 'rewards', kind: 'number', live: true, perReplica: true,
    min: 0, max: 0.5, default: 0, integer: false, scale: 'linear', step: 0.01,
    aliases: ['reward noise', 'noisy verifier'],
  },
  {
    key: 'overlongBuffer', group: 'rewards', kind: 'number', live: true, perReplica: true,
    min: 0, max: 20, default: 0, integer: true, scale: 'linear', step: 1, limit: longestBuffer,
    frameworks: { verl: 'reward.reward_kwargs.overlong_buffer_cfg.len', TRL: 'get_soft_overlong_punishment(soft_punish_cache)', 'ms-swift': '--soft_cache_length' },
    aliases: ['soft_overlong'],
  },
  {
    key: 'overlongPenalty', group: 'rewards', kind: 'number', live: true, perReplica: true,
    min: 0, max: 2, default: 1, integer: false, scale: 'linear', step: 0.05, inert: withoutBuffer,
    frameworks: { verl: 'reward.reward_kwargs.overlong_buffer_cfg.penalty_factor' },
  },
] as const satisfies readonly ParameterEntry[];
