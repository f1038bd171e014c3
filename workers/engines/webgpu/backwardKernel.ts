import type { TransformerShape } from '../layout.js';
import type { KernelSource } from './kernel.js';
import { accessors, packingOf } from './packing.js';
import { product, type Product } from './product.js';
import { activationRecord, gradientRecord } from './records.js';
import { enter, prelude, sequenceCall, weightOffsets } from './sequenceKernel.js';
import { barrier } from './wgsl.js';

/**
 * The backward pass of one sequence a workgroup: from the gradient of its outputs, which its gradient records hold
 * already, to the gradients of all activations that weights were multiplied with.
 */
export function backwardSource(shape: TransformerShape, lanes: number) {
  const { width, vocabulary, mlpRatio } = shape;
  const hidden = mlpRatio * width;
  const packing = packingOf(shape);
  const a = activationRecord(shape);
  const g = gradientRecord(shape);
  const weight = weightOffsets(shape);
  const slopes = Array.from({ length: packing.count }, (_, j) => `slopeOf(upstream, mixed, values, probabilities, key + ${j}u, row)`).join(', ');
  /** Gradients `[rows, inner]` times transposed weights, which lie as `[columns, inner]`. */
  const linear = (inner: number, columns: number, from: string, weights: string, store: Product['store']): string => `
    ${product({
      packing,
      rows: 'rows',
      inner,
      columns,
      left: { buffer: 'gradients', base: from, stride: 'gradientStride' },
      right: { buffer: 'parameters', base: weights, transposed: true },
      store,
    })}
    ${barrier}`;
  const keep = (to: string): Product['store'] => ({ row, column, value }) =>
    `setGradientsPack(${to} + ${row} * gradientStride + ${column}, ${value});`;
  /**
   * Sets the residual's gradient to, or adds, that of x in y = x · s · gain, s = (mean x² + ε)^-½:
   * s · (dy · gain − x · s² · mean(dy · gain · x)).
   */
  const rmsNormBackward = (x: string, scale: string, upstream: string, gain: string, adds: boolean): string => `
  for (var row = lane; row < rows; row += lanes) {
    let source = row * activationStride;
    var sum = 0.0;
    for (var i = 0u; i < width; i += packed) {
      let scaled = gradientsPack(${upstream} + row * gradientStride + i) * parametersPack(${gain} + i);
      sum += inner(scaled, activationsPack(${x} + source + i));
    }
    let scale = activationsAt(${scale} + source);
    setGradients(grads + ${g.at.mean}u + row * gradientStride, sum / f32(width) * scale * scale);
  }
  ${barrier}
  for (var item = lane; item < rows * packs; item += lanes) {
    let row = item / packs;
    let i = item % packs * packed;
    let to = row * gradientStride + i;
    let source = row * activationStride;
    let own = activationsAt(${scale} + source) *
      (gradientsPack(${upstream} + to) * parametersPack(${gain} + i)
        - activationsPack(${x} + source + i) * gradientsAt(grads + ${g.at.mean}u + row * gradientStride));
    let residual = grads + ${g.at.residual}u + to;
    setGradientsPack(residual, ${adds ? 'gradientsPack(residual) + own' : 'own'});
  }
  ${barrier}`;
  const dropResidual = (to: string, branch: string): string => /* wgsl */ `
  for (var item = lane; item < rows * packs; item += lanes) {
    let row = item / packs;
    let i = item % packs * packed;
    setGradientsPack(${to} + row * gradientStride + i,
      gradientsPack(grads + ${g.at.residual}u + row * gradientStride + i)
        * dropoutFactors(call.dropout, replica, ${branch}, place, row, i));
  }
  ${barrier}`;
  return {
    label: 'backward',
    lanes,
    call: sequenceCall,
    buffers: {
      inputs: 'read u32',
      parameters: `read ${packing.type}`,
      activations: `read ${packing.type}`,
      gradients: `read_write ${packing.type}`,
    },
    code: /* wgsl */ `${prelude(shape)}
${accessors('parameters', packing, 'read')}
${accessors('activations', packing, 'read')}
${accessors('gradients', packing, 'read_write')}
// The gradient of a score: p · (dp − Σ p · dp), where Σ p · dp = mixed · its gradient, a head.
fn slopeOf(upstream: u32, mixed: u32, values: u32, probabilities: u32, key: u32, row: u32) -> f32 {
  if (key > row) { return 0; }
  var sum = 0.0;
  for (var i = 0u; i < headWidth; i += packed) {
    let change = activationsPack(values + key * activationStride + i) - activationsPack(mixed + i);
    sum += inner(gradientsPack(upstream + i), change);
  }
  return activationsAt(probabilities + key) * sum * scoreScale;
}
${enter}
  let weights = replica * parameterCount;
  let records = (start - call.firstRow) * activationStride;
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
      false,
    )}
  for (var below = layers; below > 0u; below--) {
    let layer = below - 1u;
    let a = records + layer * ${a.layerStride}u;
    let g = grads + layer * ${g.layerStride}u;
    let w = weights + layer * ${weight.next}u;
    ${dropResidual(`g + ${g.layer.down}u`, '2u * layer + 1u')}
    ${linear(width, hidden, `g + ${g.layer.down}u`, `w + ${weight.layer('mlpDown')}u`, (element) => {
      const activated = `activationsPack(a + ${a.layer.hidden}u + ${element.row} * activationStride + ${element.column}) > Pack()`;
      return keep(`g + ${g.layer.hidden}u`)({ ...element, value: `select(Pack(), ${element.value}, ${activated})` });
    })}
    ${linear(
      hidden, width, `g + ${g.layer.hidden}u`, `w + ${weight.layer('mlpUp')}u`, keep(`g + ${g.layer.middleNormed}u`),
    )}
    ${rmsNormBackward(
      `a + ${a.layer.middle}u`,
      `a + ${a.layer.middleScale}u`,
      `g + ${g.layer.middleNormed}u`,
      `w + ${weight.layer('mlpNorm')}u`,
      true,
    )}
    ${dropResidual(`g + ${g.layer.out}u`, '2u * layer')}
    ${linear(width, width, `g + ${g.layer.out}u`, `w + ${weight.layer('attentionOut')}u`, keep(`grads + ${g.at.mixed}u`))}
    let keyPacks = (rows + packed - 1u) / packed;
    for (var item = lane; item < rows * heads * keyPacks; item += lanes) {
      let key = item % keyPacks * packed;
      let head = item / keyPacks % heads;
      let row = item / keyPacks / heads;
      if (key <= row) {
        let upstream = grads + ${g.at.mixed}u + row * gradientStride + head * headWidth;
        let mixed = a + ${a.layer.mixed}u + row * activationStride + head * headWidth;
        let values = a + ${a.layer.qkv + 2 * width}u + head * headWidth;
        let probabilities = a + ${a.layer.probabilities}u + row * activationStride + head * keyStride;
        setGradientsPack(grads + ${g.at.scores}u + row * gradientStride + head * keyStride + key,
          Pack(${slopes}));
      }
    }
    ${barrier}
    for (var item = lane; item < rows * packs; item += lanes) {
      let row = item / packs;
      let i = item % packs * packed;
      let head = i / headWidth * keyStride;
      var query = Pack();
      for (var key = 0u; key <= row; key++) {
        query += gradientsAt(grads + ${g.at.scores}u + row * gradientStride + head + key)
          * activationsPack(a + ${a.layer.qkv + width}u + key * activationStride + i);
      }
      var key = Pack();
      var value = Pack();
      for (var other = row; other < rows; other++) {
        key += gradientsAt(grads + ${g.at.scores}u + other * gradientStride + head + row)
          * activationsPack(a + ${a.layer.qkv}u + other * activationStride + i);
        value += activationsAt(a + ${a.layer.probabilities}u + other * activationStride + head + row)
          * gradientsPack(grads + ${g.at.mixed}u + other * gradientStride + i);
      }
      let to = g + ${g.layer.qkv}u + row * gradientStride + i;
      setGradientsPack(to, query);
      setGradientsPack(to + width, key);
      setGradientsPack(to + 2u * width, value);
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
      true,
    )}
  }
}`,
  } as const satisfies KernelSource<string, string>;
}
