import type { Fix as FixOf } from '../../../findings/fix.js';
import type { BiencoderConfig } from '../parameters.js';

type Fix = FixOf<BiencoderConfig>;

/** Where each tower learns. */
const learningRates = { 'mean-pool': 1e-2, transformer: 3e-3 } as const;
const rightRate = ({ tower }: BiencoderConfig): number => learningRates[tower];

export const lowerLearningRate: Fix = (config) =>
  config.learningRate > 3 * rightRate(config) ? { learningRate: rightRate(config) } : undefined;

export const higherLearningRate: Fix = (config) =>
  config.learningRate < rightRate(config) / 3 ? { learningRate: rightRate(config) } : undefined;

/** At 192 pairs .2 is right, 0 overfits, .5 underfits. */
export const moreDropout: Fix = ({ dropout }) => (dropout < 0.1 ? { dropout: 0.2 } : undefined);
export const lessDropout: Fix = ({ dropout }) => (dropout > 0.3 ? { dropout: 0.2 } : undefined);

export const morePairs: Fix = ({ trainingPairs }) => (trainingPairs < 1024 ? { trainingPairs: 1024 } : undefined);

export const lowerTemperature: Fix = (config) =>
  config.loss === 'infonce' && config.infoNceTemperature > 0.5 ? { infoNceTemperature: 0.1 } : undefined;

/** Random negatives first, the hardest of the batch more and more. */
export const curriculum: Fix = ({ negatives, randomRate, randomRateDecrease }) =>
  negatives === 'hardest' && randomRate === 1 && randomRateDecrease === 0.1
    ? undefined
    : { negatives: 'hardest', randomRate: 1, randomRateDecrease: 0.1 };

/** Measured with the curriculum. */
export const usualMargin: Fix = ({ margin }) => (margin < 0.1 || margin > 1 ? { margin: 0.3 } : undefined);

export const separateHeads: Fix = ({ tiedHeads }) => (tiedHeads ? { tiedHeads: false } : undefined);
