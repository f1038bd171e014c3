import type { HealthyRun } from '../../../findings/underfitting.js';
import { rewardNames, taskRewards, type GrpoConfig, type RewardName } from '../parameters.js';
import type { ReadMetric } from '../../../findings/detector.js';

/** The live knobs on which the scale of `reward` and `validation.reward` depends. */
export const rewardWeightKeys = rewardNames.map((name) => `rewardWeights.${name}` as const);

const weight = (config: GrpoConfig, name: RewardName): number => Math.max(0, config[`rewardWeights.${name}`]);

/** In `running-sum`, of the shortest right answer, which takes 4 tokens, and of a single token. */
const brevity = { answer: 0.8, token: 0.95 };

/**
 * The largest reward that the weights allow. A response to `tool-choice` either answers or hedges, and one to `running-sum`
 * cannot be right and as brief as can be.
 */
export function largestReward(config: GrpoConfig): number {
  const { task } = config;
  const of = (name: RewardName): number => weight(config, name);
  if (task === 'tool-choice') return Math.max(of('answer'), of('hedge')) + of('format');
  if (task === 'running-sum') {
    return Math.max(of('answer') + of('format') + brevity.answer * of('brevity'), brevity.token * of('brevity'));
  }
  return taskRewards[task].reduce((sum, name) => sum + of(name), 0);
}

/** What is earned in `tool-choice` by hedging always. */
export function hedgeReward(config: GrpoConfig): number | undefined {
  return config.task === 'tool-choice' ? weight(config, 'hedge') + weight(config, 'format') : undefined;
}

/** Learning rates of the healthy runs and the scores that they end at, means over 5 or more seeds. */
const healthyRuns = {
  'tool-choice': { learningRate: 1e-3, reaches: 0.94 },
  'running-sum': { learningRate: 5e-4, reaches: 0.88 },
  'mini-vqa': { learningRate: 5e-4, reaches: 0.9 },
} as const;

/** How runs of this task learn; those of the short answerer want more time, and a smaller step. */
export function healthyRun({ task, warmStart }: GrpoConfig): HealthyRun {
  return warmStart === 'running-sum-short' ? { learningRate: 3e-4, reaches: 0.84 } : healthyRuns[task];
}

/** How well a run does, 0 to 1: the share of right answers, or for the other tasks the share of the largest reward. */
export function scores(config: GrpoConfig): Record<'training' | 'validation', (read: ReadMetric) => number> {
  if (config.task === 'running-sum') {
    return { training: (read) => read('reward.answer'), validation: (read) => read('validation.answer') };
  }
  const largest = largestReward(config);
  return { training: (read) => read('reward') / largest, validation: (read) => read('validation.reward') / largest };
}

/** Training samples from less than the policy's whole distribution, which validation does not. */
export function narrowsSampling(config: GrpoConfig): boolean {
  return config.temperature < 1 || config.topP < 1 || config.topK > 0;
}

/** Whether the mean reward is below what even a safe reply would earn. */
export const earnsNothing = (config: GrpoConfig, reward: number): boolean => reward < 0.2 * largestReward(config);

/**
 * Whether the policy could still choose any tool in `tool-choice`. Runs that collapse have less than .2 nats left at the
 * deciding token when nine groups of ten are dead.
 */
export const isUndecided = (read: ReadMetric): boolean => read('entropy.decisive') > 0.5;

/**
 * Whether reward spent on certainty is a sign of trouble by itself. In `tool-choice` it is not: a run that gets every
 * answer right ends with dead groups, small gradients and little entropy, so rules on one of these are off there.
 */
export const certaintyIsSuspicious = (config: GrpoConfig): boolean => config.task !== 'tool-choice';
