/** The transformer of engines/reference/transformer.ts on packed rows; its gradients are in backward.ts. */
import { attention } from './attention';
import { floats } from './memory';
import { rmsNorm } from './norm';
import { product } from './product';
import { randomAt } from './random';
import {
  attentionDropout, attentionMixed, attentionNormed, attentionScale, branchOutput, context, finalInput, finalNormed,
  finalScale, hidden, hiddenStride, layerBytes, layerInput, layerMiddle, layers, logitRows, logits, mlpDropout,
  mlpHidden, mlpNormed, mlpScale, queryKeyValue, rowDraws, rowPositions, rowTokens, unembedding,
  vocabularyStride, width, widthStride,
} from './shape';
import { tracePaths, trieAttention } from './trie';
import {
  attentionNorm, attentionOut, attentionQkv, blockBytes, finalNorm, mlpDown, mlpNorm, mlpUp, output, positionEmbedding,
} from './weights';

/** The pass at hand: rows from `first` on, and rows of logits from `firstLogits` on. */
export let first: i32 = 0;
export let rows: i32 = 0;
export let firstLogits: i32 = 0;
export let logitCount: i32 = 0;
/** Segments of the pass; 0 where its rows are a trie. */
export let segmentCount: i32 = 0;
/** Rows that `forward` has computed since the beginning. */
export let computedRows: f64 = 0;
/** Rows at the start that have no logits: of these the last layer needs keys and values alone. */
export let trunk: i32 = 0;

/** Dropout of the passes to come: none where the rate is 0. */
export let dropoutRate: f64 = 0;
let dropoutKey: u32 = 0;
let dropoutSequences: i32 = 0;

/** @param sequences B: the draws of a branch start after those of B · context rows for each branch before */
export function setDropout(rate: f64, key: u32, sequences: i32): void {
  dropoutRate = rate;
  dropoutKey = key;
  dropoutSequences = sequences;
}

/** Sequences by themselves, in segments. */
export function openPass(rowCount: i32, segmentTotal: i32, logitTotal: i32): void {
  first = 0;
  rows = rowCount;
  firstLogits = 0;
  logitCount = logitTotal;
  segmentCount = segmentTotal;
  trunk = 0;
}

/**
 * Rows of a trie, of which all after the trunk have a row of logits, one after the other. `first` is a multiple of 4
 * unless the rows before belong to the trie, too. `forward` computes them from those before; `backward` takes all rows
 * of a trie.
 */
export function openTrie(firstRow: i32, rowCount: i32, trunkRows: i32, firstLogit: i32): void {
  first = firstRow;
  rows = rowCount;
  firstLogits = firstLogit;
  logitCount = rowCount - trunkRows;
  segmentCount = 0;
  trunk = trunkRows;
  tracePaths(first, rows);
}

/** C = A · W for rows of activations and packed weights. */
@inline export function linear(c: usize, cStride: i32, a: usize, aStride: i32, w: usize, m: i32, k: i32): void {
  product(c, floats(cStride), a, floats(aStride), w, 32, floats(8 * k), m, k, cStride, false);
}

function embed(target: usize, panels: usize, token: i32, position: i32): void {
  const from = panels + floats(token * widthStride);
  const at = panels + positionEmbedding + floats(position * widthStride);
  for (let i: usize = 0; i < floats(widthStride); i += 16) {
    v128.store(target + i, f32x4.add(v128.load(from + i), v128.load(at + i)));
  }
}

/** target = x + y, numbers in multiples of 4. */
export function addRows(target: usize, x: usize, y: usize, count: i32): void {
  for (let i: usize = 0; i < floats(count); i += 16) {
    v128.store(target + i, f32x4.add(v128.load(x + i), v128.load(y + i)));
  }
}

function relu(values: usize, count: i32): void {
  const zero = f32x4.splat(0);
  for (let i: usize = 0; i < floats(count); i += 16) v128.store(values + i, f32x4.max(v128.load(values + i), zero));
}

function drawDropout(factors: usize, branch: i32): void {
  const threshold = dropoutRate * 4294967296.0;
  const kept = <f32>(1 / (1 - dropoutRate));
  for (let row = 0; row < rows; row++) {
    const first = <u32>((branch * dropoutSequences * context + i32.load(rowDraws + floats(row))) * width);
    const target = factors + floats(row * widthStride);
    for (let i = 0; i < width; i++) {
      f32.store(target + floats(i), <f64>randomAt(dropoutKey, first + i) < threshold ? 0 : kept);
    }
  }
}

