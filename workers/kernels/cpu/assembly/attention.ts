/**
 * Multi-head attention of packed segments. A segment's rows see the rows of its prefix, which other segments may share,
 * and those of its own: all of them, or in a causal model those up to their own.
 */
import { floats } from './memory';
import { product } from './product';
import {
  attentionMixed, attentionWeights, causal, gradMixed, gradQueryKeyValue, headKeys, headOutput, headScores, headStride,
  headTransposed, headValues, headWidth, heads, keyStride, queryKeyValue, segmentBytes, segments, widthStride,
} from './shape';
import { softmaxRow, sumLanes } from './vector';

let firstRow: i32 = 0;
let rows: i32 = 0;
let past: i32 = 0;
let prefixRow: i32 = 0;
let keys: i32 = 0;
/** `keys` rounded up to 8. */
let stride: i32 = 0;

function openSegment(index: i32): void {
  const segment = segments + <usize>index * segmentBytes;
  firstRow = i32.load(segment);
  rows = i32.load(segment, 4);
  past = i32.load(segment, 8);
  prefixRow = i32.load(segment, 12);
  keys = past + rows;
  stride = (keys + 7) & ~7;
}

@inline function rowOf(key: i32): i32 {
  return key < past ? prefixRow + key : firstRow + key - past;
}

/** One head's columns of all keys: `[keys, headStride]`. What follows `headWidth` is of no meaning. */
function gather(target: usize, source: usize): void {
  const sourceRow = floats(3 * widthStride);
  for (let key = 0; key < keys; key++) {
    const from = source + <usize>rowOf(key) * sourceRow;
    for (let d = 0; d < headWidth; d += 4) v128.store(target + floats(d), v128.load(from + floats(d)));
    target += floats(headStride);
  }
}

/** The same transposed, `[headWidth, stride]`, zeros after the last key. */
function gatherTransposed(target: usize, source: usize): void {
  const sourceRow = floats(3 * widthStride);
  const row = floats(stride);
  for (let key = 0; key < stride; key += 4) {
    const s0 = key < keys ? source + <usize>rowOf(key) * sourceRow : 0;
    const s1 = key + 1 < keys ? source + <usize>rowOf(key + 1) * sourceRow : 0;
    const s2 = key + 2 < keys ? source + <usize>rowOf(key + 2) * sourceRow : 0;
    const s3 = key + 3 < keys ? source + <usize>rowOf(key + 3) * sourceRow : 0;
    let to = target + floats(key);
    for (let d = 0; d < headWidth; d += 4) {
      const at = floats(d);
      const r0 = s0 ? v128.load(s0 + at) : f32x4.splat(0);
      const r1 = s1 ? v128.load(s1 + at) : f32x4.splat(0);
      const r2 = s2 ? v128.load(s2 + at) : f32x4.splat(0);
      const r3 = s3 ? v128.load(s3 + at) : f32x4.splat(0);
      const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
      const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
      const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
      const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
      v128.store(to, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
      v128.store(to + row, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7));
      v128.store(to + 2 * row, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5));
      v128.store(to + 3 * row, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7));
      to += 4 * row;
    }
  }
}

/** Copies or adds rows of one head, `[count, headStride]`, to the head's columns in rows of `targetRow` bytes. */
function scatter(target: usize, targetRow: usize, source: usize, count: i32, add: bool): void {
  const whole = headWidth & ~3;
  for (let i = 0; i < count; i++) {
    for (let d = 0; d < whole; d += 4) {
      const at = floats(d);
      const value = v128.load(source + at);
      v128.store(target + at, add ? f32x4.add(v128.load(target + at), value) : value);
    }
    for (let d = whole; d < headWidth; d++) {
      const at = floats(d);
      const value = f32.load(source + at);
      f32.store(target + at, add ? f32.load(target + at) + value : value);
    }
    source += floats(headStride);
    target += targetRow;
  }
}

/** Adds rows `[keys, headStride]` to the keys' or values' part of the gradient, prefix rows included. */
function scatterKeys(target: usize, source: usize): void {
  const targetRow = floats(3 * widthStride);
  scatter(target + <usize>prefixRow * targetRow, targetRow, source, past, true);
  scatter(target + <usize>firstRow * targetRow, targetRow, source + floats(past * headStride), rows, true);
}

