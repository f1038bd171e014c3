/** Sampling tokens: distributions of rows of logits, and draws from them. */
import { floats } from './memory';
import { uniformAt } from './random';
import {
  drawIndices, drawLogits, drawnLogProbs, drawnTokens, logits, samplingCumulative, samplingEntropies, samplingFiltered,
  samplingProbabilities, samplingTotals, vocabulary, vocabularyStride,
} from './shape';
import { mulAdd, softmaxRow, sumLanes } from './vector';

/**
 * The distribution that a rollout samples from, to `target`: temperature, then top-k (0 = off), then the nucleus
 * (1 = off). Equal probabilities rank in token order.
 */
export function samplingDistribution(target: usize, row: usize, temperature: f32, topK: i32, topP: f32): void {
  softmaxRow(target, row, vocabulary, vocabularyStride, <f32>1 / temperature);
  if (topK === 0 && topP === 1) return;
  // What ranks ahead is told by the probabilities before any of them is removed.
  memory.copy(samplingFiltered, target, floats(vocabularyStride));
  const limit = topK === 0 ? vocabulary : topK;
  let kept: f32 = 0;
  for (let i = 0; i < vocabulary; i++) {
    let rank = 0;
    for (let j = 0; j < vocabulary; j++) rank += i32(isAhead(j, i));
    if (rank < limit) kept += f32.load(samplingFiltered + floats(i));
    else f32.store(target + floats(i), 0);
  }
  for (let i = 0; i < vocabulary; i++) {
    const at = target + floats(i);
    f32.store(at, f32.load(at) / kept);
  }
  // The nucleus, marked in place of the probabilities it removes: a negative number is one that goes.
  let nucleus: f32 = 0;
  for (let i = 0; i < vocabulary; i++) {
    let massAhead: f32 = 0;
    for (let j = 0; j < vocabulary; j++) {
      if (isAhead(j, i)) massAhead += abs<f32>(f32.load(target + floats(j)));
    }
    const at = target + floats(i);
    if (massAhead < topP) nucleus += f32.load(at);
    else f32.store(at, -f32.load(at));
  }
  for (let i = 0; i < vocabulary; i++) {
    const at = target + floats(i);
    f32.store(at, max<f32>(f32.load(at), 0) / nucleus);
  }
}

@inline function isAhead(other: i32, own: i32): bool {
  const theirs = f32.load(samplingFiltered + floats(other));
  const mine = f32.load(samplingFiltered + floats(own));
  return theirs > mine || (theirs === mine && other < own);
}

/** Makes so many rows of logits, from `first` on, distributions that `draw` draws from. */
export function openDraws(first: i32, count: i32, temperature: f32, topK: i32, topP: f32): void {
  for (let i = 0; i < count; i++) {
    const row = logits + floats((first + i) * vocabularyStride);
    const probabilities = samplingProbabilities + floats(i * vocabularyStride);
    const cumulative = samplingCumulative + floats(i * vocabularyStride);
    samplingDistribution(probabilities, row, temperature, topK, topP);
    let total: f32 = 0;
    let likeliest = 0;
    for (let v = 0; v < vocabulary; v++) {
      const p = f32.load(probabilities + floats(v));
      if (p > f32.load(probabilities + floats(likeliest))) likeliest = v;
      total += p;
      f32.store(cumulative + floats(v), total);
    }
    // The last token takes what rounding leaves.
    for (let v = vocabulary - 1; v < vocabularyStride; v++) f32.store(cumulative + floats(v), Infinity);
    f32.store(samplingTotals + floats(i), total);
    f32.store(samplingEntropies + floats(i), entropyOf(probabilities, row, temperature, likeliest, total));
  }
}

/**
 * The entropy of a sampling distribution that came from a row of logits, by its likeliest token: for
 * p ∝ exp(logits / temperature) where it is not 0, H = −log p(token) − Σ p · (logits − logit of the token) / temperature.
 */
function entropyOf(probabilities: usize, row: usize, temperature: f32, token: i32, total: f32): f32 {
  const own = v128.load_splat<f32>(row + floats(token));
  let sum = f32x4.splat(0);
  for (let v = 0; v < vocabulary; v += 4) {
    const at = floats(v);
    sum = mulAdd(v128.load(probabilities + at), f32x4.sub(v128.load(row + at), own), sum);
  }
  return max<f32>(-logProbOf(probabilities, token, total) - sumLanes(sum) / temperature, 0);
}

@inline function logProbOf(probabilities: usize, token: i32, total: f32): f32 {
  return <f32>Math.log(max<f32>(f32.load(probabilities + floats(token)) / total, 1e-30));
}

/**
 * Draws a token for each of so many sequences: the number of cumulative sums at or below its uniform draw, which is
 * number `drawIndices` under the key.
 */
export function draw(sequences: i32, key: u32): void {
  for (let s = 0; s < sequences; s++) {
    const at = floats(s);
    const row = i32.load(drawLogits + at);
    const cumulative = samplingCumulative + floats(row * vocabularyStride);
    const total = f32.load(samplingTotals + floats(row));
    const threshold = f32x4.splat(uniformAt(key, i32.load(drawIndices + at)) * total);
    let below = i32x4.splat(0);
    let v = 0;
    do {
      below = i32x4.sub(below, f32x4.le(v128.load(cumulative + floats(v)), threshold));
      v += 4;
    } while (v < vocabularyStride);
    const token =
      i32x4.extract_lane(below, 0) + i32x4.extract_lane(below, 1) +
      i32x4.extract_lane(below, 2) + i32x4.extract_lane(below, 3);
    i32.store(drawnTokens + at, token);
    f32.store(drawnLogProbs + at, logProbOf(samplingProbabilities + floats(row * vocabularyStride), token, total));
  }
}
