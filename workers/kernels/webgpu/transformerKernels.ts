import { transformerLayout, type TransformerShape } from '../../model/layout.js';
import type { KernelSource } from './kernel.js';
import { activationRecord, gradientRecord, outputWidth } from './records.js';
import { barrier, product, randomFunctions } from './wgsl.js';

/** What the kernels that run one workgroup a sequence are told. A pass takes sequences one after another, as rows. */
export const sequenceCall = {
  /** Of the pass, counted over all replicas. */
  firstSequence: 'u32',
  firstRow: 'u32',
  /** B: sequences a replica. */
  sequences: 'u32',
  /** In the inputs: the first row of each sequence, with the end of the last `[R·B + 1]`. */
  starts: 'u32',
  /** In the inputs: the token of each row. */
  tokens: 'u32',
  /** In the inputs: keys a sequence that may be seen `[R·B]`; 0 = all of its rows. */
  lengths: 'u32',
  /** In the inputs: key, threshold and factor a replica `[R, 3]`; 0 = no dropout. */
  dropout: 'u32',
} as const;

const norm = 1e-5;

/** Constants of both kernels: sizes, strides of records, the offsets of a layer's weights. */
function prelude(shape: TransformerShape): string {
  const { width, heads, context, layers, causal } = shape;
  return /* wgsl */ `
${randomFunctions}
const width = ${width}u;
const heads = ${heads}u;
const headWidth = ${width / heads}u;
const context = ${context}u;
const layers = ${layers}u;
const scoreScale = ${(width / heads) ** -0.5};
const activationStride = ${activationRecord(shape).stride}u;
const gradientStride = ${gradientRecord(shape).stride}u;
const parameterCount = ${transformerLayout(shape).size}u;

fn dropoutFactor(replica: u32, branch: u32, sequence: u32, position: u32, i: u32) -> f32 {
  if (call.dropout == 0u) { return 1; }
  let index = ((branch * call.sequences + sequence) * context + position) * width + i;
  let at = call.dropout + replica * 3u;
  return select(bitcast<f32>(inputs[at + 2u]), 0, randomAt(inputs[at], index) < inputs[at + 1u]);
}
fn keysOf(sequence: u32, position: u32, rows: u32) -> u32 {
  ${
    causal
      ? 'return position + 1u;'
      : 'return select(rows, min(rows, inputs[call.lengths + sequence]), call.lengths != 0u);'
  }
}
`;
}

/** Begins `fn main`: which sequence, its rows, and where its records and weights start. */
const enter = /* wgsl */ `
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let sequence = call.firstSequence + group.x;
  let replica = sequence / call.sequences;
  let place = sequence % call.sequences;
  let start = inputs[call.starts + sequence];
  let rows = inputs[call.starts + sequence + 1u] - start;
  let records = (start - call.firstRow) * activationStride;
  let weights = replica * parameterCount;`;

