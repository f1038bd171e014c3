import type { BiencoderConfig } from '../../src/core/labs/biencoder/parameters.js';
import type { GrpoConfig } from '../../src/core/labs/grpo/parameters.js';
import type { RewardModelConfig } from '../../src/core/labs/reward-model/parameters.js';
import type { ChangeOf } from '../../src/core/typedConfig.js';

/** A run that a library of the field trains, too. */
export interface PeerCase {
  readonly name: string;
  readonly lab: 'grpo' | 'reward-model' | 'biencoder';
  /** None where the values name another variant of the lab than its presets are of. */
  readonly preset?: string;
  readonly values: Readonly<Record<string, unknown>>;
  readonly steps: number;
}

/**
 * Left out is what no trainer of TRL 1.13 computes: other estimators of the KL than k3, KL in the reward, the advantages of
 * rloo (its RLOOTrainer has another loss), opo, pass-k and reinforce-baseline, the losses clip-cov, kl-cov and gpg (verl has
 * them), label smoothing, and verifiers that err. Dropout draws its masks elsewhere in every library.
 */
const grpoCases: readonly PeerCase[] = [
  grpo('healthy', 'healthy', { epsilon: 1e-8 }, 120),
  grpo('tool-choice', 'tool-choice-healthy', { epsilon: 1e-8 }),
  grpo('entropy-collapse', 'entropy-collapse', {}, 15),
  grpo('aggregation-grpo', 'healthy', { aggregation: 'seq-mean-token-mean' }),
  grpo('aggregation-dr-grpo', 'healthy', { aggregation: 'seq-mean-token-sum-norm' }),
  grpo('aggregation-luspo', 'healthy', { aggregation: 'seq-mean-token-sum' }),
  grpo('inner-epochs', 'tool-choice-healthy', { innerEpochs: 4 }, 5),
  grpo('clip-higher', 'tool-choice-healthy', { innerEpochs: 4, learningRate: 2e-3, clipHigh: 0.28 }, 5),
  grpo('no-clipping', 'tool-choice-healthy', { innerEpochs: 4, learningRate: 2e-3, clipping: false }, 5),
  grpo('dual-clip', 'tool-choice-healthy', { innerEpochs: 4, learningRate: 2e-3, clipHigh: 0.1, dualClip: 1.15 }, 5),
  grpo('mini-batches', 'tool-choice-healthy', { miniBatches: 4, innerEpochs: 2 }, 5),
  grpo('scale-batch', 'tool-choice-healthy', { advantageScale: 'batch' }),
  grpo('scale-none', 'tool-choice-healthy', { advantageScale: 'none' }),
  grpo('gdpo', 'vqa-healthy', { advantageEstimator: 'gdpo' }),
  grpo('temperature', 'tool-choice-healthy', { temperature: 0.6, innerEpochs: 2 }, 5),
  grpo('top-p', 'tool-choice-healthy', { topP: 0.9, topK: 4 }),
  grpo('entropy-bonus', 'tool-choice-healthy', { entropyCoefficient: 0.02 }),
  grpo('entropy-target', 'tool-choice-healthy', { entropyTarget: 0.3, entropyCoefficient: 0.01 }),
  grpo('kl', 'tool-choice-healthy', { klCoefficient: 0.2, innerEpochs: 4 }, 5),
  grpo('kl-correction', 'tool-choice-healthy', { klCoefficient: 0.2, klCorrection: true, innerEpochs: 4 }, 5),
  grpo('gspo', 'healthy', { policyLoss: 'gspo', innerEpochs: 4, warmupSteps: 0, clipLow: 0.03, clipHigh: 0.02, aggregation: 'seq-mean-token-mean' }, 5),
  grpo('cispo', 'tool-choice-healthy', { policyLoss: 'cispo', innerEpochs: 4, learningRate: 2e-3, clipLow: 1, clipHigh: 0.28 }, 5),
  grpo('sapo', 'tool-choice-healthy', { policyLoss: 'sapo', innerEpochs: 4, learningRate: 2e-3, aggregation: 'seq-mean-token-mean' }, 5),
  grpo('mask-truncated', 'healthy', { maskTruncated: true, maxResponseLength: 12 }),
  grpo('stale', 'tool-choice-healthy', { staleness: 4 }),
  grpo('token-truncate', 'tool-choice-healthy', { staleness: 4, learningRate: 2e-3, rolloutCorrection: 'token-truncate' }, 15),
  grpo('sequence-truncate', 'tool-choice-healthy', { rolloutPrecision: 'fp8', rolloutCorrection: 'sequence-truncate', rolloutCorrectionThreshold: 1.1 }),
  grpo('sequence-mask', 'healthy', { staleness: 2, rolloutPrecision: 'bfloat16', innerEpochs: 2, rolloutCorrection: 'sequence-mask' }),
  grpo('linear', 'tool-choice-healthy', { schedule: 'linear', warmupSteps: 5, weightDecay: 0.1 }),
  grpo('cosine-restarts', 'tool-choice-healthy', { schedule: 'cosine-restarts', restarts: 3, innerEpochs: 2 }),
  grpo('inverse-sqrt', 'tool-choice-healthy', { schedule: 'inverse-sqrt', warmupSteps: 5 }),
  grpo('adam', 'tool-choice-healthy', { schedule: 'warmup-stable-decay', decaySteps: 10, beta1: 0.8, beta2: 0.95, epsilon: 1e-5, maxGradNorm: 0.2 }),
];

const rewardCases: readonly PeerCase[] = [
  reward('lora', {}),
  reward('dora', { adapter: 'dora' }),
  reward('rank-stabilised', { rankStabilized: true, rank: 16, margin: 0.5, centerRewardsCoefficient: 0.01 }),
  reward('full', { adapter: 'full', learningRate: 1e-3, weightDecay: 0.1 }),
  reward('accumulation', { gradientAccumulation: 4, schedule: 'cosine', minLearningRateRatio: 0.1 }),
];

const biencoderCases: readonly PeerCase[] = [
  biencoder('infonce', {}),
  biencoder('symmetric', { symmetric: true, tiedHeads: true }),
  biencoder('triplet-euclidean', { loss: 'triplet', distance: 'euclidean', randomRate: 0 }),
  biencoder('transformer', { tower: 'transformer', learningRate: 3e-3, fusion: 'cls' }),
  biencoder('triplet-cosine', { loss: 'triplet', distance: 'cosine', randomRate: 0 }),
];

export const peerCases: readonly PeerCase[] = [...grpoCases, ...rewardCases, ...biencoderCases];

/**
 * Where a case names no ε of its own it is large enough that Adam makes no whole step of a gradient that is next to nothing,
 * which is the most of what rounding does to a run.
 */
function grpo(name: string, preset: string, values: ChangeOf<GrpoConfig>, steps = 30): PeerCase {
  return { name, lab: 'grpo', preset, values: { epsilon: 1e-4, ...values }, steps };
}

function reward(name: string, values: ChangeOf<RewardModelConfig>): PeerCase {
  const dry = { dropout: 0, adapterDropout: 0 } as const;
  return { name, lab: 'reward-model', values: { ...dry, ...values }, steps: 0 };
}

function biencoder(name: string, values: ChangeOf<BiencoderConfig>): PeerCase {
  return { name, lab: 'biencoder', values: { dropout: 0, ...values }, steps: 100 };
}
