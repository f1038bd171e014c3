import type { ChangeOf } from '../../typedConfig.js';
import type { GrpoConfig } from './parameters.js';

/** What is compared with the plain way, one change each: other baselines of a reward, other losses, other groups. */
export const family: readonly { readonly id: string; readonly change: ChangeOf<GrpoConfig> }[] = [
  { id: 'plain', change: {} },
  ...(['rloo', 'reinforce-baseline', 'opo', 'pass-k', 'gdpo'] as const).map((advantageEstimator) => ({
    id: advantageEstimator, change: { advantageEstimator },
  })),
  ...(['gspo', 'cispo', 'clip-cov', 'kl-cov', 'gpg', 'sapo'] as const).map((policyLoss) => ({ id: policyLoss, change: { policyLoss } })),
  { id: 'filterGroups', change: { filterGroups: true } },
];
