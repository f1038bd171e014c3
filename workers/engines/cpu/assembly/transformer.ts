/** The transformer of engines/reference/transformer.ts on packed rows, forward and backward. */
import { attention, attentionGradient } from './attention';
import { floats } from './memory';
import { rmsNorm, rmsNormGradient } from './norm';
import { product, productOfTransposed } from './product';
import { randomAt } from './random';
import {
  attentionDropout, attentionMixed, attentionNormed, attentionScale, branchOutput, context, finalInput, finalNormed,
  finalScale, gradBranch, gradFinalInput, gradFinalNormed, gradHidden, gradMixed, gradNormed, gradQueryKeyValue,
  gradResidual, hidden, hiddenStride, layerBytes, layerInput, layerMiddle, layers, logits, mlpDropout, mlpHidden,
  logitRows, mlpNormed, mlpScale, queryKeyValue, rowDraws, rowPositions, rowTokens, unembedding, vocabularyStride,
  width, widthStride,
} from './shape';
import { tracePaths, trieAttention, trieAttentionGradient } from './trie';
import {
  attentionNorm, attentionOut, attentionQkv, blockBytes, finalNorm, gradients, mlpDown, mlpNorm, mlpUp, output,
  policyPanels, positionEmbedding, transposed,
} from './weights';

/** The pass at hand: rows from `first` on, and rows of logits from `firstLogits` on. */
let first: i32 = 0;
let rows: i32 = 0;
let firstLogits: i32 = 0;
let logitCount: i32 = 0;
/** Segments of the pass; 0 where its rows are a trie. */
let segmentCount: i32 = 0;
/** Rows at the start that have no logits: of these the last layer needs keys and values alone. */
let trunk: i32 = 0;

/** Dropout of the passes to come: none where the rate is 0. */
let dropoutRate: f64 = 0;
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
@inline function linear(c: usize, cStride: i32, a: usize, aStride: i32, w: usize, m: i32, k: i32): void {
  product(c, floats(cStride), a, floats(aStride), w, 32, floats(8 * k), m, k, cStride, false);
}

/** Adds Aᵀ · C to the gradient of a weight matrix. */
@inline function weightGradient(gradient: usize, a: usize, aStride: i32, c: usize, cStride: i32, k: i32): void {
  productOfTransposed(gradient, floats(cStride), a, floats(aStride), c, floats(cStride), 32, aStride, k, cStride, true);
}

function embed(target: usize, panels: usize, token: i32, position: i32): void {
  const from = panels + floats(token * widthStride);
  const at = panels + positionEmbedding + floats(position * widthStride);
  for (let i: usize = 0; i < floats(widthStride); i += 16) {
    v128.store(target + i, f32x4.add(v128.load(from + i), v128.load(at + i)));
  }
}

