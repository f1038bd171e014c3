import type { ParameterEntry } from '../../parameters.js';

/** What of a config decides how a reward becomes an advantage. */
interface AdvantageConfig {
  readonly advantageEstimator: string;
  readonly advantageScale: string;
}

function readsScale({ advantageEstimator }: AdvantageConfig): boolean {
  return advantageEstimator === 'grpo' || advantageEstimator === 'pass-k';
}
function ownScale(config: AdvantageConfig): string | undefined {
  return readsScale(config) ? undefined : 'inert.ownScale';
}
/** The best of a group stands alone, so that there is no batch of such differences to scale by. */
function availableScales({ advantageEstimator }: AdvantageConfig): readonly string[] {
  return advantageEstimator === 'pass-k' ? ['group', 'none'] : ['group', 'batch', 'none'];
}
/** Where no deviation divides, or one that has a floor of its own. */
function withoutFloor(config: AdvantageConfig): string | undefined {
  if (config.advantageEstimator === 'gdpo') return undefined;
  if (config.advantageEstimator === 'reinforce-baseline') return 'inert.ownFloor';
  return readsScale(config) && config.advantageScale !== 'none' ? undefined : 'inert.notDivided';
}

/** How the rewards of a group become advantages. */
export const advantageParameters = [
  {
    key: 'advantageEstimator', group: 'objective', kind: 'choice', live: false,
    options: ['grpo', 'rloo', 'reinforce-baseline', 'opo', 'pass-k', 'gdpo'], default: 'grpo',
    frameworks: { verl: 'algorithm.adv_estimator', TRL: 'multi_objective_aggregation', 'ms-swift': '--advantage_estimator' },
    aliases: ['reinforce_plus_plus_baseline', 'grpo_passk', 'normalize_then_sum', 'baseline'],
  },
  {
    key: 'advantageScale', group: 'objective', kind: 'choice', live: false, options: ['group', 'batch', 'none'], default: 'group',
    available: availableScales, inert: ownScale,
    frameworks: { verl: 'algorithm.norm_adv_by_std_in_grpo', TRL: 'scale_rewards', 'ms-swift': '--scale_rewards' },
  },
  {
    key: 'stdFloor', group: 'objective', kind: 'number', live: true, perReplica: true,
    min: 1e-6, max: 1e-4, values: [1e-6, 1e-4], default: 1e-4, integer: false, scale: 'log', inert: withoutFloor,
    aliases: ['epsilon', 'eps'],
  },
] as const satisfies readonly ParameterEntry[];
