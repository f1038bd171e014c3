/** Losses on rows of logits, with their gradients in place. Formulas: engines/reference. */
import { GrpoKnobs, KlEstimator, logRatioLimit, PolicyLoss, reportedKl, Scalar, unbounded } from './grpoStep';
import { floats } from './memory';
import {
  grpoKnobs, logitEntropies, logitEntropiesAtT1, logitLevels, logitMeans, logitSlopes, logitSpreads, logitTotals, logits,
  outputAdvantages, outputDecisive, outputLogProbs, outputLogits, outputMasks, outputOldLogProbs, outputPolicyWeights,
  outputReferenceLogProbs, outputSamplingLogProbs, outputSingledOut, outputSlopes, outputTargets, outputWeights, totals,
  vocabulary, vocabularyStride,
} from './shape';
import { exp1, exp4, lanesBelow, maxLanes, mulAdd, sumLanes } from './vector';

/** What `logSoftmax` finds about a row: log Σ exp(logits / T), the entropy, the mean of all log-probabilities. */
let logTotal: f32 = 0;
let entropy: f32 = 0;
let meanLogProb: f32 = 0;

function logSoftmax(row: usize, inverse: f32, full: bool): void {
  const scale = f32x4.splat(inverse);
  const lowest = f32x4.splat(-Infinity);
  let most = lowest;
  let v = 0;
  do {
    const z = f32x4.mul(v128.load(row + floats(v)), scale);
    most = f32x4.max(most, v128.bitselect(z, lowest, lanesBelow(v, vocabulary)));
    v += 4;
  } while (v < vocabulary);
  const top = f32x4.splat(maxLanes(most));
  let powers = f32x4.splat(0);
  let weighted = f32x4.splat(0);
  let plain = f32x4.splat(0);
  v = 0;
  do {
    const real = lanesBelow(v, vocabulary);
    const z = v128.and(f32x4.sub(f32x4.mul(v128.load(row + floats(v)), scale), top), real);
    const power = v128.and(exp4(z), real);
    powers = f32x4.add(powers, power);
    weighted = mulAdd(power, z, weighted);
    plain = f32x4.add(plain, z);
    v += 4;
  } while (v < vocabulary);
  const total = sumLanes(powers);
  const logPowers = <f32>Math.log(total);
  logTotal = f32x4.extract_lane(top, 0) + logPowers;
  if (!full) return;
  entropy = logPowers - sumLanes(weighted) / total;
  meanLogProb = sumLanes(plain) / <f32>vocabulary - logPowers;
}

/** Replaces logits by (−own · p + spread · p · (log p + entropy) + level · (p − 1 / V)) / T. */
function rowGradient(row: usize, inverse: f32, own: f32, spread: f32, level: f32): void {
  const scale = f32x4.splat(inverse);
  const shift = f32x4.splat(logTotal);
  const meanShift = f32x4.splat(entropy);
  const even = f32x4.splat(level / <f32>vocabulary);
  const direct = f32x4.splat(level - own);
  const wide = f32x4.splat(spread);
  let v = 0;
  do {
    const at = row + floats(v);
    const logProb = f32x4.sub(f32x4.mul(v128.load(at), scale), shift);
    const p = exp4(logProb);
    let gradient = f32x4.sub(f32x4.mul(p, direct), even);
    if (spread !== 0) {
      gradient = mulAdd(f32x4.mul(wide, p), f32x4.add(logProb, meanShift), gradient);
    }
    v128.store(at, v128.and(f32x4.mul(gradient, scale), lanesBelow(v, vocabulary)));
    v += 4;
  } while (v < vocabularyStride);
}

/** Adds own · 1[target] / T. */
@inline function addOwn(row: usize, target: i32, inverse: f32, own: f32): void {
  const at = row + floats(target);
  f32.store(at, f32.load(at) + own * inverse);
}

@inline function rowOf(logit: i32): usize {
  return logits + floats(logit * vocabularyStride);
}

@inline function addTo(numbers: usize, index: i32, value: f32): void {
  const at = numbers + floats(index);
  f32.store(at, f32.load(at) + value);
}

