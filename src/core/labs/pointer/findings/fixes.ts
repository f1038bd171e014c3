import type { ChangeOf } from '../../../typedConfig.js';
import type { PointerConfig } from '../parameters.js';

/** The rates at which the presets learn; none of their runs diverged. */
const safe = { learningRate: 3e-3, grpoLearningRate: 3e-4 } as const;

/** For a run whose numbers overflowed, in whichever of its phases. */
export function gentler({ stage, learningRate, grpoLearningRate }: PointerConfig): ChangeOf<PointerConfig> | undefined {
  const change = {
    ...(learningRate > safe.learningRate && { learningRate: safe.learningRate }),
    ...(stage === 'grpo' && grpoLearningRate > safe.grpoLearningRate && { grpoLearningRate: safe.grpoLearningRate }),
  };
  return Object.keys(change).length > 0 ? change : undefined;
}

/** For a run that stopped learning too early: what raised the score of reward-weighted cross-entropy. */
export function faster({ learningRate }: PointerConfig): ChangeOf<PointerConfig> | undefined {
  return learningRate < safe.learningRate ? { learningRate: safe.learningRate } : undefined;
}