/** target = x + branch output, with its dropout. */
function addBranch(target: usize, x: usize, factors: usize, branch: i32, count: i32): void {
  if (dropoutRate > 0) {
    drawDropout(factors, branch);
    multiply(branchOutput, branchOutput, factors, count * widthStride);
  }
  addRows(target, x, branchOutput, count * widthStride);
}

export function multiply(target: usize, x: usize, y: usize, count: i32): void {
  for (let i: usize = 0; i < floats(count); i += 16) {
    v128.store(target + i, f32x4.mul(v128.load(x + i), v128.load(y + i)));
  }
}

/**
 * Runs the open pass with packed weights; the results are `logits`, or `finalNormed` without an unembedding.
 * `keep` leaves each layer's activations for the backward pass; without it there is no dropout either.
 */
export function forward(panels: usize, keep: bool): void {
  computedRows += <f64>rows;
  const step = keep ? layerBytes : 0;
  const rate = dropoutRate;
  if (!keep) dropoutRate = 0;
  for (let row = first; row < first + rows; row++) {
    const at = floats(row);
    embed(layerInput + floats(row * widthStride), panels, i32.load(rowTokens + at), i32.load(rowPositions + at));
  }
  let layer: usize = 0;
  for (let index = 0; index < layers; index++) {
    const block = panels + <usize>index * blockBytes;
    const normed = layer + attentionNormed + floats(first * widthStride);
    const input = layer + layerInput + floats(first * widthStride);
    rmsNorm(normed, layer + attentionScale + floats(first), input, block + attentionNorm, rows);
    const skipped = index + 1 < layers ? 0 : trunk;
    if (skipped > 0) keysAndValues(layer, block + attentionQkv, skipped);
    forwardRows(layer, layer + step, block, first + skipped, rows - skipped, index);
    layer += step;
  }
  dropoutRate = rate;
  const normed = finalNormed + floats(firstLogits * widthStride);
  rmsNorm(normed, finalScale + floats(firstLogits), gatherFinal(layer), panels + finalNorm, logitCount);
  if (!unembedding) return;
  const results = logits + floats(firstLogits * vocabularyStride);
  linear(results, vocabularyStride, normed, widthStride, panels + output, logitCount, width);
}

/** A layer from its normed input on, for some rows, whose output is the input of `next`. */
function forwardRows(layer: usize, next: usize, block: usize, from: i32, count: i32, index: i32): void {
  const narrow = floats(from * widthStride);
  const normed = layer + attentionNormed + narrow;
  linear(layer + queryKeyValue + 3 * narrow, 3 * widthStride, normed, widthStride, block + attentionQkv, count, width);
  if (segmentCount > 0) attention(layer, segmentCount);
  else trieAttention(layer, from, count);
  linear(branchOutput, widthStride, layer + attentionMixed + narrow, widthStride, block + attentionOut, count, width);
  const middle = layer + layerMiddle + narrow;
  addBranch(middle, layer + layerInput + narrow, layer + attentionDropout, 2 * index, count);
  const mlpInput = layer + mlpNormed + narrow;
  const activations = layer + mlpHidden + floats(from * hiddenStride);
  rmsNorm(mlpInput, layer + mlpScale + floats(from), middle, block + mlpNorm, count);
  linear(activations, hiddenStride, mlpInput, widthStride, block + mlpUp, count, width);
  relu(activations, count * hiddenStride);
  linear(branchOutput, widthStride, activations, hiddenStride, block + mlpDown, count, hidden);
  addBranch(next + layerInput + narrow, middle, layer + mlpDropout, 2 * index + 1, count);
}

/** The keys and values alone of the first rows of the pass. */
function keysAndValues(layer: usize, weights: usize, count: i32): void {
  const narrow = floats(first * widthStride);
  const target = layer + queryKeyValue + 3 * narrow + floats(widthStride);
  const panel = floats(8 * width);
  const own = weights + <usize>(widthStride >> 3) * panel;
  const row = floats(widthStride);
  product(target, 3 * row, layer + attentionNormed + narrow, row, own, 32, panel, count, width, 2 * widthStride, false);
}

/** The outputs of the last layer that logits are made of, one after the other; a trie's are so already. */
export function gatherFinal(layer: usize): usize {
  if (segmentCount === 0) return layer + layerInput + floats((first + trunk) * widthStride);
  for (let i = 0; i < logitCount; i++) {
    const from = layer + layerInput + floats(i32.load(logitRows + floats(i)) * widthStride);
    memory.copy(finalInput + floats(i * widthStride), from, floats(widthStride));
  }
  return finalInput;
}