/** The parameters' offsets of layer 0 by name, and from one layer to the next. */
function weightOffsets(shape: TransformerShape) {
  const { entries } = transformerLayout(shape);
  const of = (name: string): number => entries.find((entry) => entry.name === name)!.offset;
  const layer = (name: string): number => of(`blocks.0.${name}`);
  const next = shape.layers > 1 ? of('blocks.1.attentionNorm') - layer('attentionNorm') : 0;
  return { of, layer, next };
}

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
  const activation = (base: string) => ({ buffer: 'activations', base, rowStride: stride, columnStride: 1 });
  const matrix = (base: string, columns: number) => ({ buffer: 'parameters', base, rowStride: columns, columnStride: 1 });
  const rmsNorm = (from: string, scale: string, to: string, gain: string): string => `
  for (var row = lane; row < rows; row += lanes) {
    var sum = 0.0;
    for (var i = 0u; i < width; i++) {
      let x = activations[${from} + row * activationStride + i];
      sum += x * x;
    }
    activations[${scale} + row * activationStride] = inverseSqrt(sum / f32(width) + ${norm});
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
    `activations[${to} + ${row} * activationStride + ${column}] = activations[${from} + ${row} * activationStride + ${column}]
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
    ${product({
      rows: 'rows',
      inner: width,
      columns: 3 * width,
      left: activation(`a + ${layer.inputNormed}u`),
      right: matrix(`w + ${weight.layer('attentionQkv')}u`, 3 * width),
      store: keep(`a + ${layer.qkv}u`),
    })}
    ${barrier}
    for (var item = lane; item < rows * heads * rows; item += lanes) {
      let key = item % rows;
      let head = item / rows % heads;
      let row = item / rows / heads;
      if (key < keysOf(sequence, row, rows)) {
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
      let keys = keysOf(sequence, row, rows);
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
      let keys = keysOf(sequence, row, rows);
      var sum = 0.0;
      for (var key = 0u; key < keys; key++) {
        sum += activations[source + key] * activations[a + ${layer.qkv + 2 * width}u + key * activationStride + i];
      }
      activations[a + ${layer.mixed}u + row * activationStride + i] = sum;
    }
    ${barrier}
    ${product({
      rows: 'rows',
      inner: width,
      columns: width,
      left: activation(`a + ${layer.mixed}u`),
      right: matrix(`w + ${weight.layer('attentionOut')}u`, width),
      store: addBranch('a', `a + ${layer.middle}u`, '2u * layer'),
    })}
    ${barrier}
    ${rmsNorm(
      `a + ${layer.middle}u`,
      `a + ${layer.middleScale}u`,
      `a + ${layer.middleNormed}u`,
      `w + ${weight.layer('mlpNorm')}u`,
    )}
    ${product({
      rows: 'rows',
      inner: width,
      columns: hidden,
      left: activation(`a + ${layer.middleNormed}u`),
      right: matrix(`w + ${weight.layer('mlpUp')}u`, hidden),
      store: (row, column, value) => keep(`a + ${layer.hidden}u`)(row, column, `max(${value}, 0)`),
    })}
    ${barrier}
    ${product({
      rows: 'rows',
      inner: hidden,
      columns: width,
      left: activation(`a + ${layer.hidden}u`),
      right: matrix(`w + ${weight.layer('mlpDown')}u`, width),
      store: addBranch(`a + ${layer.middle}u`, 'next', '2u * layer + 1u'),
    })}
    ${barrier}
  }
  ${rmsNorm(
      `records + ${at.final}u`,
      `records + ${at.finalScale}u`,
      `records + ${at.finalNormed}u`,
      `weights + ${weight.of('finalNorm')}u`,
    )}
  ${
    shape.unembedding
      ? product({
          rows: 'rows',
          inner: width,
          columns: vocabulary,
          left: activation(`records + ${at.finalNormed}u`),
          right: matrix(`weights + ${weight.of('unembedding')}u`, vocabulary),
          store: keep(`records + ${at.logits}u`),
        })
      : ''
  }
}`,
  } as const satisfies KernelSource<string, string>;
}

/**
 * The backward pass of one sequence a workgroup: from the gradient of its outputs, which its gradient records hold
 * already, to the gradients of all activations that weights were multiplied with.
 */
export function backwardSource(shape: TransformerShape, lanes: number) {
  const { width, mlpRatio, unembedding } = shape;
  const hidden = mlpRatio * width;
  const a = activationRecord(shape);
  const g = gradientRecord(shape);
  const weight = weightOffsets(shape);
  const gradient = (base: string) => ({ buffer: 'gradients', base, rowStride: g.stride, columnStride: 1 });
  const transposed = (base: string, columns: number) => ({ buffer: 'parameters', base, rowStride: 1, columnStride: columns });
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
  const finalNormed = unembedding ? g.at.finalNormed : g.at.output;
  return {
    label: 'backward',
    lanes,
    call: sequenceCall,
    buffers: { inputs: 'read u32', parameters: 'read f32', activations: 'read f32', gradients: 'read_write f32' },
    code: /* wgsl */ `${prelude(shape)}
