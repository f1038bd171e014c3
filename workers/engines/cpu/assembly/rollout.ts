/** Sampling token by token with cached keys and values; only sequences that go on are computed. */
import { floats } from './memory';
import { rmsNorm } from './norm';
import { uniformAt } from './random';
import {
  attentionMixed, attentionNormed, attentionScale, branchOutput, context, finalNormed, finalScale, headScores,
  headStride, headWidth, heads, hidden, hiddenStride, keyCache, keyStride, layerBytes, layerInput, layers, logits,
  mlpHidden, mlpNormed, mlpScale, outputRows, passRows, queryKeyValue, rolloutAlive, rolloutEntropies, rolloutFiltered, rolloutLogProbs,
  rolloutLogits, rolloutProbabilities, rolloutPrompts, rolloutSequences, rolloutTokens, rowPositions, rowTokens,
  segmentBytes, segments, unembedding, valueCache, vocabulary, vocabularyStride, width, widthStride,
} from './shape';
import { addRows, embed, forward, linear, openPass, relu, setDropout } from './transformer';
import { mulAdd, softmaxRow, sumLanes } from './vector';
import {
  attentionNorm, attentionOut, attentionQkv, blockBytes, finalNorm, mlpDown, mlpNorm, mlpUp, output, policyPanels,
} from './weights';

/** The probability of the token that `draw` chose. */
let chosenProbability: f32 = 0;

/**
 * The distribution that a rollout samples from, `rolloutProbabilities`: temperature, then top-k (0 = off), then the
 * nucleus (1 = off). Equal probabilities rank in token order.
 */
export function samplingDistribution(row: usize, temperature: f32, topK: i32, topP: f32): void {
  softmaxRow(rolloutProbabilities, row, vocabulary, vocabularyStride, <f32>1 / temperature);
  if (topK === 0 && topP === 1) return;
  // What ranks ahead is told by the probabilities before any of them is removed.
  memory.copy(rolloutFiltered, rolloutProbabilities, floats(vocabularyStride));
  const limit = topK === 0 ? vocabulary : topK;
  let kept: f32 = 0;
  for (let i = 0; i < vocabulary; i++) {
    let rank = 0;
    for (let j = 0; j < vocabulary; j++) rank += i32(isAhead(j, i));
    if (rank < limit) kept += f32.load(rolloutFiltered + floats(i));
    else f32.store(rolloutProbabilities + floats(i), 0);
  }
  for (let i = 0; i < vocabulary; i++) {
    const at = rolloutProbabilities + floats(i);
    f32.store(at, f32.load(at) / kept);
  }
  // The nucleus, marked in place of the probabilities it removes: a negative number is one that goes.
  let nucleus: f32 = 0;
  for (let i = 0; i < vocabulary; i++) {
    let massAhead: f32 = 0;
    for (let j = 0; j < vocabulary; j++) {
      if (isAhead(j, i)) massAhead += abs<f32>(f32.load(rolloutProbabilities + floats(j)));
    }
    const at = rolloutProbabilities + floats(i);
    if (massAhead < topP) nucleus += f32.load(at);
    else f32.store(at, -f32.load(at));
  }
  for (let i = 0; i < vocabulary; i++) {
    const at = rolloutProbabilities + floats(i);
    f32.store(at, max<f32>(f32.load(at), 0) / nucleus);
  }
}

@inline function isAhead(other: i32, own: i32): bool {
  const theirs = f32.load(rolloutFiltered + floats(other));
  const mine = f32.load(rolloutFiltered + floats(own));
  return theirs > mine || (theirs === mine && other < own);
}

/** The token at the draw's place in the cumulative distribution: the number of cumulative sums at or below it. */
function draw(uniform: f32): i32 {
  let total: f32 = 0;
  for (let v = 0; v < vocabulary; v++) total += f32.load(rolloutProbabilities + floats(v));
  const threshold = uniform * total;
  let cumulative: f32 = 0;
  let token = 0;
  for (let v = 0; v < vocabulary - 1; v++) {
    cumulative += f32.load(rolloutProbabilities + floats(v));
    token += i32(cumulative <= threshold);
  }
  chosenProbability = f32.load(rolloutProbabilities + floats(token)) / total;
  return token;
}

/**
 * The entropy of `rolloutProbabilities`, which came from a row of logits, by its log-probability of a token in it:
 * for p ∝ exp(logits / temperature), H = −log p(token) − Σ p · (logits − logit of the token) / temperature.
 */