/**
 * Log-probabilities of the targets under softmax(logits / temperature), to `target`: of so many outputs, which share
 * rows of logits from `first` on.
 */
export function targetLogProbs(target: usize, outputs: i32, first: i32, count: i32, temperature: f32): void {
  const inverse = <f32>1 / temperature;
  for (let l = first; l < first + count; l++) {
    logSoftmax(rowOf(l), inverse, false);
    f32.store(logitTotals + floats(l), logTotal);
  }
  for (let i = 0; i < outputs; i++) {
    const logit = i32.load(outputLogits + floats(i));
    const own = f32.load(rowOf(logit) + floats(i32.load(outputTargets + floats(i))));
    f32.store(target + floats(i), own * inverse - f32.load(logitTotals + floats(logit)));
  }
}

/** Replaces so many rows of logits, from `first` on, by the log-probabilities of softmax(logits / temperature). */
export function logProbRows(first: i32, count: i32, temperature: f32): void {
  const inverse = <f32>1 / temperature;
  for (let l = first; l < first + count; l++) {
    const row = rowOf(l);
    logSoftmax(row, inverse, false);
    for (let v = 0; v < vocabulary; v++) {
      const at = row + floats(v);
      f32.store(at, f32.load(at) * inverse - logTotal);
    }
  }
}

/** The value and the derivative of the last `policyTerm` or `klTerm`. */
export let termValue: f32 = 0;
export let termSlope: f32 = 0;
/** Whether a bound or the covariance takes the gradient of the last `policyTerm`; its ratio, and that within ± the limit. */
export let termClipped: bool = false;
let termRatio: f32 = 0;
let termInside: bool = false;

@inline function clampLogRatio(difference: f32): f32 {
  return min<f32>(max<f32>(difference, -logRatioLimit), logRatioLimit);
}

@inline function isWithinLimit(difference: f32): bool {
  return difference >= -logRatioLimit && difference <= logRatioLimit;
}

/**
 * The policy loss of one token, as `policyLoss` of the reference, whose autodiff decides at ties; bounded as `grpoKnobs`
 * say.
 *
 * @param kind of `PolicyLoss`
 */
export function policyTerm(kind: i32, logProb: f32, oldLogProb: f32, advantage: f32, isSingledOut: bool): void {
  const knobs = changetype<GrpoKnobs>(grpoKnobs);
  const difference = logProb - oldLogProb;
  const ratio = exp1(clampLogRatio(difference));
  const inside = isWithinLimit(difference);
  termRatio = ratio;
  termInside = inside;
  termClipped = false;
  const plain = -(advantage * ratio);
  if (kind === PolicyLoss.gpg) {
    termValue = -(advantage * logProb);
    termSlope = -advantage;
    return;
  }
  if (kind === PolicyLoss.sapo) {
    const temperature = advantage > 0 ? knobs.sapoPositive : knobs.sapoNegative;
    const gate = <f32>1 / (<f32>1 + exp1(-temperature * (ratio - 1)));
    termValue = -(gate * <f32>4 / temperature * advantage);
    termSlope = inside ? plain * <f32>4 * gate * (1 - gate) : 0;
    return;
  }
  if (kind === PolicyLoss.klCov) {
    const penalty: f32 = isSingledOut ? knobs.klCovCoefficient : 0;
    const d = clampLogRatio(difference);
    termValue = plain + penalty * abs<f32>(d);
    const sign: f32 = d > 0 ? 1 : d < 0 ? -1 : 0;
    termSlope = inside ? plain + penalty * sign : 0;
    return;
  }
  const lowest = <f32>1 - knobs.clipLow;
  const highest = <f32>1 + knobs.clipHigh;
  const below = min(ratio, highest);
  if (kind === PolicyLoss.cispo) {
    const within = max(below, lowest);
    termValue = -(within * advantage * logProb);
    termSlope = -(within * advantage);
    termClipped = ratio !== within;
    return;
  }
  if (kind === PolicyLoss.clipCov && isSingledOut) {
    termValue = 0;
    termSlope = 0;
    termClipped = true;
    return;
  }
  const bounded = -(advantage * max(below, lowest));
  const cap = advantage < 0 ? -advantage * knobs.dualClip : unbounded;
  const larger = max(plain, bounded);
  const moves = plain >= bounded || (ratio <= highest && below >= lowest);
  termValue = min(larger, cap);
  termSlope = larger <= cap && moves && inside ? plain : 0;
  termClipped = bounded > plain;
}

