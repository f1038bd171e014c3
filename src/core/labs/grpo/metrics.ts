import type { Metric, Range } from '../../metrics.js';
import { hedgeReward, largestReward } from './findings/measures.js';
import { hasReward, rewardNames, type GrpoConfig } from './parameters.js';

/** Whether training may be told of another reward than was earned. */
function verifierErrs({ verifierFalsePositive, verifierFalseNegative }: GrpoConfig): boolean {
  return verifierFalsePositive > 0 || verifierFalseNegative > 0;
}

/** From the full punishment of length to the largest reward. */
function trainingRange(config: GrpoConfig): Range | undefined {
  const largest = largestReward(config);
  return largest > 0 ? [config.overlongBuffer > 0 ? -config.overlongPenalty : 0, largest] : undefined;
}

/** A weighted reward: what the weights allow, and what is earned without understanding anything. */
const weighted: Pick<Metric<GrpoConfig>, 'range' | 'chart'> = {
  range: (config) => (largestReward(config) > 0 ? [0, largestReward(config)] : undefined),
  chart: { levels: [{ id: 'largest', at: largestReward }, { id: 'hedge', at: hedgeReward }] },
};

function severalUpdates({ innerEpochs, miniBatches }: GrpoConfig): boolean {
  return innerEpochs > 1 || miniBatches > 1;
}
function otherSampler({ staleness, rolloutPrecision }: GrpoConfig): boolean {
  return staleness > 0 || rolloutPrecision !== 'float32';
}

const rewardMetrics = rewardNames.map(
  (name): Metric<GrpoConfig> => ({
    id: `reward.${name}`, group: 'reward', unit: 'share', cadence: 'step', scale: 'linear', range: [0, 1],
    frameworks: { TRL: `rewards/${name}/mean`, 'ms-swift': `rewards/${name}/mean` },
    applies: hasReward(name),
  }),
);

export const metrics: readonly Metric<GrpoConfig>[] = [
  { id: 'validation.reward', group: 'validation', unit: 'score', cadence: 'validation', scale: 'linear', ...weighted, frameworks: { verl: 'val-aux/<data_source>/reward/mean@4', TRL: 'eval_reward', 'ms-swift': 'eval_reward' } },
  { id: 'validation.answer', group: 'validation', unit: 'share', cadence: 'validation', scale: 'linear', range: [0, 1], frameworks: { verl: 'val-core/<data_source>/acc/mean@4' } },
  { id: 'validation.passAt4', group: 'validation', unit: 'share', cadence: 'validation', scale: 'linear', range: [0, 1], frameworks: { verl: 'val-core/<data_source>/acc/best@4' } },
  { id: 'entropy', group: 'policy', unit: 'nats', cadence: 'step', scale: 'linear', frameworks: { verl: 'actor/entropy', TRL: 'entropy', 'ms-swift': 'entropy/mean' } },
  { id: 'entropyAtT1', group: 'policy', unit: 'nats', cadence: 'step', scale: 'linear' },
  { id: 'entropy.decisive', group: 'policy', unit: 'nats', cadence: 'step', scale: 'linear', applies: ({ task }) => task === 'tool-choice' },
  { id: 'reward', group: 'reward', unit: 'score', cadence: 'step', scale: 'linear', range: trainingRange, chart: { ...weighted.chart, with: ['rewardTrue'] }, frameworks: { verl: 'critic/score/mean', TRL: 'reward', 'ms-swift': 'reward' } },
  { id: 'rewardTrue', group: 'reward', unit: 'score', cadence: 'step', scale: 'linear', range: trainingRange, applies: verifierErrs },
  ...rewardMetrics,
  { id: 'responseLength', group: 'policy', unit: 'tokens', cadence: 'step', scale: 'linear', frameworks: { verl: 'response_length/mean', TRL: 'completions/mean_length', 'ms-swift': 'completions/mean_length' } },
  { id: 'truncatedShare', group: 'policy', unit: 'share', cadence: 'step', scale: 'linear', range: [0, 1], frameworks: { verl: 'response_length/clip_ratio', TRL: 'completions/clipped_ratio', 'ms-swift': 'completions/clipped_ratio' } },
  { id: 'deadGroups', group: 'reward', unit: 'share', cadence: 'step', scale: 'linear', range: [0, 1], frameworks: { TRL: 'frac_reward_zero_std', 'ms-swift': 'frac_reward_zero_std' } },
  { id: 'generatedGroups', group: 'reward', unit: 'groups', cadence: 'step', scale: 'linear', applies: ({ filterGroups }) => filterGroups },
  { id: 'covariance', group: 'policy', unit: 'nats', cadence: 'step', scale: 'linear' },
  { id: 'entropyCoefficient', group: 'policy', unit: 'coefficient', cadence: 'step', scale: 'linear', frameworks: { TRL: 'entropy_coef' }, applies: ({ entropyTarget }) => entropyTarget > 0 },
  { id: 'gradNorm', group: 'optimizer', unit: 'norm', cadence: 'step', scale: 'linear', frameworks: { verl: 'actor/grad_norm', TRL: 'grad_norm', 'ms-swift': 'grad_norm' } },
  { id: 'kl', group: 'policy', unit: 'nats', cadence: 'step', scale: 'linear', frameworks: { verl: 'actor/kl_loss', TRL: 'kl', 'ms-swift': 'kl' } },
  { id: 'policyLoss', group: 'optimizer', unit: 'loss', cadence: 'step', scale: 'linear', frameworks: { verl: 'actor/pg_loss', TRL: 'loss', 'ms-swift': 'loss' } },
  { id: 'clipFraction', group: 'policy', unit: 'share', cadence: 'step', scale: 'linear', range: [0, 1], frameworks: { verl: 'actor/pg_clipfrac', TRL: 'clip_ratio/region_mean', 'ms-swift': 'clip_ratio/region_mean' } },
  { id: 'ratio.max', group: 'policy', unit: 'ratio', cadence: 'step', scale: 'log', applies: severalUpdates, chart: { with: ['ratio.sequence'] } },
  { id: 'ratio.sequence', group: 'policy', unit: 'ratio', cadence: 'step', scale: 'log', applies: severalUpdates },
  { id: 'samplingMismatch', group: 'policy', unit: 'nats', cadence: 'step', scale: 'linear', frameworks: { verl: 'training/rollout_probs_diff_mean', TRL: 'sampling/sampling_logp_difference/mean' } },
  { id: 'stalenessKl', group: 'policy', unit: 'nats', cadence: 'step', scale: 'linear', applies: otherSampler, frameworks: { verl: 'rollout_corr/kl' } },
  { id: 'rolloutCorrectionWeight', group: 'policy', unit: 'ratio', cadence: 'step', scale: 'linear', applies: ({ rolloutCorrection }) => rolloutCorrection !== 'off', frameworks: { verl: 'rollout_corr/rollout_is_mean', TRL: 'sampling/importance_sampling_ratio/mean' } },
  { id: 'klCoefficient', group: 'optimizer', unit: 'rate', cadence: 'step', scale: 'log', applies: ({ klInReward, klController }) => klInReward && klController === 'adaptive', frameworks: { verl: 'actor/reward_kl_penalty_coeff' } },
  { id: 'learningRate', group: 'optimizer', unit: 'rate', cadence: 'step', scale: 'log', frameworks: { verl: 'actor/lr', TRL: 'learning_rate', 'ms-swift': 'learning_rate' } },
];
