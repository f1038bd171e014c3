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
  mlpNormed, mlpScale, outputRows, queryKeyValue, rowDraws, rowPositions, rowTokens, unembedding, vocabularyStride,
  width, widthStride,
} from './shape';
import {
  attentionNorm, attentionOut, attentionQkv, blockBytes, finalNorm, gradients, mlpDown, mlpNorm, mlpUp, output,
  policyPanels, positionEmbedding, transposed,
} from './weights';

/** Rows, segments and outputs of the pass at hand. */
let rows: i32 = 0;
let segmentCount: i32 = 0;
let outputs: i32 = 0;

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

export function openPass(rowCount: i32, segmentTotal: i32, outputCount: i32): void {
  rows = rowCount;
  segmentCount = segmentTotal;
  outputs = outputCount;
}

/** C = A · W for rows of activations and packed weights. */
@inline export function linear(c: usize, cStride: i32, a: usize, aStride: i32, w: usize, m: i32, k: i32): void {
  product(c, floats(cStride), a, floats(aStride), w, 32, floats(8 * k), m, k, cStride, false);
}

/** Adds Aᵀ · C to the gradient of a weight matrix. */
@inline function weightGradient(gradient: usize, a: usize, aStride: i32, c: usize, cStride: i32, k: i32): void {
  productOfTransposed(gradient, floats(cStride), a, floats(aStride), c, floats(cStride), 32, aStride, k, cStride, true);
}

export function embed(target: usize, panels: usize, token: i32, position: i32): void {
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

export function relu(values: usize, count: i32): void {
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
  for (let row = 0; row < rows; row++) {
    const at = floats(row);
    embed(layerInput + floats(row * widthStride), panels, i32.load(rowTokens + at), i32.load(rowPositions + at));
  }
  let layer: usize = 0;
  for (let index = 0; index < layers; index++) {
    const block = panels + <usize>index * blockBytes;
    rmsNorm(layer + attentionNormed, layer + attentionScale, layer + layerInput, block + attentionNorm, rows);
    linear(
      layer + queryKeyValue, 3 * widthStride, layer + attentionNormed, widthStride, block + attentionQkv, rows, width,
    );
    attention(layer, segmentCount);
    linear(branchOutput, widthStride, layer + attentionMixed, widthStride, block + attentionOut, rows, width);
    addBranch(layer + layerMiddle, layer + layerInput, layer + attentionDropout, 2 * index);
    rmsNorm(layer + mlpNormed, layer + mlpScale, layer + layerMiddle, block + mlpNorm, rows);
    linear(layer + mlpHidden, hiddenStride, layer + mlpNormed, widthStride, block + mlpUp, rows, width);
    relu(layer + mlpHidden, rows * hiddenStride);
    linear(branchOutput, widthStride, layer + mlpHidden, hiddenStride, block + mlpDown, rows, hidden);
    addBranch(layer + step + layerInput, layer + layerMiddle, layer + mlpDropout, 2 * index + 1);
    layer += step;
  }
  dropoutRate = rate;
  for (let i = 0; i < outputs; i++) {
    const from = layer + layerInput + floats(i32.load(outputRows + floats(i)) * widthStride);
    memory.copy(finalInput + floats(i * widthStride), from, floats(widthStride));
  }
  rmsNorm(finalNormed, finalScale, finalInput, panels + finalNorm, outputs);
  if (unembedding) linear(logits, vocabularyStride, finalNormed, widthStride, panels + output, outputs, width);
}

/**
 * Adds the gradients of the pass that `forward` kept to `gradients`, from those of its results: in `logits`, or in
 * `finalNormed` without an unembedding.
 */
export function backward(): void {
  const count = rows * widthStride;
  let gradFinal = finalNormed;
  if (unembedding) {
    weightGradient(gradients + output, finalNormed, widthStride, logits, vocabularyStride, outputs);
    linear(gradFinalNormed, widthStride, logits, vocabularyStride, transposed + output, outputs, vocabularyStride);
    gradFinal = gradFinalNormed;
  }
  memory.fill(gradFinalInput, 0, floats(outputs * widthStride));
  rmsNormGradient(
    gradFinalInput, gradients + finalNorm, gradFinal, finalInput, finalScale, policyPanels + finalNorm, outputs,
  );
  memory.fill(gradResidual, 0, floats(count));
  for (let i = 0; i < outputs; i++) {
    const to = gradResidual + floats(i32.load(outputRows + floats(i)) * widthStride);
    addRows(to, to, gradFinalInput + floats(i * widthStride), widthStride);
  }
  for (let index = layers - 1; index >= 0; index--) {
    const layer = <usize>index * layerBytes;
    const block = <usize>index * blockBytes;
    const gradient = gradients + block;
    const weights = transposed + block;
    const gains = policyPanels + block;

    let grad = branchGradient(layer + mlpDropout);
    weightGradient(gradient + mlpDown, layer + mlpHidden, hiddenStride, grad, widthStride, rows);
    linear(gradHidden, hiddenStride, grad, widthStride, weights + mlpDown, rows, widthStride);
    reluGradient(gradHidden, layer + mlpHidden, rows * hiddenStride);
    weightGradient(gradient + mlpUp, layer + mlpNormed, widthStride, gradHidden, hiddenStride, rows);
    linear(gradNormed, widthStride, gradHidden, hiddenStride, weights + mlpUp, rows, hiddenStride);
    rmsNormGradient(
      gradResidual, gradient + mlpNorm, gradNormed, layer + layerMiddle, layer + mlpScale, gains + mlpNorm, rows,
    );

    grad = branchGradient(layer + attentionDropout);
    weightGradient(gradient + attentionOut, layer + attentionMixed, widthStride, grad, widthStride, rows);
    linear(gradMixed, widthStride, grad, widthStride, weights + attentionOut, rows, widthStride);
    attentionGradient(layer, segmentCount);
    weightGradient(
      gradient + attentionQkv, layer + attentionNormed, widthStride, gradQueryKeyValue, 3 * widthStride, rows,
    );
    linear(gradNormed, widthStride, gradQueryKeyValue, 3 * widthStride, weights + attentionQkv, rows, 3 * widthStride);
    rmsNormGradient(
      gradResidual, gradient + attentionNorm, gradNormed, layer + layerInput, layer + attentionScale,
      gains + attentionNorm, rows,
    );
  }
  for (let row = 0; row < rows; row++) {
    const at = floats(row);
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