/** @param estimator of `KlEstimator` */
export function klTerm(logProb: f32, referenceLogProb: f32, estimator: i32): void {
  const difference = logProb - referenceLogProb;
  const d = clampLogRatio(difference);
  let slope: f32 = 1;
  if (estimator === KlEstimator.k1) {
    termValue = d;
  } else if (estimator === KlEstimator.k2) {
    termValue = d * d * <f32>0.5;
    slope = d;
  } else {
    const power = exp1(-d);
    termValue = power + d - 1;
    slope = <f32>1 - power;
  }
  termSlope = isWithinLimit(difference) ? slope : 0;
}

@inline function addTotal(scalar: Scalar, value: f32): void {
  const at = totals + (<usize>scalar << 3);
  f64.store(at, f64.load(at) + <f64>value);
}

@inline function raiseTotal(scalar: Scalar, value: f32): void {
  const at = totals + (<usize>scalar << 3);
  f64.store(at, max<f64>(f64.load(at), <f64>value));
}

/**
 * GRPO's loss of so many outputs on rows of logits from `first` on, which it replaces by their gradient; outputs of one
 * row add theirs. Adds to `totals`, in the order of `grpoScalars`: weighted sums of the loss and of the policy loss, and
 * plain sums of the others over masked outputs, or the largest of them.
 *
 * @param policyLoss of `PolicyLoss`
 * @param estimator of `KlEstimator`
 * @param klCorrection whether the estimate is weighed by the ratio
 * @param ownIsOld the policy before the step is the one in training: the old log-probabilities are its own
 */