/** target = x + y, numbers in multiples of 4. */
function addRows(target: usize, x: usize, y: usize, count: i32): void {
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

function multiply(target: usize, x: usize, y: usize, count: i32): void {
  for (let i: usize = 0; i < floats(count); i += 16) {
    v128.store(target + i, f32x4.mul(v128.load(x + i), v128.load(y + i)));
  }
}

/**
 * Runs the open pass with packed weights; the results are `logits`, or `finalNormed` without an unembedding.
 * `keep` leaves each layer's activations for the backward pass; without it there is no dropout either.
 */
export function forward(panels: usize, keep: bool): void {
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
function gatherFinal(layer: usize): usize {
  if (segmentCount === 0) return layer + layerInput + floats((first + trunk) * widthStride);
  for (let i = 0; i < logitCount; i++) {
    const from = layer + layerInput + floats(i32.load(logitRows + floats(i)) * widthStride);
    memory.copy(finalInput + floats(i * widthStride), from, floats(widthStride));
  }
  return finalInput;
}

/**
 * Adds the gradients of the pass that `forward` kept to `gradients`, from those of its results: in `logits`, or in
 * `finalNormed` without an unembedding.
 */
export function backward(): void {
  const normed = finalNormed + floats(firstLogits * widthStride);
  let gradFinal = normed;
  if (unembedding) {
    const gradLogits = logits + floats(firstLogits * vocabularyStride);
    weightGradient(gradients + output, normed, widthStride, gradLogits, vocabularyStride, logitCount);
    linear(gradFinalNormed, widthStride, gradLogits, vocabularyStride, transposed + output, logitCount, vocabularyStride);
    gradFinal = gradFinalNormed;
  }
  finalGradient(gradFinal);
  for (let index = layers - 1; index >= 0; index--) {
    const layer = <usize>index * layerBytes;
    const skipped = index + 1 < layers ? 0 : trunk;
    mlpGradient(layer, <usize>index * blockBytes, first + skipped, rows - skipped);
    attentionBranchGradient(layer, <usize>index * blockBytes, skipped);
  }
  for (let row = 0; row < rows; row++) {
    const at = floats(first + row);
    const from = gradResidual + floats(row * widthStride);
    const token = gradients + floats(i32.load(rowTokens + at) * widthStride);
    const position = gradients + positionEmbedding + floats(i32.load(rowPositions + at) * widthStride);
    addRows(token, token, from, widthStride);
    addRows(position, position, from, widthStride);
  }
}

/** The gradient of the last layer's output, `gradResidual`, from that of its normed rows with logits. */
function finalGradient(gradFinal: usize): void {
  const scales = finalScale + floats(firstLogits);
  memory.fill(gradResidual, 0, floats(rows * widthStride));
  if (segmentCount === 0) {
    const target = gradResidual + floats(trunk * widthStride);
    const input = gatherFinal(<usize>layers * layerBytes);
    rmsNormGradient(target, gradients + finalNorm, gradFinal, input, scales, policyPanels + finalNorm, logitCount);
    return;
  }
  memory.fill(gradFinalInput, 0, floats(logitCount * widthStride));
  rmsNormGradient(
    gradFinalInput, gradients + finalNorm, gradFinal, finalInput, scales, policyPanels + finalNorm, logitCount,
  );
  for (let i = 0; i < logitCount; i++) {
    const to = gradResidual + floats(i32.load(logitRows + floats(i)) * widthStride);
    addRows(to, to, gradFinalInput + floats(i * widthStride), widthStride);
  }
}

/** Adds a layer's MLP to the gradients, and its part to `gradResidual`, for rows that end the pass. */
function mlpGradient(layer: usize, block: usize, from: i32, count: i32): void {
  const gradient = gradients + block;
  const weights = transposed + block;
  const narrow = floats(from * widthStride);
  const residual = gradResidual + floats((from - first) * widthStride);
  const activations = layer + mlpHidden + floats(from * hiddenStride);
  const grad = branchGradient(residual, layer + mlpDropout, count);
  weightGradient(gradient + mlpDown, activations, hiddenStride, grad, widthStride, count);
  linear(gradHidden, hiddenStride, grad, widthStride, weights + mlpDown, count, widthStride);
  reluGradient(gradHidden, activations, count * hiddenStride);
  weightGradient(gradient + mlpUp, layer + mlpNormed + narrow, widthStride, gradHidden, hiddenStride, count);
  linear(gradNormed, widthStride, gradHidden, hiddenStride, weights + mlpUp, count, hiddenStride);
  rmsNormGradient(
    residual, gradient + mlpNorm, gradNormed, layer + layerMiddle + narrow, layer + mlpScale + floats(from),
    policyPanels + block + mlpNorm, count,
  );
}

/** The same of its attention; the first `skipped` rows are seen, but see nothing. */
function attentionBranchGradient(layer: usize, block: usize, skipped: i32): void {
  const gradient = gradients + block;
  const weights = transposed + block;
  const from = first + skipped;
  const count = rows - skipped;
  const narrow = floats(from * widthStride);
  const residual = gradResidual + floats(skipped * widthStride);
  const grad = branchGradient(residual, layer + attentionDropout, count);
  weightGradient(gradient + attentionOut, layer + attentionMixed + narrow, widthStride, grad, widthStride, count);
  linear(gradMixed, widthStride, grad, widthStride, weights + attentionOut, count, widthStride);
  if (segmentCount > 0) attentionGradient(layer, segmentCount);
  else trieAttentionGradient(layer, first, rows, skipped);
  if (skipped > 0) keyAndValueGradients(layer, gradient + attentionQkv, weights + attentionQkv, skipped);
  const gradOwn = gradQueryKeyValue + floats(3 * skipped * widthStride);
  const normed = layer + attentionNormed + narrow;
  weightGradient(gradient + attentionQkv, normed, widthStride, gradOwn, 3 * widthStride, count);
  const gradInput = gradNormed + floats(skipped * widthStride);
  linear(gradInput, widthStride, gradOwn, 3 * widthStride, weights + attentionQkv, count, 3 * widthStride);
  rmsNormGradient(
    gradResidual, gradient + attentionNorm, gradNormed, layer + layerInput + floats(first * widthStride),
    layer + attentionScale + floats(first), policyPanels + block + attentionNorm, rows,
  );
}

/** From the gradients of the keys and values alone of the first rows to those of their weights and of `gradNormed`. */
function keyAndValueGradients(layer: usize, gradient: usize, weights: usize, count: i32): void {
  const row = floats(widthStride);
  const grad = gradQueryKeyValue + row;
  const normed = layer + attentionNormed + floats(first * widthStride);
  productOfTransposed(gradient + row, 3 * row, normed, row, grad, 3 * row, 32, widthStride, count, 2 * widthStride, true);
  const own = weights + floats(8 * widthStride);
  product(gradNormed, row, grad, 3 * row, own, 32, 24 * row, count, 2 * widthStride, widthStride, false);
}

/** The gradient of a branch's output before its dropout, from that after it. */
function branchGradient(residual: usize, factors: usize, count: i32): usize {
  if (dropoutRate === 0) return residual;
  multiply(gradBranch, residual, factors, count * widthStride);
  return gradBranch;
}

function reluGradient(gradient: usize, activations: usize, count: i32): void {
  const zero = f32x4.splat(0);
  for (let i: usize = 0; i < floats(count); i += 16) {
    const active = f32x4.gt(v128.load(activations + i), zero);
    v128.store(gradient + i, v128.and(v128.load(gradient + i), active));
  }
}
