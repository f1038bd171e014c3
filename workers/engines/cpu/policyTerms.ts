import { randomAt, randomKey, streams } from '../../../src/core/random.js';
import { kernelKnob, logRatioLimit, singledOutTokens } from '../grpoStep.js';
import type { GrpoUpdate } from '../policy.js';
import type { GrpoOutputs, Outputs } from './grpoOutputs.js';

/** Sums over each sequence's outputs that are on its response: of a value, and how many there are. */
function sequenceSums({ sequences, masks }: Outputs, value: (i: number) => number): { sums: Float64Array; counts: Float64Array } {
  const sequenceCount = 1 + (sequences.at(-1) ?? -1);
  const [sums, counts] = [new Float64Array(sequenceCount), new Float64Array(sequenceCount)];
  for (let i = 0; i < sequences.length; i++) {
    if (masks[i] === 0) continue;
    sums[sequences[i]!]! += value(i);
    counts[sequences[i]!]! += 1;
  }
  return { sums, counts };
}

/** Sets what the policy loss of each output is weighed by, as `rolloutCorrection` of the reference. */
export function correctRollout(outputs: Outputs, { rolloutCorrection: kind, rolloutCorrectionThreshold }: GrpoUpdate['loss'], replica: number): void {
  if (kind === 'off') return;
  const { oldLogProbs, samplingLogProbs, policyWeights, sequences } = outputs;
  const most = rolloutCorrectionThreshold[replica]!;
  const weightOf = (difference: number): number => Math.exp(Math.min(Math.max(difference, -logRatioLimit), logRatioLimit));
  const difference = (i: number): number => oldLogProbs[i]! - samplingLogProbs[i]!;
  if (kind === 'token-truncate') {
    for (let i = 0; i < policyWeights.length; i++) policyWeights[i] = Math.min(weightOf(difference(i)), most);
    return;
  }
  const { sums } = sequenceSums(outputs, difference);
  const weights = sums.map((sum) => {
    const weight = weightOf(sum);
    return kind === 'sequence-mask' && weight > most ? 0 : Math.min(weight, most);
  });
  for (let i = 0; i < policyWeights.length; i++) policyWeights[i] = weights[sequences[i]!]!;
}

/** The mean log-ratio of each output's response, in the place of each of its outputs. */
export function sequenceLogRatios(outputs: Outputs, logProbs: Float32Array): Float32Array {
  const { oldLogProbs, sequences } = outputs;
  const { sums, counts } = sequenceSums(outputs, (i) => logProbs[i]! - oldLogProbs[i]!);
  return Float32Array.from(sequences, (sequence) => sums[sequence]! / Math.max(counts[sequence]!, 1));
}

/**
 * Sets which outputs of a mini-batch the covariance singles out, as `singledOut` of the reference.
 *
 * @param logProbs of the policy in training
 * @param step that its draws are made under
 */
export function singleOut(
  outputs: GrpoOutputs, logProbs: Float32Array, oldLogProbs: Float32Array, update: GrpoUpdate, replica: number, step: number,
): void {
  const { advantages, masks, weights, sequences, starts, singledOut } = outputs;
  const { loss, dropout, maxResponseLength } = update;
  const present = Array.from(masks.keys()).filter((i) => masks[i] !== 0 && weights[i] !== 0);
  const meanOf = (values: Float32Array): number => present.reduce((sum, i) => sum + values[i]!, 0) / Math.max(present.length, 1);
  const [meanAdvantage, meanLogProb] = [meanOf(advantages), meanOf(logProbs)];
  const covariance = (i: number): number => Math.fround((advantages[i]! - meanAdvantage) * (logProbs[i]! - meanLogProb));
  const count = singledOutTokens(loss.covarianceShare[replica]!, outputs.tokensInLoss);
  const take = (places: readonly number[], order: (i: number) => number): void => {
    singledOut.fill(0);
    const keys = places.map((i) => [order(i), i] as const).sort(([a, i], [b, j]) => b - a || i - j);
    for (const [, i] of keys.slice(0, count)) singledOut[i] = 1;
  };
  if (loss.policyLoss === 'kl-cov') return take(present, covariance);
  const [lowest, highest] = [1 - kernelKnob('clipLow', loss.clipLow[replica]!), 1 + kernelKnob('clipHigh', loss.clipHigh[replica]!)];
  const isClipped = (i: number): boolean => {
    const ratio = Math.exp(Math.min(Math.max(logProbs[i]! - oldLogProbs[i]!, -logRatioLimit), logRatioLimit));
    return -advantages[i]! * Math.max(Math.min(ratio, highest), lowest) > -advantages[i]! * ratio;
  };
  const [low, high] = [loss.covarianceLow[replica]!, loss.covarianceHigh[replica]!];
  const key = randomKey(dropout.seeds[replica]!, streams.covariance, step);
  const draw = (i: number): number => randomAt(key, sequences[i]! * maxResponseLength + i - starts[sequences[i]!]!) >>> 8;
  take(present.filter((i) => covariance(i) > low && covariance(i) < high && !isClipped(i)), (i) => -draw(i));
}
