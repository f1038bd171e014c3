import type { CalibrationBin, InspectedAnswer, PreferenceInspection } from '../../../src/core/labs/reward-model/inspection.js';
import { answerLength } from '../../../src/core/labs/reward-model/vocabulary.js';
import type { RewardModelConfig } from '../../../src/core/labs/reward-model/parameters.js';
import type { Population } from '../population.js';
import { likelihood, type Pairs } from './data.js';
import type { Judgement } from './evaluate.js';
import { evaluationsOf } from './evaluationLog.js';
import type { LastEvaluation } from './evaluationLog.js';

const calibrationBins = 10;
/** About as many bins as a histogram of margins has. */
const marginBins = 24;

/** What the views show of one replica's last evaluation, and of all evaluations of the run that it belongs to. */
export function inspectPreferences(
  { step, training, validation, log }: LastEvaluation,
  population: Population<RewardModelConfig>,
  pairs: Pairs,
  replica: number,
  index: number,
): PreferenceInspection {
  const { config } = population.replicas[replica]!;
  const each = config.replicas;
  const first = replica - (replica % each);
  const { count } = validation;
  const answer = (words: Int32Array, rewards: Float32Array, utilities: Float64Array): InspectedAnswer => ({
    words: [...words.subarray(index * answerLength, (index + 1) * answerLength)],
    reward: rewards[replica * count + index]!,
    utility: utilities[index]!,
  });
  const chosen = answer(pairs.chosen, validation.chosen, pairs.chosenUtility);
  const rejected = answer(pairs.rejected, validation.rejected, pairs.rejectedUtility);
  return {
    kind: 'preferences',
    step,
    replica,
    margins: marginHistogram(own(training, replica, 'margins'), own(validation, replica, 'margins')),
    calibration: calibrate(own(validation, replica, 'confidence'), own(validation, replica, 'right')),
    pair: {
      index,
      chosen,
      rejected,
      likelihood: likelihood(chosen.utility, rejected.utility, config.beta, config.labelNoise),
    },
    pairs: count,
    evaluations: Array.from({ length: each }, (_, k) => evaluationsOf(log, first + k, count)),
  };
}

function own(judgement: Judgement, replica: number, key: 'margins' | 'confidence' | 'right'): Float32Array {
  return judgement[key].subarray(replica * judgement.count, (replica + 1) * judgement.count);
}

/** Both kinds of pairs in the same bins, whose width is 1, 2 or 5 times a power of ten. */
function marginHistogram(training: Float32Array, validation: Float32Array): PreferenceInspection['margins'] {
  const ends = [training, validation].flatMap((margins) => [Math.min(...margins), Math.max(...margins)]);
  const least = Math.min(0, ...ends);
  const greatest = Math.max(0, ...ends);
  const rough = Math.max((greatest - least) / marginBins, 1e-6);
  const power = 10 ** Math.floor(Math.log10(rough));
  const width = power * [1, 2, 5, 10].find((factor) => factor * power >= rough)!;
  const from = Math.floor(least / width) * width;
  const bins = Math.floor((greatest - from) / width) + 1;
  const counts = (margins: Float32Array): number[] => {
    const counted = Array<number>(bins).fill(0);
    margins.forEach((margin) => (counted[Math.floor((margin - from) / width)]! += 1));
    return counted;
  };
  return { from, width, training: counts(training), validation: counts(validation) };
}

/** Bins of equal width over [.5, 1]; empty ones are left out. */
function calibrate(confidence: Float32Array, right: Float32Array): CalibrationBin[] {
  const bins = Array.from({ length: calibrationBins }, () => ({ pairs: 0, confidence: 0, right: 0 }));
  confidence.forEach((value, i) => {
    const bin = bins[Math.min(calibrationBins - 1, Math.floor((value - 0.5) * 2 * calibrationBins))]!;
    bin.pairs++;
    bin.confidence += value;
    bin.right += right[i]!;
  });
  return bins
    .filter(({ pairs }) => pairs > 0)
    .map(({ pairs, confidence, right }) => ({ pairs, confidence: confidence / pairs, accuracy: right / pairs }));
}