function entropyBy(row: usize, temperature: f32, token: i32, logProb: f32): f32 {
  const own = v128.load_splat<f32>(row + floats(token));
  let sum = f32x4.splat(0);
  for (let v = 0; v < vocabulary; v += 4) {
    const at = floats(v);
    sum = mulAdd(v128.load(rolloutProbabilities + at), f32x4.sub(v128.load(row + at), own), sum);
  }
  return max<f32>(-logProb - sumLanes(sum) / temperature, 0);
}

/**
 * Samples responses to `rolloutPrompts` with the policy's weights into `rolloutTokens`, `rolloutLogProbs` and
 * `rolloutEntropies`, `[sequences, maxResponseLength]`.
 *
 * @param sequences at most `rolloutSequences`; each run of `repeats` has one prompt
 * @param first the index of the first one in its batch: draw t of sequence b is number b · maxResponseLength + t
 * @returns the longest response
 */
export function rollout(
  sequences: i32, repeats: i32, promptLength: i32, maxResponseLength: i32, first: i32, key: u32,
  temperature: f32, topK: i32, topP: f32, endOfSequence: i32, padding: i32,
): i32 {
  for (let i = 0; i < sequences * maxResponseLength; i++) i32.store(rolloutTokens + floats(i), padding);
  memory.fill(rolloutLogProbs, 0, floats(sequences * maxResponseLength));
  memory.fill(rolloutEntropies, 0, floats(sequences * maxResponseLength));
  readPrompts(sequences, repeats, promptLength);
  let alive = sequences;
  for (let s = 0; s < sequences; s++) i32.store(rolloutAlive + floats(s), s);
  let t = 0;
  while (true) {
    let goingOn = 0;
    for (let r = 0; r < alive; r++) {
      const s = i32.load(rolloutAlive + floats(r));
      const row = t > 0 ? logits + floats(r * vocabularyStride) : rolloutLogits + floats((s / repeats) * vocabularyStride);
      if (t > 0 || s % repeats === 0) samplingDistribution(row, temperature, topK, topP);
      const token = draw(uniformAt(key, (first + s) * maxResponseLength + t));
      const at = floats(s * maxResponseLength + t);
      i32.store(rolloutTokens + at, token);
      const logProb = <f32>Math.log(max<f32>(chosenProbability, 1e-30));
      f32.store(rolloutLogProbs + at, logProb);
      f32.store(rolloutEntropies + at, entropyBy(row, temperature, token, logProb));
      if (token !== endOfSequence) i32.store(rolloutAlive + floats(goingOn++), s);
    }
    alive = goingOn;
    if (alive === 0 || t + 1 === maxResponseLength) return t + 1;
    decode(alive, promptLength + t, maxResponseLength, t);
    t++;
  }
}

/** Runs the prompts, as many at a time as a pass holds, and keeps their keys, values and last logits. */
function readPrompts(sequences: i32, repeats: i32, promptLength: i32): void {
  setDropout(0, 0, 0);
  const prompts = (sequences + repeats - 1) / repeats;
  const most = passRows / promptLength;
  for (let start = 0; start < prompts; start += most) {
    const count = min(most, prompts - start);
    for (let i = 0; i < count; i++) {
      const segment = segments + <usize>i * segmentBytes;
      i32.store(segment, i * promptLength);
      i32.store(segment, promptLength, 4);
      i32.store(segment, 0, 8);
      i32.store(segment, 0, 12);
      for (let p = 0; p < promptLength; p++) {
        const at = floats(i * promptLength + p);
        i32.store(rowTokens + at, i32.load(rolloutPrompts + floats((start + i) * promptLength + p)));
        i32.store(rowPositions + at, p);
      }
      i32.store(outputRows + floats(i), (i + 1) * promptLength - 1);
    }
    openPass(count * promptLength, count, count);
    forward(policyPanels, true);
    memory.copy(rolloutLogits + floats(start * vocabularyStride), logits, floats(count * vocabularyStride));
    for (let i = 0; i < count; i++) {
      const last = min((start + i + 1) * repeats, sequences);
      for (let s = (start + i) * repeats; s < last; s++) cachePrompt(s, i * promptLength, promptLength);
    }
  }
}

@inline function keysOf(layer: i32, sequence: i32): usize {
  return keyCache + floats((layer * rolloutSequences + sequence) * heads * headWidth * keyStride);
}

@inline function valuesOf(layer: i32, sequence: i32): usize {
  return valueCache + floats((layer * rolloutSequences + sequence) * heads * context * headStride);
}

function cachePrompt(sequence: i32, row: i32, length: i32): void {
  for (let layer = 0; layer < layers; layer++) {
    for (let p = 0; p < length; p++) {
      const source = <usize>layer * layerBytes + queryKeyValue + floats((row + p) * 3 * widthStride);
      cache(layer, sequence, p, source);
    }
  }
}

