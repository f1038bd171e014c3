/** The backward pass of the transformer on the rows that `forward` kept. */
import { attentionGradient } from './attention';
import { floats } from './memory';
import { rmsNormGradient } from './norm';
import { product, productOfTransposed } from './product';
import {
  attentionDropout, attentionMixed, attentionNormed, attentionScale, finalInput, finalNormed, finalScale, gradBranch,
  gradFinalInput, gradFinalNormed, gradHidden, gradMixed, gradNormed, gradQueryKeyValue, gradResidual, hiddenStride,
  layerBytes, layerInput, layerMiddle, layers, logitRows, logits, mlpDropout, mlpHidden, mlpNormed, mlpScale,
  rowPositions, rowTokens, unembedding, vocabularyStride, widthStride,
} from './shape';
import {
  addRows, dropoutRate, first, firstLogits, gatherFinal, linear, logitCount, multiply, rows, segmentCount, trunk,
} from './transformer';
import { trieAttentionGradient } from './trie';
import {
  attentionNorm, attentionOut, attentionQkv, blockBytes, finalNorm, gradients, mlpDown, mlpNorm, mlpUp, output,
  policyPanels, positionEmbedding, transposed,
} from './weights';

/** Rows that `backward` has gone through since the beginning. */
export let backwardRows: f64 = 0;

/** Adds Aᵀ · C to the gradient of a weight matrix. */
@inline function weightGradient(gradient: usize, a: usize, aStride: i32, c: usize, cStride: i32, k: i32): void {
  productOfTransposed(gradient, floats(cStride), a, floats(aStride), c, floats(cStride), 32, aStride, k, cStride, true);
}

/**
 * Adds the gradients of the pass that `forward` kept to `gradients`, from those of its results: in `logits`, or in
 * `finalNormed` without an unembedding.
 */
export function backward(): void {
  backwardRows += <f64>rows;
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
