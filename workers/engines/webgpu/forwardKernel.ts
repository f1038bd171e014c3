import type { TransformerShape } from '../layout.js';
import type { KernelSource } from './kernel.js';
import { accessors, packingOf } from './packing.js';
import { product, type Product } from './product.js';
import { activationRecord } from './records.js';
import { enter, prelude, sequenceCall, weightOffsets } from './sequenceKernel.js';
import { barrier } from './wgsl.js';

/**
 * The forward pass of `transformer` for one sequence a workgroup, with all that the backward pass needs: per layer
 * normed `[T, d]` → qkv `[T, 3d]` → probabilities `[T, heads, T]` → mixed `[T, d]` → middle `[T, d]` → normed →
 * hidden `[T, 4d]` → input of the next layer; then logits `[T, vocabulary]`.
 *
 * Its parameters are `[2, R, P]`, the policies' and the frozen reference's: the workgroups (·, 0) take the first, (·, 1)
 * the second, whose records follow those of all rows of the pass, and which drops nothing.
 */
export function forwardSource(shape: TransformerShape, lanes: number) {
  const { width, vocabulary, mlpRatio } = shape;
  const hidden = mlpRatio * width;
  const packing = packingOf(shape);
  const { at, layer, layerStride } = activationRecord(shape);
  const weight = weightOffsets(shape);
  const scores = Array.from({ length: packing.count }, (_, j) => `scoreOf(query, others, key + ${j}u, row)`).join(', ');
  /** Activations `[rows, inner]` times weights `[inner, columns]`. */
  const linear = (inner: number, columns: number, from: string, weights: string, store: Product['store']): string => `
    ${product({
      packing,
      rows: 'rows',
      inner,
      columns,
      left: { buffer: 'activations', base: from, stride: 'activationStride' },
      right: { buffer: 'parameters', base: weights, transposed: false },
      store,
    })}
    ${barrier}`;
  const rmsNorm = (from: string, scale: string, to: string, gain: string): string => `
  for (var row = lane; row < rows; row += lanes) {
    var sum = 0.0;
    for (var i = 0u; i < width; i += packed) {
      let x = activationsPack(${from} + row * activationStride + i);
      sum += inner(x, x);
    }
    setActivations(${scale} + row * activationStride, inverseSqrt(sum / f32(width) + 1e-5));
  }
  ${barrier}
  for (var item = lane; item < rows * packs; item += lanes) {
    let row = item / packs * activationStride;
    let i = item % packs * packed;
    setActivationsPack(${to} + row + i,
      activationsPack(${from} + row + i) * activationsAt(${scale} + row) * parametersPack(${gain} + i));
  }
  ${barrier}`;
  /** `to` = `from` + the product, dropped out. */
  const addBranch = (from: string, to: string, branch: string): Product['store'] => ({ row, column, value }) =>
    `setActivationsPack(${to} + ${row} * activationStride + ${column},
        activationsPack(${from} + ${row} * activationStride + ${column})
        + ${value} * dropoutFactors(dropout, replica, ${branch}, place, ${row}, ${column}));`;
  const keep = (to: string): Product['store'] => ({ row, column, value }) =>
    `setActivationsPack(${to} + ${row} * activationStride + ${column}, ${value});`;
  return {
    label: 'forward',
    lanes,
    call: {
      ...sequenceCall,
      /** R·B: sequences of all replicas; rows of the pass. */
      population: 'u32',
      passRows: 'u32',
    },
    buffers: { inputs: 'read u32', parameters: `read ${packing.type}`, activations: `read_write ${packing.type}` },
    code: /* wgsl */ `${prelude(shape)}
${accessors('parameters', packing, 'read')}
${accessors('activations', packing, 'read_write')}
// A row's score for one of the keys up to it.
fn scoreOf(query: u32, others: u32, key: u32, row: u32) -> f32 {
  if (key > row) { return 0; }
  var score = 0.0;
  for (var i = 0u; i < headWidth; i += packed) {
    score += inner(activationsPack(query + i), activationsPack(others + key * activationStride + i));
  }
  return score * scoreScale;
}
${enter}
  let weights = (group.y * call.population / call.sequences + replica) * parameterCount;
  let records = (start - call.firstRow + group.y * call.passRows) * activationStride;
  let dropout = select(call.dropout, 0u, group.y == 1u);
  for (var item = lane; item < rows * packs; item += lanes) {
    let row = item / packs;
    let i = item % packs * packed;
    setActivationsPack(records + row * activationStride + i,
      parametersPack(weights + inputs[call.tokens + start + row] * width + i) +
      parametersPack(weights + ${weight.of('positionEmbedding')}u + row * width + i));
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
    let keyPacks = (rows + packed - 1u) / packed;
    for (var item = lane; item < rows * heads * keyPacks; item += lanes) {
      let key = item % keyPacks * packed;
      let head = item / keyPacks % heads;
      let row = item / keyPacks / heads;
      if (key <= row) {
        let query = a + ${layer.qkv}u + row * activationStride + head * headWidth;
        let others = a + ${layer.qkv + width}u + head * headWidth;
        setActivationsPack(a + ${layer.probabilities}u + row * activationStride + head * keyStride + key,
          Pack(${scores}));
      }
    }
    ${barrier}
    for (var item = lane; item < rows * heads; item += lanes) {
      let row = item / heads;
      let source = a + ${layer.probabilities}u + row * activationStride + item % heads * keyStride;
      var most = activationsAt(source);
      for (var key = 1u; key <= row; key++) { most = max(most, activationsAt(source + key)); }
      var sum = 0.0;
      for (var key = 0u; key <= row; key++) {
        let e = exp(activationsAt(source + key) - most);
        sum += e;
        setActivations(source + key, e);
      }
      for (var key = 0u; key <= row; key++) { setActivations(source + key, activationsAt(source + key) / sum); }
    }
    ${barrier}
    for (var item = lane; item < rows * packs; item += lanes) {
      let row = item / packs;
      let i = item % packs * packed;
      let source = a + ${layer.probabilities}u + row * activationStride + i / headWidth * keyStride;
      var sum = Pack();
      for (var key = 0u; key <= row; key++) {
        sum += activationsAt(source + key) * activationsPack(a + ${layer.qkv + 2 * width}u + key * activationStride + i);
      }
      setActivationsPack(a + ${layer.mixed}u + row * activationStride + i, sum);
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
      (element) => keep(`a + ${layer.hidden}u`)({ ...element, value: `max(${element.value}, Pack())` }),
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
