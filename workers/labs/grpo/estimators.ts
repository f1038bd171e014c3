import type { GrpoConfig } from '../../../src/core/labs/grpo/parameters.js';
import { deadDeviation, groupAdvantages, mean, sampleDeviation } from '../groupAdvantages.js';

export type AdvantageEstimator = GrpoConfig['advantageEstimator'];

/** One replica's rewards, group by group: G groups of n responses. */
export interface GroupedRewards {
  readonly n: number;
  /** What each response earned in all, `[G · n]`. */
  readonly rewards: Float64Array;
  /** Tokens a response, `[G · n]`. */
  readonly lengths: ArrayLike<number>;
  /** What the rewards are weighted sums of, each `[G · n]`. */
  readonly components: readonly { readonly weight: number; readonly values: Float64Array }[];
}

export interface AdvantageOptions {
  readonly estimator: AdvantageEstimator;
  /** What `grpo` and `pass-k` divide by; `batch` is of `grpo` alone. */
  readonly scale: GrpoConfig['advantageScale'];
  /** Added to a standard deviation that divides. */
  readonly floor: number;
}

type Estimate = (batch: GroupedRewards, options: AdvantageOptions) => Float64Array;

/** Added to the variance when advantages are whitened, whatever the floor is: verl `masked_whiten`. */
const whiteningFloor = 1e-8;

/**
 * Each response's advantage, `[G · n]`; the same for all its tokens. Groups that are dead count as 0 before anything is
 * taken over the batch, so that rewards which differ by rounding alone teach nothing. Sources: verl's `core_algos.py`
 * (`compute_<name>_outcome_advantage`), for `gdpo` TRL 1.13.
 */
export function estimateAdvantages(batch: GroupedRewards, options: AdvantageOptions): Float64Array {
  return estimates[options.estimator](batch, options);
}

/**
 * Whether each group teaches anything: not where its rewards, or for `gdpo` all components with a weight, deviate by
 * 1e-8 or less from their mean.
 */
export function liveGroups(batch: GroupedRewards, estimator: AdvantageEstimator): boolean[] {
  const { n, rewards } = batch;
  const told = estimator === 'gdpo' ? batch.components.filter(({ weight }) => weight !== 0).map(({ values }) => values) : [rewards];
  return Array.from({ length: rewards.length / n }, (_, group) => told.some((values) => isLive(groupOf(values, n, group))));
}

const estimates: Readonly<Record<AdvantageEstimator, Estimate>> = {
  grpo: ({ rewards, n }, { scale, floor }) => groupAdvantages(rewards, n, scale, floor).advantages,

  /** Reward minus the mean of the others of its group (Ahmadian et al. 2024). */
  rloo: (batch) => {
    const { n } = batch;
    return eachLiveGroup(batch, (rewards) => centred(rewards).map((value) => (value * n) / (n - 1)));
  },

  /** REINFORCE++ with a baseline (Hu 2025): reward minus the mean of its group, whitened over all tokens of the batch. */
  'reinforce-baseline': (batch) => whitenTokens(eachLiveGroup(batch, centred), batch.lengths),

  /** On-policy optimal baseline (Hao et al. 2025): reward minus the group's mean reward a token. */
  opo: (batch) =>
    eachLiveGroup(batch, (rewards, first) => {
      let tokens = 0;
      let earned = 0;
      rewards.forEach((reward, i) => {
        tokens += batch.lengths[first + i]!;
        earned += batch.lengths[first + i]! * reward;
      });
      return rewards.map((reward) => reward - earned / tokens);
    }),

  /** For pass@k (Walder & Karkhanis 2025): the best of a group has what it is ahead of the second, all others 0. */
  'pass-k': (batch, { scale, floor }) =>
    eachLiveGroup(batch, (rewards) => {
      const best = rewards.indexOf(Math.max(...rewards));
      const second = Math.max(...rewards.filter((_, i) => i !== best));
      const divisor = scale === 'none' ? 1 : sampleDeviation(rewards) + floor;
      return rewards.map((reward, i) => (i === best ? (reward - second) / divisor : 0));
    }),

  /**
   * GDPO (Liu et al. 2026), as TRL's `normalize_then_sum`: each component normalised within its group, their weighted
   * sum normalised over the responses of the batch. verl's `gdpo` differs in that last step: it whitens over all tokens,
   * so that long responses count for more in mean and deviation, which moves groups that are dead, too.
   */
  gdpo: (batch, { floor }) => {
    const { n, components } = batch;
    const sums = new Float64Array(batch.rewards.length);
    for (const { weight, values } of components) {
      for (let first = 0; first < values.length; first += n) {
        const members = values.subarray(first, first + n);
        if (!isLive(members)) continue;
        const divisor = sampleDeviation(members) + floor;
        centred(members).forEach((value, i) => (sums[first + i]! += (weight * value) / divisor));
      }
    }
    const average = mean(sums);
    const divisor = sampleDeviation(sums) + floor;
    const live = liveGroups(batch, 'gdpo');
    return sums.map((value, i) => (live[Math.floor(i / n)] ? (value - average) / divisor : 0));
  },
};

const groupOf = (values: Float64Array, n: number, group: number): Float64Array => values.subarray(group * n, (group + 1) * n);
const isLive = (members: Float64Array): boolean => sampleDeviation(members) > deadDeviation;

function centred(values: Float64Array): Float64Array {
  const average = mean(values);
  return values.map((value) => value - average);
}

/** What `advantagesOf` makes of the rewards of each group, whose first response is number `first`; 0 of dead ones. */
function eachLiveGroup(
  { rewards, n }: GroupedRewards,
  advantagesOf: (rewards: Float64Array, first: number) => Float64Array,
): Float64Array {
  const advantages = new Float64Array(rewards.length);
  for (let first = 0; first < rewards.length; first += n) {
    const members = rewards.subarray(first, first + n);
    if (isLive(members)) advantages.set(advantagesOf(members, first), first);
  }
  return advantages;
}

/** To mean 0 and sample variance 1 over tokens, each of which has the value of its response. */
function whitenTokens(values: Float64Array, lengths: ArrayLike<number>): Float64Array {
  const overTokens = (value: (i: number) => number): number => values.reduce((sum, _, i) => sum + lengths[i]! * value(i), 0);
  const tokens = overTokens(() => 1);
  const average = overTokens((i) => values[i]!) / tokens;
  // verl refuses a batch of one token.
  const variance = overTokens((i) => (values[i]! - average) ** 2) / Math.max(1, tokens - 1);
  return values.map((value) => (value - average) / Math.sqrt(variance + whiteningFloor));
}
