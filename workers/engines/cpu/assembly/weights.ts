/**
 * A replica's row of parameters in the forms that products read: matrices packed in panels (`panels`), their
 * transposes (`transposed`), and gradients row by row (`gradients`), all padded with zeros. The order is that of
 * `transformerLayout`.
 */
import { allocate, floats } from './memory';
import { pack } from './product';
import {
  context, hidden, hiddenStride, layers, unembedding, vocabulary, vocabularyStride, width, widthStride,
} from './shape';

/** Where each kind of parameter starts within a padded copy; a layer's `blockBytes` after the one before. */
export let tokenEmbedding: usize = 0;
export let positionEmbedding: usize = 0;
export let blockBytes: usize = 0;
export let attentionNorm: usize = 0;
export let attentionQkv: usize = 0;
export let attentionOut: usize = 0;
export let mlpNorm: usize = 0;
export let mlpUp: usize = 0;
export let mlpDown: usize = 0;
export let finalNorm: usize = 0;
export let output: usize = 0;
let paddedBytes: usize = 0;

/** The policy's weights, and those of the reference policy. */
export let policyPanels: usize = 0;
export let referencePanels: usize = 0;
export let transposed: usize = 0;
export let gradients: usize = 0;

/** Lays the copies out; after `configure`. */
export function allocateWeights(): void {
  const vector = floats(widthStride);
  const square = floats(widthStride * widthStride);
  const tall = floats(widthStride * hiddenStride);
  tokenEmbedding = 0;
  positionEmbedding = floats(vocabulary * widthStride);
  attentionNorm = positionEmbedding + floats(context * widthStride);
  attentionQkv = attentionNorm + vector;
  attentionOut = attentionQkv + 3 * square;
  mlpNorm = attentionOut + square;
  mlpUp = mlpNorm + vector;
  mlpDown = mlpUp + tall;
  blockBytes = 2 * vector + 4 * square + 2 * tall;
  finalNorm = attentionNorm + <usize>layers * blockBytes;
  output = finalNorm + vector;
  paddedBytes = output + floats(widthStride * vocabularyStride);
  policyPanels = allocate(paddedBytes);
  referencePanels = allocate(paddedBytes);
  transposed = allocate(paddedBytes);
  gradients = allocate(paddedBytes);
}

function copyRows(target: usize, source: usize, rows: i32, columns: i32, stride: i32): usize {
  for (let i = 0; i < rows; i++) {
    memory.copy(target, source, floats(columns));
    target += floats(stride);
    source += floats(columns);
  }
  return source;
}

/** Packs a row of parameters for forward passes. */
export function loadWeights(panels: usize, parameters: usize): void {
  const panel = floats(8 * width);
  let from = copyRows(panels, parameters, vocabulary, width, widthStride);
  from = copyRows(panels + positionEmbedding, from, context, width, widthStride);
  for (let layer = 0; layer < layers; layer++) {
    const block = panels + <usize>layer * blockBytes;
    from = copyRows(block + attentionNorm, from, 1, width, widthStride);
    for (let part = 0; part < 3; part++) {
      const target = block + attentionQkv + <usize>(part * (widthStride >> 3)) * panel;
      pack(target, panel, from + floats(part * width), 3 * width, 1, width, width);
    }
    from += floats(3 * width * width);
    pack(block + attentionOut, panel, from, width, 1, width, width);
    from += floats(width * width);
    from = copyRows(block + mlpNorm, from, 1, width, widthStride);
    pack(block + mlpUp, panel, from, hidden, 1, width, hidden);
    from += floats(width * hidden);
    pack(block + mlpDown, floats(8 * hidden), from, width, 1, hidden, width);
    from += floats(width * hidden);
  }
  from = copyRows(panels + finalNorm, from, 1, width, widthStride);
  if (unembedding) pack(panels + output, panel, from, vocabulary, 1, width, vocabulary);
}

/** Packs the transposes of a row of parameters for backward passes. */
export function loadTransposed(parameters: usize): void {
  const square = width * width;
  const tall = width * hidden;
  let from = parameters + floats((vocabulary + context) * width);
  for (let layer = 0; layer < layers; layer++) {
    const block = transposed + <usize>layer * blockBytes;
    from += floats(width);
    for (let part = 0; part < 3; part++) {
      const target = block + attentionQkv + floats(8 * part * widthStride);
      pack(target, floats(24 * widthStride), from + floats(part * width), 1, 3 * width, width, width);
    }
    from += floats(3 * square);
    pack(block + attentionOut, floats(8 * widthStride), from, 1, width, width, width);
    from += floats(square + width);
    pack(block + mlpUp, floats(8 * hiddenStride), from, 1, hidden, hidden, width);
    from += floats(tall);
    pack(block + mlpDown, floats(8 * widthStride), from, 1, width, width, hidden);
    from += floats(tall);
  }
  from += floats(width);
  if (unembedding) pack(transposed + output, floats(8 * vocabularyStride), from, 1, vocabulary, vocabulary, width);
}

export function clearGradients(): void {
  memory.fill(gradients, 0, paddedBytes);
}

function takeRows(target: usize, source: usize, rows: i32, columns: i32, stride: i32): usize {
  for (let i = 0; i < rows; i++) {
    memory.copy(target, source, floats(columns));
    target += floats(columns);
    source += floats(stride);
  }
  return target;
}

/** Writes the gradients as a row of parameters. */
export function storeGradients(row: usize): void {
  let to = takeRows(row, gradients, vocabulary, width, widthStride);
  to = takeRows(to, gradients + positionEmbedding, context, width, widthStride);
  for (let layer = 0; layer < layers; layer++) {
    const block = gradients + <usize>layer * blockBytes;
    to = takeRows(to, block + attentionNorm, 1, width, widthStride);
    for (let i = 0; i < width; i++) {
      for (let part = 0; part < 3; part++) {
        memory.copy(to, block + attentionQkv + floats((3 * i + part) * widthStride), floats(width));
        to += floats(width);
      }
    }
    to = takeRows(to, block + attentionOut, width, width, widthStride);
    to = takeRows(to, block + mlpNorm, 1, width, widthStride);
    to = takeRows(to, block + mlpUp, width, hidden, hiddenStride);
    to = takeRows(to, block + mlpDown, hidden, width, widthStride);
  }
  to = takeRows(to, gradients + finalNorm, 1, width, widthStride);
  if (unembedding) takeRows(to, gradients + output, width, vocabulary, vocabularyStride);
}
