/**
 * Multi-head attention of packed segments: a row sees all rows of its segment, or in a causal model those up to its own.
 */
import { floats } from './memory';
import { product, productOfTransposed } from './product';
import {
  attentionMixed, attentionWeights, causal, gradMixed, gradQueryKeyValue, headKeys, headOutput, headScores, headStride,
  headTransposed, headValues, headWidth, heads, keyStride, queryKeyValue, segmentBytes, segments, widthStride,
} from './shape';
import { mulAdd, softmaxRow, sumLanes } from './vector';

let firstRow: i32 = 0;
let rows: i32 = 0;
/** `rows` rounded up to 8, and a row of so many numbers in bytes. */
let stride: i32 = 0;
let keyRow: usize = 0;

/** Of one head: where its columns start in a row, its queries, and its attention weights, `[rows, stride]`. */
let column: usize = 0;
let queries: usize = 0;
let weights: usize = 0;

function openSegment(index: i32): void {
  const segment = segments + <usize>index * segmentBytes;
  firstRow = i32.load(segment);
  rows = i32.load(segment, 4);
  stride = (rows + 7) & ~7;
  keyRow = floats(stride);
}

function openHead(layer: usize, head: i32): void {
  column = floats(head * headWidth);
  queries = layer + queryKeyValue + floats(3 * widthStride * firstRow) + column;
  weights = layer + attentionWeights + floats(firstRow * heads * keyStride + head * rows * stride);
}

/** One head's columns of all rows: `[rows, headStride]`. What follows `headWidth` is of no meaning. */
function gather(target: usize, source: usize): void {
  const sourceRow = floats(3 * widthStride);
  let from = source + <usize>firstRow * sourceRow;
  for (let key = 0; key < rows; key++) {
    for (let d = 0; d < headWidth; d += 4) v128.store(target + floats(d), v128.load(from + floats(d)));
    from += sourceRow;
    target += floats(headStride);
  }
}

