import type { PointerConfig } from '../../../src/core/labs/pointer/parameters.js';
import type { ChangeOf } from '../../../src/core/typedConfig.js';
import { at, mean, type Claim } from '../claims.js';

type Change = ChangeOf<PointerConfig>;

/** The score of a selector trained like V3, reward-weighted cross-entropy from scratch, with some knobs changed. */
const v3 = (id: string, values: Change, score: number): Claim<Change> => ({
  id: `v3-${id}`,
  values: { stage: 'rce', ...values },
  expected: [mean('validationScore', 'final', score)],
});

/** V2's values of the knobs in which V3 differs and that a run can take one by one. */
const likeV2 = { labelSmoothing: 0, dropout: 0.5, learningRate: 3e-3 } as const;
const fromV2 = { warmStart: 'v2' } as const;
/** GRPO of 640 updates from a weak start: three epochs of RCE instead of five. */
const weak = { stage: 'grpo', epochs: 3, grpoEpochs: 10, grpoLearningRate: 3e-3 } as const;

export const claims: readonly Claim<Change>[] = [
  v3('smoothing-0', { labelSmoothing: 0 }, 0.759),
  v3('dropout-.5', { dropout: 0.5 }, 0.693),
  v3('all-three', likeV2, 0.8),
  v3('batch-16', { batchSize: 16 }, 0.472),
  v3('batch-16-higher-lr', { batchSize: 16, learningRate: 3e-3 }, 0.848),
  v3('from-v2', fromV2, 0.884),
  v3('from-v2-higher-lr', { ...fromV2, learningRate: 3e-3 }, 0.822),
  v3('from-v2-all-three', { ...fromV2, ...likeV2 }, 0.795),
  {
    id: 'grpo-higher-lr',
    values: { stage: 'grpo', learningRate: 3e-3, grpoLearningRate: 3e-3 },
    expected: [mean('validationScore', 'final', 0.865)],
  },
  {
    id: 'grpo-from-weak',
    values: weak,
    expected: [mean('validationScore', at(1536), 0.64), mean('validationScore', 'final', 0.786)],
  },
  {
    id: 'grpo-from-weak-kl-.3',
    values: { ...weak, klCoefficient: 0.3 },
    expected: [mean('validationScore', 'final', 0.851)],
  },
];