/** From queries, keys and values to the mixed values of all heads; keeps the attention weights. */
export function attention(layer: usize, segmentCount: i32): void {
  const tripleRow = floats(3 * widthStride);
  const singleRow = floats(widthStride);
  const headRow = floats(headStride);
  const scale = <f32>1 / sqrt<f32>(<f32>headWidth);
  for (let s = 0; s < segmentCount; s++) {
    openSegment(s);
    const keyRow = floats(stride);
    for (let head = 0; head < heads; head++) {
      const column = floats(head * headWidth);
      const queries = layer + queryKeyValue + <usize>firstRow * tripleRow + column;
      gatherTransposed(headTransposed, layer + queryKeyValue + singleRow + column);
      gather(headValues, layer + queryKeyValue + 2 * singleRow + column);
      product(headScores, keyRow, queries, tripleRow, 4, headTransposed, keyRow, 32, rows, headWidth, stride, false);
      const weights = layer + attentionWeights + floats(firstRow * heads * keyStride + head * rows * stride);
      for (let i = 0; i < rows; i++) {
        const at = <usize>i * keyRow;
        softmaxRow(weights + at, headScores + at, causal ? past + i + 1 : keys, stride, scale);
      }
      product(headOutput, headRow, weights, keyRow, 4, headValues, headRow, 32, rows, keys, headStride, false);
      scatter(layer + attentionMixed + <usize>firstRow * singleRow + column, singleRow, headOutput, rows, false);
    }
  }
}

/** From the gradient of the mixed values to that of queries, keys and values. */
export function attentionGradient(layer: usize, segmentCount: i32, rowCount: i32): void {
  const tripleRow = floats(3 * widthStride);
  const singleRow = floats(widthStride);
  const headRow = floats(headStride);
  const scale = <f32>1 / sqrt<f32>(<f32>headWidth);
  memory.fill(gradQueryKeyValue, 0, <usize>rowCount * tripleRow);
  for (let s = 0; s < segmentCount; s++) {
    openSegment(s);
    const keyRow = floats(stride);
    for (let head = 0; head < heads; head++) {
      const column = floats(head * headWidth);
      const queries = layer + queryKeyValue + <usize>firstRow * tripleRow + column;
      const gradOutput = gradMixed + <usize>firstRow * singleRow + column;
      const weights = layer + attentionWeights + floats(firstRow * heads * keyStride + head * rows * stride);
      gatherTransposed(headTransposed, layer + queryKeyValue + 2 * singleRow + column);
      gather(headKeys, layer + queryKeyValue + singleRow + column);

      product(headScores, keyRow, gradOutput, singleRow, 4, headTransposed, keyRow, 32, rows, headWidth, stride, false);
      for (let i = 0; i < rows; i++) {
        const at = <usize>i * keyRow;
        softmaxGradient(headScores + at, weights + at, scale);
      }

      product(headOutput, headRow, headScores, keyRow, 4, headKeys, headRow, 32, rows, keys, headStride, false);
      scatter(gradQueryKeyValue + <usize>firstRow * tripleRow + column, tripleRow, headOutput, rows, false);
      product(headOutput, headRow, headScores, 4, keyRow, queries, tripleRow, 32, keys, rows, headStride, false);
      scatterKeys(gradQueryKeyValue + singleRow + column, headOutput);
      product(headOutput, headRow, weights, 4, keyRow, gradOutput, singleRow, 32, keys, rows, headStride, false);
      scatterKeys(gradQueryKeyValue + 2 * singleRow + column, headOutput);
    }
  }
}

/** Replaces the gradient of a row of weights by that of its scores before scaling. */
@inline function softmaxGradient(gradient: usize, weights: usize, scale: f32): void {
  let products = f32x4.splat(0);
  for (let j = 0; j < stride; j += 4) {
    products = f32x4.add(products, f32x4.mul(v128.load(weights + floats(j)), v128.load(gradient + floats(j))));
  }
  const mean = f32x4.splat(sumLanes(products));
  const factor = f32x4.splat(scale);
  let j = 0;
  do {
    const at = gradient + floats(j);
    const centred = f32x4.sub(v128.load(at), mean);
    v128.store(at, f32x4.mul(f32x4.mul(v128.load(weights + floats(j)), centred), factor));
    j += 4;
  } while (j < stride);
}