/** Keeps the keys and values of a row of `queryKeyValue` as those of a position. */
function cache(layer: i32, sequence: i32, position: i32, row: usize): void {
  let key = keysOf(layer, sequence) + floats(position);
  let value = valuesOf(layer, sequence) + floats(position * headStride);
  let from = row + floats(widthStride);
  for (let i = 0; i < width; i++) {
    f32.store(key, f32.load(from));
    key += floats(keyStride);
    from += 4;
  }
  from = row + floats(2 * widthStride);
  for (let head = 0; head < heads; head++) {
    memory.copy(value, from, floats(headWidth));
    value += floats(context * headStride);
    from += floats(headWidth);
  }
}

/** One token further for the sequences alive: the logits that follow the token sampled at response position t. */
function decode(alive: i32, position: i32, maxResponseLength: i32, t: i32): void {
  for (let r = 0; r < alive; r++) {
    const s = i32.load(rolloutAlive + floats(r));
    const token = i32.load(rolloutTokens + floats(s * maxResponseLength + t));
    embed(layerInput + floats(r * widthStride), policyPanels, token, position);
  }
  const count = alive * widthStride;
  for (let layer = 0; layer < layers; layer++) {
    const block = policyPanels + <usize>layer * blockBytes;
    rmsNorm(attentionNormed, attentionScale, layerInput, block + attentionNorm, alive);
    linear(queryKeyValue, 3 * widthStride, attentionNormed, widthStride, block + attentionQkv, alive, width);
    for (let r = 0; r < alive; r++) {
      const s = i32.load(rolloutAlive + floats(r));
      const row = queryKeyValue + floats(3 * r * widthStride);
      cache(layer, s, position, row);
      attend(layer, s, position + 1, row, attentionMixed + floats(r * widthStride));
    }
    linear(branchOutput, widthStride, attentionMixed, widthStride, block + attentionOut, alive, width);
    addRows(layerInput, layerInput, branchOutput, count);
    rmsNorm(mlpNormed, mlpScale, layerInput, block + mlpNorm, alive);
    linear(mlpHidden, hiddenStride, mlpNormed, widthStride, block + mlpUp, alive, width);
    relu(mlpHidden, alive * hiddenStride);
    linear(branchOutput, widthStride, mlpHidden, hiddenStride, block + mlpDown, alive, hidden);
    addRows(layerInput, layerInput, branchOutput, count);
  }
  rmsNorm(finalNormed, finalScale, layerInput, policyPanels + finalNorm, alive);
  if (unembedding) linear(logits, vocabularyStride, finalNormed, widthStride, policyPanels + output, alive, width);
}

/** The mixed values of one query over `keys` cached positions. */
function attend(layer: i32, sequence: i32, keys: i32, query: usize, target: usize): void {
  const scale = <f32>1 / sqrt<f32>(<f32>headWidth);
  let key = keysOf(layer, sequence);
  let value = valuesOf(layer, sequence);
  for (let head = 0; head < heads; head++) {
    for (let j = 0; j < keys; j += 8) {
      let low = f32x4.splat(0);
      let high = f32x4.splat(0);
      let from = key + floats(j);
      for (let d = 0; d < headWidth; d++) {
        const q = v128.load_splat<f32>(query + floats(d));
        low = mulAdd(q, v128.load(from), low);
        high = mulAdd(q, v128.load(from, 16), high);
        from += floats(keyStride);
      }
      v128.store(headScores + floats(j), low);
      v128.store(headScores + floats(j), high, 16);
    }
    softmaxRow(headScores, headScores, keys, keys, scale);
    for (let d = 0; d < headWidth; d += 4) {
      let sum = f32x4.splat(0);
      let from = value + floats(d);
      for (let j = 0; j < keys; j++) {
        sum = mulAdd(v128.load_splat<f32>(headScores + floats(j)), v128.load(from), sum);
        from += floats(headStride);
      }
      if (d + 4 <= headWidth) v128.store(target + floats(d), sum);
      else {
        f32.store(target + floats(d), f32x4.extract_lane(sum, 0));
        if (d + 1 < headWidth) f32.store(target + floats(d + 1), f32x4.extract_lane(sum, 1));
        if (d + 2 < headWidth) f32.store(target + floats(d + 2), f32x4.extract_lane(sum, 2));
      }
    }
    key += floats(headWidth * keyStride);
    value += floats(context * headStride);
    query += floats(headWidth);
    target += floats(headWidth);
  }
}
