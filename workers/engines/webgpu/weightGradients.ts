import { transformerLayout, type TransformerShape } from '../../model/layout.js';
import type { KernelSource } from './kernel.js';
import { activationRecord, gradientRecord } from './records.js';

const edge = 32;
const chunk = 16;

/** Which rows a pass holds. */
const passCall = {
  firstReplica: 'u32',
  /** Of the pass, and the one after its last. */
  firstRow: 'u32',
  endRow: 'u32',
  /** B: sequences a replica. */
  sequences: 'u32',
  /** In the inputs: the first row of each sequence, with the end of the last `[R·B + 1]`. */
  starts: 'u32',
} as const;

/** Begins with the replica's rows in this pass; a replica whose rows began in an earlier pass adds to its gradient. */
const replicaRows = /* wgsl */ `
  let replica = call.firstReplica + group.y;
  let start = inputs[call.starts + replica * call.sequences];
  let first = max(start, call.firstRow);
  let end = min(inputs[call.starts + (replica + 1u) * call.sequences], call.endRow);
  let continues = start < call.firstRow;`;

interface MatrixGradient {
  /** In a replica's parameters, in the activation record and in the gradient record. */
  readonly parameters: number;
  readonly left: number;
  readonly right: number;
  readonly rows: number;
  readonly columns: number;
}

function matrixGradients(shape: TransformerShape): MatrixGradient[] {
  const a = activationRecord(shape);
  const g = gradientRecord(shape);
  return transformerLayout(shape).entries.flatMap(({ name, offset, shape: extents }): MatrixGradient[] => {
    if (extents.length < 2 || name.endsWith('Embedding')) return [];
    const [rows, columns] = extents as [number, number];
    const matrix = (left: number, right: number): MatrixGradient[] => [{ parameters: offset, left, right, rows, columns }];
    if (name === 'unembedding') return matrix(a.at.finalNormed, g.at.output);
    const [, index, weight] = name.split('.');
    const fields = {
      attentionQkv: [a.layer.inputNormed, g.layer.qkv],
      attentionOut: [a.layer.mixed, g.layer.out],
      mlpUp: [a.layer.middleNormed, g.layer.hidden],
      mlpDown: [a.layer.hidden, g.layer.down],
    } as const;
    const [left, right] = fields[weight as keyof typeof fields];
    return matrix(Number(index) * a.layerStride + left, Number(index) * g.layerStride + right);
  });
}

/** Workgroups a replica that `matrixGradientSource` needs. */
export function matrixTiles(shape: TransformerShape): number {
  const tiles = matrixGradients(shape).map(({ rows, columns }) => Math.ceil(rows / edge) * Math.ceil(columns / edge));
  return tiles.reduce((sum, count) => sum + count, 0);
}

/**
 * The gradients of all matrices, activationsᵀ `[in, rows]` · gradients `[rows, out]` over the rows of a replica, in
 * tiles of 32 × 32, one a workgroup; always in the order of the rows.
 */
export function matrixGradientSource(shape: TransformerShape) {
  let first = 0;
  const matrices = matrixGradients(shape).map(({ parameters, left, right, rows, columns }) => {
    const fields = [first, parameters, left, right, rows, columns];
    first += Math.ceil(rows / edge) * Math.ceil(columns / edge);
    return `Matrix(${fields.join(', ')})`;
  });
  const each = [0, 1, 2, 3];
  const elements = each.flatMap((i) =>
    each.map((j) => {
      const place = `firstRow + row + ${8 * i}u, firstColumn + column + ${8 * j}u`;
      return `keep(replica, matrix, ${place}, s${i}[${j}], continues);`;
    }),
  );
  return {
    label: 'matrixGradients',
    lanes: 64,
    call: passCall,
    buffers: { inputs: 'read u32', activations: 'read f32', gradients: 'read f32', gradient: 'read_write f32' },
    code: /* wgsl */ `
struct Matrix { firstTile: u32, parameters: u32, left: u32, right: u32, rows: u32, columns: u32 }
const matrices = array<Matrix, ${matrices.length}>(${matrices.join(', ')});
var<workgroup> leftRows: array<f32, ${chunk * edge}>;
var<workgroup> rightRows: array<f32, ${chunk * edge}>;

fn keep(replica: u32, matrix: Matrix, row: u32, column: u32, value: f32, continues: bool) {
  if (row >= matrix.rows || column >= matrix.columns) { return; }
  let to = replica * ${transformerLayout(shape).size}u + matrix.parameters + row * matrix.columns + column;
  gradient[to] = select(0, gradient[to], continues) + value;
}
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  var table = matrices;
  var index = 0u;
  while (index + 1u < ${matrices.length}u && table[index + 1u].firstTile <= group.x) { index++; }
  let matrix = table[index];
  let across = (matrix.columns + ${edge - 1}u) / ${edge}u;
  let firstRow = (group.x - matrix.firstTile) / across * ${edge}u;
  let firstColumn = (group.x - matrix.firstTile) % across * ${edge}u;
  ${replicaRows}
  let row = lane / 8u;
  let column = lane % 8u;
  ${each.map((i) => `var s${i} = vec4f();`).join(' ')}
  for (var block = first; block < end; block += ${chunk}u) {
    for (var item = lane; item < ${chunk * edge}u; item += lanes) {
      let source = block + item / ${edge}u;
      let i = item % ${edge}u;
      var left = 0.0;
      var right = 0.0;
      if (source < end) {
        let a = (source - call.firstRow) * ${activationRecord(shape).stride}u + matrix.left + firstRow;
        let g = (source - call.firstRow) * ${gradientRecord(shape).stride}u + matrix.right + firstColumn;
        if (firstRow + i < matrix.rows) { left = activations[a + i]; }
        if (firstColumn + i < matrix.columns) { right = gradients[g + i]; }
      }
      leftRows[item] = left;
      rightRows[item] = right;
    }
    workgroupBarrier();
    for (var k = 0u; k < ${chunk * edge}u; k += ${edge}u) {
      let right = vec4f(${each.map((j) => `rightRows[k + column + ${8 * j}u]`).join(', ')});
      ${each.map((i) => `s${i} += leftRows[k + row + ${8 * i}u] * right;`).join('\n      ')}
    }
    workgroupBarrier();
  }
  ${elements.join('\n  ')}
}`,
  } as const satisfies KernelSource<string, string>;
}

