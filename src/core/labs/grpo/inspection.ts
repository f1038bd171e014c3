import type { Inspection } from '../../protocol.js';
import type { RewardName } from './parameters.js';

/** The responses of the last step, group by group. */
export interface RolloutInspection extends Inspection {
  readonly kind: 'rollouts';
  /** The text of each token. */
  readonly vocabulary: readonly string[];
  readonly groups: readonly {
    readonly prompt: readonly number[];
    /** A right response's decisive part (the answer), as tokens. */
    readonly expected: readonly number[];
    readonly responses: readonly {
      /** Up to and with the end-of-sequence token. */
      readonly tokens: readonly number[];
      /** Under the sampling distribution, one a token, nats. */
      readonly logProbs: readonly number[];
      /** The entropy of the distribution that each token was drawn from, nats. */
      readonly entropies: readonly number[];
      /** The task's reward components, before weights. */
      readonly rewards: readonly { readonly name: RewardName; readonly value: number }[];
      /** Weighted sum. */
      readonly reward: number;
      readonly advantage: number;
    }[];
  }[];
}
