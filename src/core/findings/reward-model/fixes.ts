import { numberOf, type Config, type ConfigChange } from '../../parameters.js';

/** A rate at which runs were seen to learn. */
const safeRate = 3e-3;

export function lowerLearningRate(config: Config): ConfigChange | undefined {
  return numberOf(config, 'learningRate') > safeRate ? { learningRate: safeRate } : undefined;
}

export function lessCapacityForPairs(config: Config): ConfigChange | undefined {
  return numberOf(config, 'trainingPairs') < 512 ? { trainingPairs: 512 } : undefined;
}