/** Workgroups a replica that `vectorGradientSource` needs. */
export function vectorGroups(shape: TransformerShape): number {
  return Math.ceil(((shape.vocabulary + shape.context + 2 * shape.layers + 1) * shape.width) / vectorLanes);
}

const vectorLanes = 64;

/**
 * The gradients of embeddings and of norms' gains, one number an invocation, summed over the rows of a replica in
 * their order: the residual stream's gradient where a row has the token or position; normed activation / gain times its
 * gradient.
 */
export function vectorGradientSource(shape: TransformerShape) {
  const { width, vocabulary, context, layers } = shape;
  const a = activationRecord(shape);
  const g = gradientRecord(shape);
  const { entries, size } = transformerLayout(shape);
  const offset = (name: string): number => entries.find((entry) => entry.name === name)!.offset;
  const gains = [
    ...Array.from({ length: layers }, (_, i) => [
      [
        offset(`blocks.${i}.attentionNorm`),
        i * a.layerStride + a.layer.input,
        i * a.layerStride + a.layer.inputScale,
        i * g.layerStride + g.layer.inputNormed,
      ],
      [
        offset(`blocks.${i}.mlpNorm`),
        i * a.layerStride + a.layer.middle,
        i * a.layerStride + a.layer.middleScale,
        i * g.layerStride + g.layer.middleNormed,
      ],
    ]).flat(),
    [offset('finalNorm'), a.at.final, a.at.finalScale, g.at.finalNormed],
  ];
  return {
    label: 'vectorGradients',
    lanes: vectorLanes,
    call: {
      ...passCall,
      /** In the inputs: the token of each row, and its sequence · 64 + position. */
      tokens: 'u32',
      owners: 'u32',
    },
    buffers: { inputs: 'read u32', activations: 'read f32', gradients: 'read f32', gradient: 'read_write f32' },
    code: /* wgsl */ `
struct Gain { parameters: u32, input: u32, scale: u32, upstream: u32 }
const gains = array<Gain, ${gains.length}>(${gains.map((gain) => `Gain(${gain.join(', ')})`).join(', ')});

fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  ${replicaRows}
  let item = group.x * lanes + lane;
  let vector = item / ${width}u;
  let i = item % ${width}u;
  if (vector >= ${vocabulary + context + gains.length}u) { return; }
  var sum = 0.0;
  var to = replica * ${size}u + item;
  if (vector < ${vocabulary + context}u) {
    for (var row = first; row < end; row++) {
      let position = inputs[call.owners + row] % 64u + ${vocabulary}u;
      let own = select(inputs[call.tokens + row], position, vector >= ${vocabulary}u);
      if (own == vector) { sum += gradients[(row - call.firstRow) * ${g.stride}u + ${g.at.residual}u + i]; }
    }
  } else {
    var table = gains;
    let gain = table[vector - ${vocabulary + context}u];
    to = replica * ${size}u + gain.parameters + i;
    for (var row = first; row < end; row++) {
      let a = (row - call.firstRow) * ${a.stride}u;
      let g = (row - call.firstRow) * ${g.stride}u;
      sum += gradients[g + gain.upstream + i] * activations[a + gain.input + i] * activations[a + gain.scale];
    }
  }
  gradient[to] = select(0, gradient[to], continues) + sum;
}`,
  } as const satisfies KernelSource<string, string>;
}
