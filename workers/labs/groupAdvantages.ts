/** The `atol` of `torch.isclose`: a group whose own deviation is at most this is dead. */
export const deadDeviation = 1e-8;

/**
 * GRPO's advantages of one replica: reward minus the mean of its group, divided by a sample standard deviation
 * (n − 1) + epsilon: of the group (`group`), of all rewards (`batch`) or not at all (`none`, Dr. GRPO).
 * A group whose own deviation is at most 1e-8 is dead, as in TRL (`torch.isclose(std_rewards, 0)`): its advantages are
 * 0 whatever the scale, so that rewards which differ by rounding alone teach nothing.
 * Source: verl `compute_grpo_outcome_advantage`, TRL `scale_rewards`.
 *
 * @param rewards `[prompts × n]`, group by group
 * @param n responses a prompt, at least 2
 * @returns advantages in the same order, and the share of dead groups
 */
export function groupAdvantages(
  rewards: Float64Array,
  n: number,
  scale: 'group' | 'batch' | 'none',
  epsilon = 1e-4,
): { advantages: Float64Array; deadGroupFraction: number } {
  const groups = rewards.length / n;
  const advantages = new Float64Array(rewards.length);
  const batchDeviation = scale === 'batch' ? sampleDeviation(rewards) : 0;
  let dead = 0;
  for (let group = 0; group < groups; group++) {
    const members = rewards.subarray(group * n, (group + 1) * n);
    const ownDeviation = sampleDeviation(members);
    if (ownDeviation <= deadDeviation) {
      dead++;
      continue;
    }
    const average = mean(members);
    const deviation = scale === 'group' ? ownDeviation : batchDeviation;
    const divisor = scale === 'none' ? 1 : deviation + epsilon;
    for (let i = 0; i < n; i++) advantages[group * n + i] = (members[i]! - average) / divisor;
  }
  return { advantages, deadGroupFraction: dead / groups };
}

export function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** With n − 1. */
export function sampleDeviation(values: Float64Array): number {
  const average = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - average) ** 2, 0) / (values.length - 1));
}
