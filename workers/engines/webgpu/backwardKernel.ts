import type { TransformerShape } from '../../model/layout.js';
import type { KernelSource } from './kernel.js';
import { activationRecord, gradientRecord } from './records.js';
import { enter, prelude, sequenceCall, weightOffsets } from './sequenceKernel.js';
import { barrier, product, type Product } from './wgsl.js';

/**
 * The backward pass of one sequence a workgroup: from the gradient of its outputs, which its gradient records hold
 * already, to the gradients of all activations that weights were multiplied with.
 */
export function backwardSource(shape: TransformerShape, lanes: number) {
  const { width, vocabulary, mlpRatio } = shape;
  const hidden = mlpRatio * width;
  const a = activationRecord(shape);
  const g = gradientRecord(shape);
  const weight = weightOffsets(shape);
  /** Gradients `[rows, inner]` times transposed weights, which lie as `[columns, inner]`. */
  const linear = (inner: number, columns: number, from: string, weights: string, store: Product['store']): string => `
    ${product({
      rows: 'rows',
      inner,
      columns,
      left: { buffer: 'gradients', base: from, rowStride: g.stride, columnStride: 1 },
      right: { buffer: 'parameters', base: weights, rowStride: 1, columnStride: inner },
      store,
    })}
    ${barrier}`;
  const keep = (to: string) => (row: string, column: string, value: string) =>
    `gradients[${to} + ${row} * gradientStride + ${column}] = ${value};`;
  /**
   * Sets the residual's gradient to, or adds, that of x in y = x · s · gain, s = (mean x² + ε)^-½:
   * s · (dy · gain − x · s² · mean(dy · gain · x)).
   */
  const rmsNormBackward = (x: string, scale: string, upstream: string, gain: string, change: '=' | '+='): string => `
  for (var row = lane; row < rows; row += lanes) {
    let source = row * activationStride;
    var sum = 0.0;
    for (var i = 0u; i < width; i++) {
      sum += gradients[${upstream} + row * gradientStride + i] * parameters[${gain} + i] * activations[${x} + source + i];
    }
    let scale = activations[${scale} + source];
    gradients[grads + ${g.at.mean}u + row * gradientStride] = sum / f32(width) * scale * scale;
  }
  ${barrier}
  for (var item = lane; item < rows * width; item += lanes) {
    let row = item / width;
    let i = item % width;
    let to = row * gradientStride;
    let source = row * activationStride;
    gradients[grads + ${g.at.residual}u + to + i] ${change} activations[${scale} + source] *
      (gradients[${upstream} + to + i] * parameters[${gain} + i]
        - activations[${x} + source + i] * gradients[grads + ${g.at.mean}u + to]);
  }
  ${barrier}`;
  const dropResidual = (to: string, branch: string): string => /* wgsl */ `
  for (var item = lane; item < rows * width; item += lanes) {
    let row = item / width;
    let i = item % width;
    gradients[${to} + row * gradientStride + i] =
      gradients[grads + ${g.at.residual}u + row * gradientStride + i] * dropoutFactor(replica, ${branch}, place, row, i);
  }
  ${barrier}`;
  return {
    label: 'backward',
    lanes,
    call: sequenceCall,
    buffers: { inputs: 'read u32', parameters: 'read f32', activations: 'read f32', gradients: 'read_write f32' },
    code: /* wgsl */ `${prelude(shape)}
${enter}
  let grads = (start - call.firstRow) * gradientStride;
  ${linear(
      vocabulary, width, `grads + ${g.at.output}u`, `weights + ${weight.of('unembedding')}u`,
      keep(`grads + ${g.at.finalNormed}u`),
    )}
  ${rmsNormBackward(
      `records + ${a.at.final}u`,
      `records + ${a.at.finalScale}u`,
      `grads + ${g.at.finalNormed}u`,
      `weights + ${weight.of('finalNorm')}u`,
      '=',
    )}
  for (var below = layers; below > 0u; below--) {
    let layer = below - 1u;
    let a = records + layer * ${a.layerStride}u;
    let g = grads + layer * ${g.layerStride}u;
    let w = weights + layer * ${weight.next}u;
    ${dropResidual(`g + ${g.layer.down}u`, '2u * layer + 1u')}
    ${linear(width, hidden, `g + ${g.layer.down}u`, `w + ${weight.layer('mlpDown')}u`, (row, column, value) => {
      const activated = `activations[a + ${a.layer.hidden}u + ${row} * activationStride + ${column}] > 0`;
      return keep(`g + ${g.layer.hidden}u`)(row, column, `select(0.0, ${value}, ${activated})`);
    })}
    ${linear(
      hidden, width, `g + ${g.layer.hidden}u`, `w + ${weight.layer('mlpUp')}u`, keep(`g + ${g.layer.middleNormed}u`),
    )}
    ${rmsNormBackward(
      `a + ${a.layer.middle}u`,
      `a + ${a.layer.middleScale}u`,
      `g + ${g.layer.middleNormed}u`,
      `w + ${weight.layer('mlpNorm')}u`,
      '+=',
    )}
    ${dropResidual(`g + ${g.layer.out}u`, '2u * layer')}
    ${linear(width, width, `g + ${g.layer.out}u`, `w + ${weight.layer('attentionOut')}u`, keep(`grads + ${g.at.mixed}u`))}
    // Of the scores: p · (dp − Σ p · dp), where Σ p · dp = mixed · its gradient, a head.
    for (var item = lane; item < rows * heads * rows; item += lanes) {
      let key = item % rows;
      let head = item / rows % heads;
      let row = item / rows / heads;
      if (key <= row) {
        let upstream = grads + ${g.at.mixed}u + row * gradientStride + head * headWidth;
        let mixed = a + ${a.layer.mixed}u + row * activationStride + head * headWidth;
        let value = a + ${a.layer.qkv + 2 * width}u + key * activationStride + head * headWidth;
        var sum = 0.0;
        for (var i = 0u; i < headWidth; i++) {
          sum += gradients[upstream + i] * (activations[value + i] - activations[mixed + i]);
        }
        gradients[grads + ${g.at.scores}u + row * gradientStride + head * context + key] =
          activations[a + ${a.layer.probabilities}u + row * activationStride + head * context + key] * sum * scoreScale;
      }
    }
    ${barrier}
    for (var item = lane; item < rows * width; item += lanes) {
      let row = item / width;
      let i = item % width;
      let head = i / headWidth * context;
      let keys = row + 1u;
      var query = 0.0;
      for (var key = 0u; key < keys; key++) {
        query += gradients[grads + ${g.at.scores}u + row * gradientStride + head + key]
          * activations[a + ${a.layer.qkv + width}u + key * activationStride + i];
      }
      var key = 0.0;
      var value = 0.0;
      for (var other = row; other < rows; other++) {
          key += gradients[grads + ${g.at.scores}u + other * gradientStride + head + row]
            * activations[a + ${a.layer.qkv}u + other * activationStride + i];
          value += activations[a + ${a.layer.probabilities}u + other * activationStride + head + row]
            * gradients[grads + ${g.at.mixed}u + other * gradientStride + i];
      }
      let to = g + ${g.layer.qkv}u + row * gradientStride + i;
      gradients[to] = query;
      gradients[to + width] = key;
      gradients[to + 2u * width] = value;
    }
    ${barrier}
    ${linear(
      3 * width, width, `g + ${g.layer.qkv}u`, `w + ${weight.layer('attentionQkv')}u`, keep(`g + ${g.layer.inputNormed}u`),
    )}
    ${rmsNormBackward(
      'a',
      `a + ${a.layer.inputScale}u`,
      `g + ${g.layer.inputNormed}u`,
      `w + ${weight.layer('attentionNorm')}u`,
      '+=',
    )}
  }
}`,
  } as const satisfies KernelSource<string, string>;
}
