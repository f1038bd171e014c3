import type { RewardModelConfig } from '../../../src/core/labs/reward-model/parameters.js';
import type { ChangeOf } from '../../../src/core/typedConfig.js';
import { above, mean, type Claim, type Statement } from '../claims.js';

type Change = ChangeOf<RewardModelConfig>;

/** How far validation is above training, both in evaluation mode. */
const gap = 'validationLoss - trainLossEvaluated';
const few = { trainingPairs: 256, epochs: 10 } as const;
const memorising = { trainingPairs: 128, rank: 32, alpha: 64, dropout: 0, adapterDropout: 0, epochs: 20 } as const;
const surest = { beta: 20, labelNoise: 0.05, learningRate: 1e-2, epochs: 24 } as const;

const claim = (id: string, values: Change, ...expected: Statement<Change>[]): Claim<Change> => ({ id, values, seeds: 12, expected });
const unchanged = (id: string, values: Change, plain: Change): Claim<Change> =>
  claim(id, values, { metric: 'validationLoss', at: 'final', sameAs: plain }, { metric: 'accuracy', at: 'final', sameAs: plain });

export const claims: readonly Claim<Change>[] = [
  claim('gap-rank-1', { ...few, rank: 1, alpha: 2 }, mean(gap, 'final', 0.05)),
  claim('gap-rank-8', { ...few, rank: 8, alpha: 16 }, mean(gap, 'final', 0.19)),
  claim('gap-rank-32', { ...few, rank: 32, alpha: 64 }, mean(gap, 'final', 0.51)),
  claim('gap-full', { ...few, adapter: 'full' }, mean(gap, 'final', 0.73, 0.1)),
  unchanged('dora', { adapter: 'dora' }, { adapter: 'lora' }),
  unchanged('no-warm-up', { warmupRatio: 0 }, { warmupRatio: 0.1 }),
  unchanged('long-warm-up', { warmupRatio: 0.3 }, { warmupRatio: 0.1 }),
  unchanged('cosine', { schedule: 'cosine' }, { schedule: 'linear' }),
  // In 12 of 12 runs the logged training loss lies above the validation loss.
  claim('one-epoch-logged', { epochs: 1 }, above('trainLoss - validationLoss', 'final', 0, 12, 12)),
  claim('one-epoch-evaluated', { epochs: 1 }, mean(gap, 'final', 0.01)),
  claim('memorising-4-epochs', { ...memorising, epochs: 4 }, mean('validationLoss', 'final', 0.6)),
  claim('memorising-512-pairs', { ...memorising, trainingPairs: 512, epochs: 4 }, mean('validationLoss', 'final', 0.59)),
  claim('memorising-2048-pairs', { ...memorising, trainingPairs: 2048, epochs: 4 }, mean('validationLoss', 'final', 0.53)),
  claim('memorising-512-pairs-20-epochs', { ...memorising, trainingPairs: 512 }, mean('validationLoss', 'final', 1.5, 0.1)),
  claim('surest-4-epochs', { ...surest, epochs: 4 }, mean('validationLoss', 'final', 0.44), mean('accuracy', 'final', 0.81)),
  claim('surest-smoothed', { ...surest, labelSmoothing: 0.1 }, mean('overconfidence', 'final', 0)),
];