export function grpoLoss(
  outputs: i32, first: i32, count: i32, policyLoss: i32, estimator: i32, klCorrection: bool, ownIsOld: bool,
): void {
  const knobs = changetype<GrpoKnobs>(grpoKnobs);
  const temperature = knobs.temperature;
  const klCoefficient = knobs.klCoefficient;
  const entropyCoefficient = knobs.entropyCoefficient;
  const labelSmoothing = knobs.labelSmoothing;
  const inverse = <f32>1 / temperature;
  for (let l = first; l < first + count; l++) {
    const at = floats(l);
    let atT1: f32 = 0;
    if (temperature !== 1) {
      logSoftmax(rowOf(l), 1, true);
      atT1 = entropy;
    }
    logSoftmax(rowOf(l), inverse, true);
    f32.store(logitTotals + at, logTotal);
    f32.store(logitEntropies + at, entropy);
    f32.store(logitMeans + at, meanLogProb);
    f32.store(logitEntropiesAtT1 + at, temperature === 1 ? entropy : atT1);
    f32.store(logitSlopes + at, 0);
    f32.store(logitSpreads + at, 0);
    f32.store(logitLevels + at, 0);
  }
  for (let i = 0; i < outputs; i++) {
    const at = floats(i);
    const logit = i32.load(outputLogits + at);
    const atT1 = f32.load(logitEntropiesAtT1 + floats(logit));
    if (i32.load(outputDecisive + at) !== 0) addTotal(Scalar.entropyDecisive, atT1);
    f32.store(outputSlopes + at, 0);
    if (f32.load(outputMasks + at) === 0) continue;
    const target = i32.load(outputTargets + at);
    const own = f32.load(logitEntropies + floats(logit));
    const logProb = f32.load(rowOf(logit) + floats(target)) * inverse - f32.load(logitTotals + floats(logit));
    f32.store(outputLogProbs + at, logProb);
    const old = ownIsOld ? logProb : f32.load(outputOldLogProbs + at);
    const reference = f32.load(outputReferenceLogProbs + at);
    const weight = f32.load(outputWeights + at);
    const policyWeight = f32.load(outputPolicyWeights + at);
    const advantage = f32.load(outputAdvantages + at);

    policyTerm(policyLoss, logProb, old, advantage, i32.load(outputSingledOut + at) !== 0);
    let loss = policyWeight * termValue;
    let slope = policyWeight * termSlope;
    const ratio = termRatio;
    const ratioMoves = termInside;
    addTotal(Scalar.policyLoss, weight * loss);
    if (termClipped) addTotal(Scalar.clipFraction, 1);
    if (advantage !== 0) raiseTotal(Scalar.ratioMax, ratio);
    klTerm(logProb, reference, reportedKl);
    addTotal(Scalar.kl, termValue);
    if (klCoefficient !== 0) {
      if (estimator !== reportedKl) klTerm(logProb, reference, estimator);
      if (klCorrection) {
        loss += klCoefficient * ratio * termValue;
        slope += klCoefficient * ratio * (ratioMoves ? termSlope + termValue : termSlope);
      } else {
        loss += klCoefficient * termValue;
        slope += klCoefficient * termSlope;
      }
    }
    if (entropyCoefficient !== 0) loss -= entropyCoefficient * own;
    if (labelSmoothing !== 0) loss -= labelSmoothing * f32.load(logitMeans + floats(logit));
    addTotal(Scalar.loss, weight * loss);
    addTotal(Scalar.entropy, own);
    addTotal(Scalar.entropyAtT1, atT1);
    const sampled = f32.load(outputSamplingLogProbs + at);
    addTotal(Scalar.samplingMismatch, abs<f32>(sampled - old));
    addTotal(Scalar.stalenessKl, sampled - old);
    addTotal(Scalar.rolloutCorrectionWeight, policyWeight);
    f32.store(outputSlopes + at, weight * slope);
    addTo(logitSlopes, logit, weight * slope);
    addTo(logitSpreads, logit, weight * entropyCoefficient);
    addTo(logitLevels, logit, weight * labelSmoothing);
  }
  for (let l = first; l < first + count; l++) {
    const at = floats(l);
    logTotal = f32.load(logitTotals + at);
    entropy = f32.load(logitEntropies + at);
    rowGradient(rowOf(l), inverse, f32.load(logitSlopes + at), f32.load(logitSpreads + at), f32.load(logitLevels + at));
  }
  for (let i = 0; i < outputs; i++) {
    const at = floats(i);
    addOwn(rowOf(i32.load(outputLogits + at)), i32.load(outputTargets + at), inverse, f32.load(outputSlopes + at));
  }
}

/** Weighted cross-entropy with label smoothing, summed; replaces the logits by their gradient. */
export function crossEntropy(outputs: i32, labelSmoothing: f32): f64 {
  let sum: f64 = 0;
  for (let i = 0; i < outputs; i++) {
    const row = logits + floats(i * vocabularyStride);
    const weight = f32.load(outputWeights + floats(i));
    const target = i32.load(outputTargets + floats(i));
    logSoftmax(row, 1, true);
    const own = (<f32>1 - labelSmoothing) * (logTotal - f32.load(row + floats(target)));
    sum += <f64>(weight * (own - labelSmoothing * meanLogProb));
    rowGradient(row, 1, -weight * (1 - labelSmoothing), 0, weight * labelSmoothing);
    addOwn(row, target, 1, -weight * (1 - labelSmoothing));
  }
  return sum;
}

/** Entropies of softmax(logits / temperature) to `target`, and the gradient of their sum in the logits' place. */
export function entropies(target: usize, outputs: i32, temperature: f32): void {
  const inverse = <f32>1 / temperature;
  for (let i = 0; i < outputs; i++) {
    const row = logits + floats(i * vocabularyStride);
    logSoftmax(row, inverse, true);
    f32.store(target + floats(i), entropy);
    rowGradient(row, inverse, 0, -1, 0);
  }
}
