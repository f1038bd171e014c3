import { stageOf } from '../parameters.js';
import { numberOf, type Config, type ConfigChange } from '../../../parameters.js';

/** The rates at which the presets learn; none of their runs diverged. */
const safe = { learningRate: 3e-3, grpoLearningRate: 3e-4 } as const;

/** For a run whose numbers overflowed, in whichever of its phases. */
export function gentler(config: Config): ConfigChange | undefined {
  const rates = stageOf(config) === 'grpo' ? (['learningRate', 'grpoLearningRate'] as const) : (['learningRate'] as const);
  const tooHigh = rates.filter((key) => numberOf(config, key) > safe[key]);
  return tooHigh.length > 0 ? Object.fromEntries(tooHigh.map((key) => [key, safe[key]])) : undefined;
}

/** For a run that stopped learning too early: what raised the score of reward-weighted cross-entropy. */
export function faster(config: Config): ConfigChange | undefined {
  return numberOf(config, 'learningRate') < safe.learningRate ? { learningRate: safe.learningRate } : undefined;
}
