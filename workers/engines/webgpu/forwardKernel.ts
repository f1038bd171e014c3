import type { TransformerShape } from '../../model/layout.js';
import type { KernelSource } from './kernel.js';
import { activationRecord } from './records.js';
import { enter, prelude, sequenceCall, weightOffsets } from './sequenceKernel.js';
import { barrier, product, type Product } from './wgsl.js';

/**
 * The forward pass of `transformer` for one sequence a workgroup, with all that the backward pass needs: per layer
 * normed `[T, d]` → qkv `[T, 3d]` → probabilities `[T, heads, T]` → mixed `[T, d]` → middle `[T, d]` → normed →
 * hidden `[T, 4d]` → input of the next layer; then logits `[T, vocabulary]`.
 */
export function forwardSource(shape: TransformerShape, lanes: number) {
  const { width, vocabulary, mlpRatio } = shape;
  const hidden = mlpRatio * width;
  const { at, layer, layerStride, stride } = activationRecord(shape);
  const weight = weightOffsets(shape);
  /** Activations `[rows, inner]` times weights `[inner, columns]`. */
  const linear = (inner: number, columns: number, from: string, weights: string, store: Product['store']): string => `
    ${product({
      rows: 'rows',
      inner,
      columns,
      left: { buffer: 'activations', base: from, rowStride: stride, columnStride: 1 },
      right: { buffer: 'parameters', base: weights, rowStride: columns, columnStride: 1 },
      store,
    })}
    ${barrier}`;
  const rmsNorm = (from: string, scale: string, to: string, gain: string): string => `
  for (var row = lane; row < rows; row += lanes) {
    var sum = 0.0;
    for (var i = 0u; i < width; i++) {
      let x = activations[${from} + row * activationStride + i];
      sum += x * x;
    }
    activations[${scale} + row * activationStride] = inverseSqrt(sum / f32(width) + 1e-5);
  }
  ${barrier}
  for (var item = lane; item < rows * width; item += lanes) {
    let row = item / width * activationStride;
    let i = item % width;
    activations[${to} + row + i] =
      activations[${from} + row + i] * activations[${scale} + row] * parameters[${gain} + i];
  }
  ${barrier}`;
  /** `to` = `from` + the product, dropped out. */
  const addBranch = (from: string, to: string, branch: string) => (row: string, column: string, value: string) =>
    `activations[${to} + ${row} * activationStride + ${column}] =
            activations[${from} + ${row} * activationStride + ${column}]
            + ${value} * dropoutFactor(replica, ${branch}, place, ${row}, ${column});`;
  const keep = (to: string) => (row: string, column: string, value: string) =>
    `activations[${to} + ${row} * activationStride + ${column}] = ${value};`;
  return {
    label: 'forward',
    lanes,
    call: sequenceCall,
    buffers: { inputs: 'read u32', parameters: 'read f32', activations: 'read_write f32' },
    code: /* wgsl */ `${prelude(shape)}
${enter}
  for (var item = lane; item < rows * width; item += lanes) {
    let row = item / width;
    let i = item % width;
    activations[records + row * activationStride + i] =
      parameters[weights + inputs[call.tokens + start + row] * width + i] +
      parameters[weights + ${weight.of('positionEmbedding')}u + item];
  }
  ${barrier}
  for (var layer = 0u; layer < layers; layer++) {
    let a = records + layer * ${layerStride}u;
    let next = a + ${layerStride}u;
    let w = weights + layer * ${weight.next}u;
    ${rmsNorm('a', `a + ${layer.inputScale}u`, `a + ${layer.inputNormed}u`, `w + ${weight.layer('attentionNorm')}u`)}
    ${linear(
      width, 3 * width, `a + ${layer.inputNormed}u`, `w + ${weight.layer('attentionQkv')}u`, keep(`a + ${layer.qkv}u`),
    )}
    for (var item = lane; item < rows * heads * rows; item += lanes) {
      let key = item % rows;
      let head = item / rows % heads;
      let row = item / rows / heads;
      if (key <= row) {
        let query = a + ${layer.qkv}u + row * activationStride + head * headWidth;
        let other = a + ${layer.qkv + width}u + key * activationStride + head * headWidth;
        var score = 0.0;
        for (var i = 0u; i < headWidth; i++) { score += activations[query + i] * activations[other + i]; }
        activations[a + ${layer.probabilities}u + row * activationStride + head * context + key] = score * scoreScale;
      }
    }
    ${barrier}
    for (var item = lane; item < rows * heads; item += lanes) {
      let row = item / heads;
      let source = a + ${layer.probabilities}u + row * activationStride + item % heads * context;
      let keys = row + 1u;
      var most = activations[source];
      for (var key = 1u; key < keys; key++) { most = max(most, activations[source + key]); }
      var sum = 0.0;
      for (var key = 0u; key < keys; key++) {
        let e = exp(activations[source + key] - most);
        sum += e;
        activations[source + key] = e;
      }
      for (var key = 0u; key < keys; key++) { activations[source + key] /= sum; }
    }
    ${barrier}
    for (var item = lane; item < rows * width; item += lanes) {
      let row = item / width;
      let i = item % width;
      let source = a + ${layer.probabilities}u + row * activationStride + i / headWidth * context;
      let keys = row + 1u;
      var sum = 0.0;
      for (var key = 0u; key < keys; key++) {
        sum += activations[source + key] * activations[a + ${layer.qkv + 2 * width}u + key * activationStride + i];
      }
      activations[a + ${layer.mixed}u + row * activationStride + i] = sum;
    }
    ${barrier}
    ${linear(
      width, width, `a + ${layer.mixed}u`, `w + ${weight.layer('attentionOut')}u`,
      addBranch('a', `a + ${layer.middle}u`, '2u * layer'),
    )}
    ${rmsNorm(
      `a + ${layer.middle}u`,
      `a + ${layer.middleScale}u`,
      `a + ${layer.middleNormed}u`,
      `w + ${weight.layer('mlpNorm')}u`,
    )}
    ${linear(
      width, hidden, `a + ${layer.middleNormed}u`, `w + ${weight.layer('mlpUp')}u`,
      (row, column, value) => keep(`a + ${layer.hidden}u`)(row, column, `max(${value}, 0)`),
    )}
    ${linear(
      hidden, width, `a + ${layer.hidden}u`, `w + ${weight.layer('mlpDown')}u`,
      addBranch(`a + ${layer.middle}u`, 'next', '2u * layer + 1u'),
    )}
  }
  ${rmsNorm(
      `records + ${at.final}u`,
      `records + ${at.finalScale}u`,
      `records + ${at.finalNormed}u`,
      `weights + ${weight.of('finalNorm')}u`,
    )}
  ${linear(
      width, vocabulary, `records + ${at.finalNormed}u`, `weights + ${weight.of('unembedding')}u`,
      keep(`records + ${at.logits}u`),
    )}
}`,
  } as const satisfies KernelSource<string, string>;
}
