import { allOf, firstOf, remedy } from '../../../findings/fix.js';
import type { HealthyRun } from '../../../findings/underfitting.js';
import type { BiencoderConfig } from '../parameters.js';

/** Where each tower learns, and the top-1 that it ends at. */
const healthyRuns = {
  'mean-pool': { learningRate: 1e-2, reaches: 0.87 },
  transformer: { learningRate: 3e-3, reaches: 0.83 },
} as const;

export const healthyRun = ({ tower }: BiencoderConfig): HealthyRun => healthyRuns[tower];

export const lowerLearningRate = remedy<BiencoderConfig>('lower-learning-rate', (config) => {
  const { learningRate } = healthyRun(config);
  return config.learningRate > 3 * learningRate ? { learningRate } : undefined;
});

const higherLearningRate = remedy<BiencoderConfig>('higher-learning-rate', (config) => {
  const { learningRate } = healthyRun(config);
  return config.learningRate < learningRate / 3 ? { learningRate } : undefined;
});

/** At 192 pairs .2 is right, 0 overfits, .5 underfits. */
export const moreDropout = remedy<BiencoderConfig>('more-dropout', ({ dropout }) => (dropout < 0.1 ? { dropout: 0.2 } : undefined));
const lessDropout = remedy<BiencoderConfig>('less-dropout', ({ dropout }) => (dropout > 0.3 ? { dropout: 0.2 } : undefined));

export const morePairs = remedy<BiencoderConfig>('more-pairs', ({ trainingPairs }) =>
  trainingPairs < 1024 ? { trainingPairs: 1024 } : undefined);

const lowerTemperature = remedy<BiencoderConfig>('lower-temperature', ({ loss, infoNceTemperature }) =>
  loss === 'infonce' && infoNceTemperature > 0.5 ? { infoNceTemperature: 0.1 } : undefined);

/** Random negatives first, the hardest of the batch more and more. */
export const curriculum = remedy<BiencoderConfig>('curriculum', ({ negatives, randomRate, randomRateDecrease }) =>
  negatives === 'hardest' && randomRate === 1 && randomRateDecrease === 0.1
    ? undefined
    : { negatives: 'hardest', randomRate: 1, randomRateDecrease: 0.1 });

/** Measured with the curriculum. */
export const usualMargin = remedy<BiencoderConfig>('usual-margin', ({ loss, margin }) =>
  loss === 'triplet' && (margin < 0.1 || margin > 1) ? { margin: 0.3 } : undefined);

export const separateHeads = remedy<BiencoderConfig>('separate-heads', ({ tiedHeads }) => (tiedHeads ? { tiedHeads: false } : undefined));

/** A warm-up that lasts for most of the run. */
const shorterWarmup = remedy<BiencoderConfig>('shorter-warm-up', ({ warmupSteps, steps }) =>
  warmupSteps > steps / 2 ? { warmupSteps: Math.ceil(steps / 20) } : undefined);

/** For towers that have not learned their training pairs. */
export const learnMore = allOf(firstOf(higherLearningRate, lowerLearningRate), shorterWarmup, lessDropout, lowerTemperature, usualMargin);
