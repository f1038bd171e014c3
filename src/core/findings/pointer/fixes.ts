import { stageOf } from '../../labs/pointer/parameters.js';
import { numberOf, type Config, type ConfigChange } from '../../parameters.js';

/** The rates at which the presets learn; none of their runs diverged. */
const safe = { learningRate: 3e-3, grpoLearningRate: 3e-4 } as const;

/** For a run whose numbers overflowed. */
export function gentler(config: Config): ConfigChange | undefined {
  if (stageOf(config) === 'grpo' && numberOf(config, 'grpoLearningRate') > safe.grpoLearningRate) {
    return { grpoLearningRate: safe.grpoLearningRate };
  }
  return numberOf(config, 'learningRate') > safe.learningRate ? { learningRate: safe.learningRate } : undefined;
}

/** For a run that stopped learning too early: what raised the score of reward-weighted cross-entropy. */
export function faster(config: Config): ConfigChange | undefined {
  return numberOf(config, 'learningRate') < safe.learningRate ? { learningRate: safe.learningRate } : undefined;
}