/** The same transposed, `[headWidth, stride]`, zeros after the last row. */
function gatherTransposed(target: usize, source: usize): void {
  const sourceRow = floats(3 * widthStride);
  const row = floats(stride);
  const from = source + <usize>firstRow * sourceRow;
  for (let key = 0; key < stride; key += 4) {
    const s0 = key < rows ? from + <usize>key * sourceRow : 0;
    const s1 = key + 1 < rows ? from + <usize>(key + 1) * sourceRow : 0;
    const s2 = key + 2 < rows ? from + <usize>(key + 2) * sourceRow : 0;
    const s3 = key + 3 < rows ? from + <usize>(key + 3) * sourceRow : 0;
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

/** Copies rows of one head, `[rows, headStride]`, to the head's columns in rows of `targetRow` bytes. */
function scatter(target: usize, targetRow: usize, source: usize): void {
  const whole = headWidth & ~3;
  for (let i = 0; i < rows; i++) {
    for (let d = 0; d < whole; d += 4) v128.store(target + floats(d), v128.load(source + floats(d)));
    for (let d = whole; d < headWidth; d++) f32.store(target + floats(d), f32.load(source + floats(d)));
    source += floats(headStride);
    target += targetRow;
  }
}

/**
 * Queries, or keys, that a product takes together: few in a causal model, where products then leave out most of what
 * these cannot see, or be seen by.
 */
@inline function blockOf(count: i32): i32 {
  return causal ? min(8, count) : count;
}

/** Keys that the segment's rows before `end` see, rounded up to 8. */
@inline function keysBefore(end: i32): i32 {
  return causal ? (end + 7) & ~7 : stride;
}

/** The first of the segment's rows that sees a key. */
@inline function firstQuery(key: i32): i32 {
  return causal ? key : 0;
}

/** From queries, keys and values to the mixed values of all heads; keeps the attention weights. */
export function attention(layer: usize, segmentCount: i32): void {
  const tripleRow = floats(3 * widthStride);
  const singleRow = floats(widthStride);
  const headRow = floats(headStride);
  const scale = <f32>1 / sqrt<f32>(<f32>headWidth);
  for (let s = 0; s < segmentCount; s++) {
    openSegment(s);
    for (let head = 0; head < heads; head++) {
      openHead(layer, head);
      gatherTransposed(headTransposed, layer + queryKeyValue + singleRow + column);
      gather(headValues, layer + queryKeyValue + 2 * singleRow + column);
      for (let first = 0; first < rows; first += blockOf(rows)) {
        const count = min(blockOf(rows), rows - first);
        const seen = keysBefore(first + count);
        const from = queries + <usize>first * tripleRow;
        const block = weights + <usize>first * keyRow;
        const mixed = headOutput + <usize>first * headRow;
        product(headScores, keyRow, from, tripleRow, headTransposed, keyRow, 32, count, headWidth, seen, false);
        for (let i = 0; i < count; i++) {
          const at = <usize>i * keyRow;
          softmaxRow(block + at, headScores + at, causal ? first + i + 1 : rows, seen, scale);
        }
        product(mixed, headRow, block, keyRow, headValues, headRow, 32, count, min(seen, rows), headStride, false);
      }
      scatter(layer + attentionMixed + <usize>firstRow * singleRow + column, singleRow, headOutput);
    }
  }
}

/** From the gradient of the mixed values to that of queries, keys and values. */
export function attentionGradient(layer: usize, segmentCount: i32): void {
  const tripleRow = floats(3 * widthStride);
  const singleRow = floats(widthStride);
  const headRow = floats(headStride);
  const scale = <f32>1 / sqrt<f32>(<f32>headWidth);
  for (let s = 0; s < segmentCount; s++) {
    openSegment(s);
    for (let head = 0; head < heads; head++) {
      openHead(layer, head);
      const gradOutput = gradMixed + <usize>firstRow * singleRow + column;
      gatherTransposed(headTransposed, layer + queryKeyValue + 2 * singleRow + column);
      gather(headKeys, layer + queryKeyValue + singleRow + column);
      for (let first = 0; first < rows; first += blockOf(rows)) {
        const count = min(blockOf(rows), rows - first);
        const seen = keysBefore(first + count);
        const from = gradOutput + <usize>first * singleRow;
        const block = headScores + <usize>first * keyRow;
        const gradQueries = headOutput + <usize>first * headRow;
        product(block, keyRow, from, singleRow, headTransposed, keyRow, 32, count, headWidth, seen, false);
        for (let i = 0; i < count; i++) {
          const at = <usize>i * keyRow;
          softmaxGradient(block + at, weights + <usize>first * keyRow + at, seen, scale);
        }
        product(gradQueries, headRow, block, keyRow, headKeys, headRow, 32, count, min(seen, rows), headStride, false);
      }
      const gradOwn = gradQueryKeyValue + <usize>firstRow * tripleRow + column;
      scatter(gradOwn, tripleRow, headOutput);
      keyGradients(headScores, queries, tripleRow);
      scatter(gradOwn + singleRow, tripleRow, headOutput);
      keyGradients(weights, gradOutput, singleRow);
      scatter(gradOwn + 2 * singleRow, tripleRow, headOutput);
    }
  }
}

/** Aᵀ · B to `headOutput`, `[rows, headStride]`, for A `[rows, stride]` and B `[rows, headStride]` with rows of `bRow` bytes. */
function keyGradients(a: usize, b: usize, bRow: usize): void {
  const headRow = floats(headStride);
  for (let key = 0; key < rows; key += blockOf(rows)) {
    const count = min(blockOf(rows), rows - key);
    const first = firstQuery(key);
    const block = a + <usize>first * keyRow + floats(key);
    const from = b + <usize>first * bRow;
    const target = headOutput + <usize>key * headRow;
    productOfTransposed(target, headRow, block, keyRow, from, bRow, 32, count, rows - first, headStride, false);
  }
}

/** Replaces the gradient of the first `count` weights of a row, a multiple of 4, by that of its scores before scaling. */
@inline export function softmaxGradient(gradient: usize, weights: usize, count: i32, scale: f32): void {
  let products = f32x4.splat(0);
  for (let j = 0; j < count; j += 4) {
    products = mulAdd(v128.load(weights + floats(j)), v128.load(gradient + floats(j)), products);
  }
  const mean = f32x4.splat(sumLanes(products));
  const factor = f32x4.splat(scale);
  let j = 0;
  do {
    const at = gradient + floats(j);
    const centred = f32x4.sub(v128.load(at), mean);
    v128.store(at, f32x4.mul(f32x4.mul(v128.load(weights + floats(j)), centred), factor));
    j += 4;
  } while (j < count);
}
