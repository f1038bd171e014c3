/**
 * Attention in a trie: each row is one token after one beginning, computed once for all sequences that share both. A row
 * sees the rows of its path, from the start to itself; its gradient flows into theirs, in the order of the rows.
 */
import { softmaxGradient } from './attention';
import { storeUpTo } from './lanes';
import { floats } from './memory';
import {
  attentionMixed, attentionNormed, attentionScale, attentionWeights, context, finalNormed, finalScale,
  gradMixed, gradQueryKeyValue, headScores, headWidth, heads, hiddenStride, keptRows, keyStride, layerBytes,
  layerInput, layerMiddle, layers, logits, mlpHidden, mlpNormed, mlpScale, queryKeyValue, rowParents, rowPaths,
  rowPositions, vocabularyStride, widthStride,
} from './shape';
import { mulAdd, softmaxRow } from './vector';

/** Of the row at hand: the rows it sees, and where theirs lie in an array of queries, keys and values. */
let path: usize = 0;
let keys: i32 = 0;

@inline function openRow(row: i32): void {
  path = rowPaths + floats(row * context);
  keys = i32.load(rowPositions + floats(row)) + 1;
}

@inline function seen(key: i32): i32 {
  return i32.load(path + floats(key));
}

/** Writes the paths of rows, whose parents come before them. */
export function tracePaths(first: i32, count: i32): void {
  for (let row = first; row < first + count; row++) {
    openRow(row);
    const parent = i32.load(rowParents + floats(row));
    if (parent >= 0) memory.copy(path, rowPaths + floats(parent * context), floats(keys - 1));
    i32.store(path + floats(keys - 1), row);
  }
}

/** `headScores`: the products of one row with the rows that the path sees, in rows of `3 · widthStride` from `source`. */
@inline function scores(vector: usize, source: usize): void {
  const rowBytes = floats(3 * widthStride);
  const whole = headWidth & ~3;
  const last = keys - 1;
  let key = 0;
  do {
    const k0 = source + <usize>seen(key) * rowBytes;
    const k1 = source + <usize>seen(min(key + 1, last)) * rowBytes;
    const k2 = source + <usize>seen(min(key + 2, last)) * rowBytes;
    const k3 = source + <usize>seen(min(key + 3, last)) * rowBytes;
    let s0 = f32x4.splat(0), s1 = f32x4.splat(0), s2 = f32x4.splat(0), s3 = f32x4.splat(0);
    let at: usize = 0;
    for (let d = 0; d < whole; d += 4) {
      const q = v128.load(vector + at);
      s0 = mulAdd(q, v128.load(k0 + at), s0);
      s1 = mulAdd(q, v128.load(k1 + at), s1);
      s2 = mulAdd(q, v128.load(k2 + at), s2);
      s3 = mulAdd(q, v128.load(k3 + at), s3);
      at += 16;
    }
    // The sums of the lanes of four vectors are the sum of their transposes.
    const low01 = v128.shuffle<f32>(s0, s1, 0, 4, 1, 5);
    const high01 = v128.shuffle<f32>(s0, s1, 2, 6, 3, 7);
    const low23 = v128.shuffle<f32>(s2, s3, 0, 4, 1, 5);
    const high23 = v128.shuffle<f32>(s2, s3, 2, 6, 3, 7);
    let sum = f32x4.add(
      f32x4.add(v128.shuffle<f32>(low01, low23, 0, 1, 4, 5), v128.shuffle<f32>(low01, low23, 2, 3, 6, 7)),
      f32x4.add(v128.shuffle<f32>(high01, high23, 0, 1, 4, 5), v128.shuffle<f32>(high01, high23, 2, 3, 6, 7)),
    );
    for (let d = whole; d < headWidth; d++) {
      const four = f32x4(f32.load(k0 + at), f32.load(k1 + at), f32.load(k2 + at), f32.load(k3 + at));
      sum = mulAdd(v128.load_splat<f32>(vector + at), four, sum);
      at += 4;
    }
    v128.store(headScores + floats(key), sum);
    key += 4;
  } while (key < keys);
}

/** target = Σ factors · rows of the path, one head's columns. */
@inline function mix(target: usize, factors: usize, source: usize): void {
  const rowBytes = floats(3 * widthStride);
  for (let d = 0; d < headWidth; d += 16) {
    let m0 = f32x4.splat(0), m1 = f32x4.splat(0), m2 = f32x4.splat(0), m3 = f32x4.splat(0);
    const from = source + floats(d);
    let key = 0;
    do {
      const factor = v128.load_splat<f32>(factors + floats(key));
      const row = from + <usize>seen(key) * rowBytes;
      m0 = mulAdd(factor, v128.load(row), m0);
      m1 = mulAdd(factor, v128.load(row, 16), m1);
      m2 = mulAdd(factor, v128.load(row, 32), m2);
      m3 = mulAdd(factor, v128.load(row, 48), m3);
      key++;
    } while (key < keys);
    const to = target + floats(d);
    const rest = headWidth - d;
    storeUpTo(to, m0, rest);
    if (rest > 4) storeUpTo(to + 16, m1, rest - 4);
    if (rest > 8) storeUpTo(to + 32, m2, rest - 8);
    if (rest > 12) storeUpTo(to + 48, m3, rest - 12);
  }
}