${enter}
  let grads = (start - call.firstRow) * gradientStride;
  ${
    unembedding
      ? product({
          rows: 'rows',
          inner: shape.vocabulary,
          columns: width,
          left: gradient(`grads + ${g.at.output}u`),
          right: transposed(`weights + ${weight.of('unembedding')}u`, shape.vocabulary),
          store: keep(`grads + ${g.at.finalNormed}u`),
        })
      : ''
  }
  ${barrier}
  ${rmsNormBackward(
      `records + ${a.at.final}u`,
      `records + ${a.at.finalScale}u`,
      `grads + ${finalNormed}u`,
      `weights + ${weight.of('finalNorm')}u`,
      '=',
    )}
  for (var below = layers; below > 0u; below--) {
    let layer = below - 1u;
    let a = records + layer * ${a.layerStride}u;
    let g = grads + layer * ${g.layerStride}u;
    let w = weights + layer * ${weight.next}u;
    ${dropResidual(`g + ${g.layer.down}u`, '2u * layer + 1u')}
    ${product({
      rows: 'rows',
      inner: width,
      columns: hidden,
      left: gradient(`g + ${g.layer.down}u`),
      right: transposed(`w + ${weight.layer('mlpDown')}u`, width),
      store: (row, column, value) =>
        keep(`g + ${g.layer.hidden}u`)(
          row,
          column,
          `select(0.0, ${value}, activations[a + ${a.layer.hidden}u + ${row} * activationStride + ${column}] > 0)`,
        ),
    })}
    ${barrier}
    ${product({
      rows: 'rows',
      inner: hidden,
      columns: width,
      left: gradient(`g + ${g.layer.hidden}u`),
      right: transposed(`w + ${weight.layer('mlpUp')}u`, hidden),
      store: keep(`g + ${g.layer.middleNormed}u`),
    })}
    ${barrier}
    ${rmsNormBackward(
      `a + ${a.layer.middle}u`,
      `a + ${a.layer.middleScale}u`,
      `g + ${g.layer.middleNormed}u`,
      `w + ${weight.layer('mlpNorm')}u`,
      '+=',
    )}
    ${dropResidual(`g + ${g.layer.out}u`, '2u * layer')}
    ${product({
      rows: 'rows',
      inner: width,
      columns: width,
      left: gradient(`g + ${g.layer.out}u`),
      right: transposed(`w + ${weight.layer('attentionOut')}u`, width),
      store: keep(`grads + ${g.at.mixed}u`),
    })}
    ${barrier}
    // Of the scores: p · (dp − Σ p · dp), where Σ p · dp = mixed · its gradient, a head.
    for (var item = lane; item < rows * heads * rows; item += lanes) {
      let key = item % rows;
      let head = item / rows % heads;
      let row = item / rows / heads;
      if (key < keysOf(sequence, row, rows)) {
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
      let keys = keysOf(sequence, row, rows);
      var query = 0.0;
      for (var key = 0u; key < keys; key++) {
        query += gradients[grads + ${g.at.scores}u + row * gradientStride + head + key]
          * activations[a + ${a.layer.qkv + width}u + key * activationStride + i];
      }
      var key = 0.0;
      var value = 0.0;
      for (var other = ${shape.causal ? 'row' : '0u'}; other < rows; other++) {
        if (row < keysOf(sequence, other, rows)) {
          key += gradients[grads + ${g.at.scores}u + other * gradientStride + head + row]
            * activations[a + ${a.layer.qkv}u + other * activationStride + i];
          value += activations[a + ${a.layer.probabilities}u + other * activationStride + head + row]
            * gradients[grads + ${g.at.mixed}u + other * gradientStride + i];
        }
      }
      let to = g + ${g.layer.qkv}u + row * gradientStride + i;
      gradients[to] = query;
      gradients[to + width] = key;
      gradients[to + 2u * width] = value;
    }
    ${barrier}
    ${product({
      rows: 'rows',
      inner: 3 * width,
      columns: width,
      left: gradient(`g + ${g.layer.qkv}u`),
      right: transposed(`w + ${weight.layer('attentionQkv')}u`, 3 * width),
      store: keep(`g + ${g.layer.inputNormed}u`),
    })}
    ${barrier}
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

/** Where a pass keeps a token's output, and the gradient of it. */
export function outputFields(shape: TransformerShape) {
  const a = activationRecord(shape);
  const g = gradientRecord(shape);
  return {
    width: outputWidth(shape),
    activation: { stride: a.stride, at: shape.unembedding ? a.at.logits : a.at.finalNormed },
    gradient: { stride: g.stride, at: g.at.output },
  };
}
