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
}

/**
 * Rows of a trie, `first` a multiple of 4 unless the rows before belong to it, too. `forward` computes them from those
 * before; `backward` takes all rows of a trie.
 */
export function openTrie(firstRow: i32, rowCount: i32, firstLogit: i32, logitTotal: i32): void {
  first = firstRow;
  rows = rowCount;
  firstLogits = firstLogit;
  logitCount = logitTotal;
  segmentCount = 0;
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
function addBranch(target: usize, x: usize, factors: usize, branch: i32): void {
  const count = rows * widthStride;
  if (dropoutRate > 0) {
    drawDropout(factors, branch);
    multiply(branchOutput, branchOutput, factors, count);
  }
  addRows(target, x, branchOutput, count);
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
  const narrow = floats(first * widthStride);
  const scales = floats(first);
  for (let row = first; row < first + rows; row++) {
    const at = floats(row);
    embed(layerInput + floats(row * widthStride), panels, i32.load(rowTokens + at), i32.load(rowPositions + at));
  }
  let layer: usize = 0;
  for (let index = 0; index < layers; index++) {
    const block = panels + <usize>index * blockBytes;
    const input = layer + layerInput + narrow;
    const normed = layer + attentionNormed + narrow;
    rmsNorm(normed, layer + attentionScale + scales, input, block + attentionNorm, rows);
    linear(layer + queryKeyValue + 3 * narrow, 3 * widthStride, normed, widthStride, block + attentionQkv, rows, width);
    if (segmentCount > 0) attention(layer, segmentCount);
    else trieAttention(layer, first, rows);
    linear(branchOutput, widthStride, layer + attentionMixed + narrow, widthStride, block + attentionOut, rows, width);
    const middle = layer + layerMiddle + narrow;
    addBranch(middle, input, layer + attentionDropout, 2 * index);
    const mlpInput = layer + mlpNormed + narrow;
    const activations = layer + mlpHidden + floats(first * hiddenStride);
    rmsNorm(mlpInput, layer + mlpScale + scales, middle, block + mlpNorm, rows);
    linear(activations, hiddenStride, mlpInput, widthStride, block + mlpUp, rows, width);
    relu(activations, rows * hiddenStride);
    linear(branchOutput, widthStride, activations, hiddenStride, block + mlpDown, rows, hidden);
    addBranch(layer + step + layerInput + narrow, middle, layer + mlpDropout, 2 * index + 1);
    layer += step;
  }
  dropoutRate = rate;
  for (let i = firstLogits; i < firstLogits + logitCount; i++) {
    const from = layer + layerInput + floats(i32.load(logitRows + floats(i)) * widthStride);
    memory.copy(finalInput + floats(i * widthStride), from, floats(widthStride));
  }
  const normed = finalNormed + floats(firstLogits * widthStride);
  const input = finalInput + floats(firstLogits * widthStride);
  rmsNorm(normed, finalScale + floats(firstLogits), input, panels + finalNorm, logitCount);
  if (!unembedding) return;
  const results = logits + floats(firstLogits * vocabularyStride);
  linear(results, vocabularyStride, normed, widthStride, panels + output, logitCount, width);
}

/**
 * Adds the gradients of the pass that `forward` kept to `gradients`, from those of its results: in `logits`, or in
 * `finalNormed` without an unembedding.
 */
export function backward(): void {
  const count = rows * widthStride;
  const narrow = floats(first * widthStride);
  const scales = floats(first);
  const normed = finalNormed + floats(firstLogits * widthStride);
  let gradFinal = normed;
  if (unembedding) {
    const gradLogits = logits + floats(firstLogits * vocabularyStride);
    weightGradient(gradients + output, normed, widthStride, gradLogits, vocabularyStride, logitCount);
    linear(gradFinalNormed, widthStride, gradLogits, vocabularyStride, transposed + output, logitCount, vocabularyStride);
    gradFinal = gradFinalNormed;
  }
  memory.fill(gradFinalInput, 0, floats(logitCount * widthStride));
  rmsNormGradient(
    gradFinalInput, gradients + finalNorm, gradFinal, finalInput + floats(firstLogits * widthStride),
    finalScale + floats(firstLogits), policyPanels + finalNorm, logitCount,
  );
  memory.fill(gradResidual, 0, floats(count));
  for (let i = 0; i < logitCount; i++) {
    const row = i32.load(logitRows + floats(firstLogits + i)) - first;
    const to = gradResidual + floats(row * widthStride);
    addRows(to, to, gradFinalInput + floats(i * widthStride), widthStride);
  }
  for (let index = layers - 1; index >= 0; index--) {
    const layer = <usize>index * layerBytes;
    const block = <usize>index * blockBytes;
    const gradient = gradients + block;
    const weights = transposed + block;
    const gains = policyPanels + block;
    const activations = layer + mlpHidden + floats(first * hiddenStride);

    let grad = branchGradient(layer + mlpDropout);
    weightGradient(gradient + mlpDown, activations, hiddenStride, grad, widthStride, rows);
    linear(gradHidden, hiddenStride, grad, widthStride, weights + mlpDown, rows, widthStride);
    reluGradient(gradHidden, activations, rows * hiddenStride);
    weightGradient(gradient + mlpUp, layer + mlpNormed + narrow, widthStride, gradHidden, hiddenStride, rows);
    linear(gradNormed, widthStride, gradHidden, hiddenStride, weights + mlpUp, rows, hiddenStride);
    rmsNormGradient(
      gradResidual, gradient + mlpNorm, gradNormed, layer + layerMiddle + narrow, layer + mlpScale + scales,
      gains + mlpNorm, rows,
    );

    grad = branchGradient(layer + attentionDropout);
    weightGradient(gradient + attentionOut, layer + attentionMixed + narrow, widthStride, grad, widthStride, rows);
    linear(gradMixed, widthStride, grad, widthStride, weights + attentionOut, rows, widthStride);
    if (segmentCount > 0) attentionGradient(layer, segmentCount);
    else trieAttentionGradient(layer, first, rows);
    weightGradient(
      gradient + attentionQkv, layer + attentionNormed + narrow, widthStride, gradQueryKeyValue, 3 * widthStride, rows,
    );
    linear(gradNormed, widthStride, gradQueryKeyValue, 3 * widthStride, weights + attentionQkv, rows, 3 * widthStride);
    rmsNormGradient(
      gradResidual, gradient + attentionNorm, gradNormed, layer + layerInput + narrow, layer + attentionScale + scales,
      gains + attentionNorm, rows,
    );
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

/** The gradient of a branch's output before its dropout. */
function branchGradient(factors: usize): usize {
  if (dropoutRate === 0) return gradResidual;
  multiply(gradBranch, gradResidual, factors, rows * widthStride);
  return gradBranch;
}

function reluGradient(gradient: usize, activations: usize, count: i32): void {
  const zero = f32x4.splat(0);
  for (let i: usize = 0; i < floats(count); i += 16) {
    const active = f32x4.gt(v128.load(activations + i), zero);
    v128.store(gradient + i, v128.and(v128.load(gradient + i), active));
  }
}