/** Adds to each row of the path its factor · vector, one head's columns. */
@inline function spread(target: usize, factors: usize, vector: usize): void {
  const rowBytes = floats(3 * widthStride);
  let d = 0;
  for (; d + 16 <= headWidth; d += 16) {
    const from = vector + floats(d);
    const v0 = v128.load(from), v1 = v128.load(from, 16), v2 = v128.load(from, 32), v3 = v128.load(from, 48);
    const to = target + floats(d);
    let key = 0;
    do {
      const factor = v128.load_splat<f32>(factors + floats(key));
      const row = to + <usize>seen(key) * rowBytes;
      v128.store(row, mulAdd(factor, v0, v128.load(row)));
      v128.store(row, mulAdd(factor, v1, v128.load(row, 16)), 16);
      v128.store(row, mulAdd(factor, v2, v128.load(row, 32)), 32);
      v128.store(row, mulAdd(factor, v3, v128.load(row, 48)), 48);
      key++;
    } while (key < keys);
  }
  for (; d < headWidth; d += 4) {
    const own = v128.load(vector + floats(d));
    const to = target + floats(d);
    let key = 0;
    do {
      const row = to + <usize>seen(key) * rowBytes;
      storeUpTo(row, mulAdd(v128.load_splat<f32>(factors + floats(key)), own, v128.load(row)), headWidth - d);
      key++;
    } while (key < keys);
  }
}

/** From queries, keys and values to the mixed values of all heads; keeps the attention weights. */
export function trieAttention(layer: usize, first: i32, count: i32): void {
  const scale = <f32>1 / sqrt<f32>(<f32>headWidth);
  const single = floats(widthStride);
  for (let row = first; row < first + count; row++) {
    openRow(row);
    const seenStride = (keys + 3) & ~3;
    for (let head = 0; head < heads; head++) {
      const column = floats(head * headWidth);
      const source = layer + queryKeyValue + column;
      const weights = layer + attentionWeights + floats((row * heads + head) * keyStride);
      scores(source + <usize>row * 3 * single, source + single);
      softmaxRow(weights, headScores, keys, seenStride, scale);
      mix(layer + attentionMixed + <usize>row * single + column, weights, source + 2 * single);
    }
  }
}

/**
 * From the gradient of the mixed values, of the rows after the first `skipped`, to that of the queries, keys and values
 * of all rows from `first` on.
 */
export function trieAttentionGradient(layer: usize, first: i32, count: i32, skipped: i32): void {
  const scale = <f32>1 / sqrt<f32>(<f32>headWidth);
  const single = floats(widthStride);
  const triple = 3 * single;
  memory.fill(gradQueryKeyValue, 0, <usize>count * triple);
  for (let row = first + skipped; row < first + count; row++) {
    openRow(row);
    const seenStride = (keys + 3) & ~3;
    for (let head = 0; head < heads; head++) {
      const column = floats(head * headWidth);
      const source = layer + queryKeyValue + column;
      const query = source + <usize>row * triple;
      const weights = layer + attentionWeights + floats((row * heads + head) * keyStride);
      const gradOutput = gradMixed + <usize>(row - first - skipped) * single + column;
      // As if the rows before `first` had gradients, too: a row's place is the same everywhere.
      const gradients = gradQueryKeyValue + column - <usize>first * triple;
      scores(gradOutput, source + 2 * single);
      softmaxGradient(headScores, weights, seenStride, scale);
      mix(gradients + <usize>row * triple, headScores, source + single);
      spread(gradients + single, headScores, query);
      spread(gradients + 2 * single, weights, gradOutput);
    }
  }
}

/**
 * Moves what `forward` kept of the rows in `keptRows` together, from `first` on, for a backward pass of these alone.
 *
 * @param trunk rows without logits, before and after
 */
export function keepRows(first: i32, rows: i32, trunkBefore: i32, trunkAfter: i32): void {
  for (let i = 0; i < rows; i++) {
    const from = i32.load(keptRows + floats(i));
    const to = first + i;
    if (from === to && trunkBefore === trunkAfter) continue;
    for (let index = 0; index < layers; index++) {
      const layer = <usize>index * layerBytes;
      move(layer + layerInput, from, to, widthStride);
      move(layer + attentionNormed, from, to, widthStride);
      move(layer + attentionScale, from, to, 1);
      move(layer + queryKeyValue, from, to, 3 * widthStride);
      move(layer + attentionWeights, from, to, heads * keyStride);
      move(layer + attentionMixed, from, to, widthStride);
      move(layer + layerMiddle, from, to, widthStride);
      move(layer + mlpNormed, from, to, widthStride);
      move(layer + mlpScale, from, to, 1);
      move(layer + mlpHidden, from, to, hiddenStride);
    }
    move(<usize>layers * layerBytes + layerInput, from, to, widthStride);
    if (from < first + trunkBefore) continue;
    move(finalNormed, from - trunkBefore, to - trunkAfter, widthStride);
    move(finalScale, from - trunkBefore, to - trunkAfter, 1);
    move(logits, from - trunkBefore, to - trunkAfter, vocabularyStride);
  }
}

@inline function move(array: usize, from: i32, to: i32, numbers: i32): void {
  memory.copy(array + floats(to * numbers), array + floats(from * numbers), floats(numbers));
}
