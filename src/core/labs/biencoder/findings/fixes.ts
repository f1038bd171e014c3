import { numberOf, type Config } from '../../../parameters.js';
import type { Fix } from '../../../findings/fix.js';

/** Where each tower learns. */
const learningRates = { 'mean-pool': 1e-2, transformer: 3e-3 } as const;
const rightRate = (config: Config): number => learningRates[config.tower as keyof typeof learningRates];

export const lowerLearningRate: Fix = (config) =>
  numberOf(config, 'learningRate') > 3 * rightRate(config) ? { learningRate: rightRate(config) } : undefined;

export const higherLearningRate: Fix = (config) =>
  numberOf(config, 'learningRate') < rightRate(config) / 3 ? { learningRate: rightRate(config) } : undefined;

/** At 192 pairs .2 is right, 0 overfits, .5 underfits. */
export const moreDropout: Fix = (config) => (numberOf(config, 'dropout') < 0.1 ? { dropout: 0.2 } : undefined);
export const lessDropout: Fix = (config) => (numberOf(config, 'dropout') > 0.3 ? { dropout: 0.2 } : undefined);

export const morePairs: Fix = (config) => (numberOf(config, 'trainingPairs') < 1024 ? { trainingPairs: 1024 } : undefined);

export const lowerTemperature: Fix = (config) =>
  config.loss === 'infonce' && numberOf(config, 'infoNceTemperature') > 0.5 ? { infoNceTemperature: 0.1 } : undefined;

/** Random negatives first, the hardest of the batch more and more. */
export const curriculum: Fix = (config) => {
  const change = { negatives: 'hardest', randomRate: 1, randomRateDecrease: 0.1 };
  return Object.entries(change).some(([key, value]) => config[key] !== value) ? change : undefined;
};

/** Measured with the curriculum. */
export const usualMargin: Fix = (config) => {
  const margin = numberOf(config, 'margin');
  return margin < 0.1 || margin > 1 ? { margin: 0.3 } : undefined;
};

export const separateHeads: Fix = (config) => (config.tiedHeads === true ? { tiedHeads: false } : undefined);
