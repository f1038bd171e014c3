import { transformerLayout, type TransformerShape } from '../layout.js';
import type { KernelSource } from './kernel.js';
import { accessors, packFunctions, packingOf, type Packing } from './packing.js';
import { activationRecord, gradientRecord } from './records.js';

/** Rows and columns of a matrix that one invocation sums up. */
const edge = 4;

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

const tilesOf = ({ rows, columns }: MatrixGradient): number => Math.ceil(rows / edge) * Math.ceil(columns / edge);

const matrixLanes = 64;

/** Workgroups a replica that `matrixGradientSource` needs. */
export function matrixGroups(shape: TransformerShape): number {
  const tiles = matrixGradients(shape).reduce((sum, matrix) => sum + tilesOf(matrix), 0);
  return Math.ceil(tiles / matrixLanes);
}

/** The function `<buffer>Four`: four floats from anywhere, past the end of a field too. */
function fourFunction(buffer: string, { count }: Packing): string {
  const each = [0, 1, 2, 3].map((i) => `${buffer}At(i + ${i}u)`).join(', ');
  return `fn ${buffer}Four(i: u32) -> vec4f { return ${count === 4 ? `${buffer}Pack(i)` : `vec4f(${each})`}; }`;
}

/**
 * The gradients of all matrices, activationsᵀ `[in, rows]` · gradients `[rows, out]` over the rows of a replica, in
 * tiles of 4 × 4, one an invocation; always in the order of the rows.
 */
export function matrixGradientSource(shape: TransformerShape) {
  const packing = packingOf(shape);
  let first = 0;
  const matrices = matrixGradients(shape).map((matrix) => {
    const { parameters, left, right, rows, columns } = matrix;
    const fields = [first, parameters, left, right, rows, columns];
    first += tilesOf(matrix);
    return `Matrix(${fields.join(', ')})`;
  });
  const each = [0, 1, 2, 3];
  return {
    label: 'matrixGradients',
    lanes: matrixLanes,
    call: passCall,
    buffers: {
      inputs: 'read u32',
      activations: `read ${packing.type}`,
      gradients: `read ${packing.type}`,
      gradient: 'read_write f32',
    },
    code: /* wgsl */ `
${packFunctions(packing)}
${accessors('activations', packing, 'read')}
${accessors('gradients', packing, 'read')}
${fourFunction('activations', packing)}
${fourFunction('gradients', packing)}
struct Matrix { firstTile: u32, parameters: u32, left: u32, right: u32, rows: u32, columns: u32 }
const matrices = array<Matrix, ${matrices.length}>(${matrices.join(', ')});

fn keep(replica: u32, matrix: Matrix, row: u32, column: u32, values: vec4f, continues: bool) {
  if (row >= matrix.rows) { return; }
  let to = replica * ${transformerLayout(shape).size}u + matrix.parameters + row * matrix.columns + column;
  for (var j = 0u; j < min(${edge}u, matrix.columns - column); j++) {
    gradient[to + j] = select(0, gradient[to + j], continues) + values[j];
  }
}
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let tile = group.x * lanes + lane;
  if (tile >= ${first}u) { return; }
  var table = matrices;
  var index = 0u;
  while (index + 1u < ${matrices.length}u && table[index + 1u].firstTile <= tile) { index++; }
  let matrix = table[index];
  let across = (matrix.columns + ${edge - 1}u) / ${edge}u;
  let row = (tile - matrix.firstTile) / across * ${edge}u;
  let column = (tile - matrix.firstTile) % across * ${edge}u;
  ${replicaRows}
  ${each.map((i) => `var s${i} = vec4f();`).join(' ')}
  var a = (first - call.firstRow) * ${activationRecord(shape).stride}u + matrix.left + row;
  var g = (first - call.firstRow) * ${gradientRecord(shape).stride}u + matrix.right + column;
  for (var source = first; source < end; source++) {
    let left = activationsFour(a);
    let right = gradientsFour(g);
    ${each.map((i) => `s${i} += left[${i}] * right;`).join('\n    ')}
    a += ${activationRecord(shape).stride}u;
    g += ${gradientRecord(shape).stride}u;
  }
  ${each.map((i) => `keep(replica, matrix, row + ${i}u, column, s${i}, continues);`).join('\n  ')}
}`,
  } as const satisfies KernelSource<string, string>;
}

const vectorLanes = 64;

/** Workgroups a replica that `vectorGradientSource` needs. */
export function vectorGroups(shape: TransformerShape): number {
  const vectors = shape.vocabulary + shape.context + 2 * shape.layers + 1;
  return Math.ceil((vectors * shape.width) / packingOf(shape).count / vectorLanes);
}

/**
 * The gradients of embeddings and of norms' gains, a pack of numbers an invocation, summed over the rows of a replica in
 * their order: the residual stream's gradient where a row has the token or position; normed activation / gain times its
 * gradient.
 */
export function vectorGradientSource(shape: TransformerShape) {
  const { width, vocabulary, context, layers } = shape;
  const packing = packingOf(shape);
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
    buffers: {
      inputs: 'read u32',
      activations: `read ${packing.type}`,
      gradients: `read ${packing.type}`,
      gradient: `read_write ${packing.type}`,
    },
    code: /* wgsl */ `
${packFunctions(packing)}
${accessors('activations', packing, 'read')}
${accessors('gradients', packing, 'read')}
${accessors('gradient', packing, 'read_write')}
struct Gain { parameters: u32, input: u32, scale: u32, upstream: u32 }
const gains = array<Gain, ${gains.length}>(${gains.map((gain) => `Gain(${gain.join(', ')})`).join(', ')});

fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  ${replicaRows}
  let item = (group.x * lanes + lane) * ${packing.count}u;
  let vector = item / ${width}u;
  let i = item % ${width}u;
  if (vector >= ${vocabulary + context + gains.length}u) { return; }
  var sum = Pack();
  var to = replica * ${size}u + item;
  if (vector < ${vocabulary + context}u) {
    let isToken = vector < ${vocabulary}u;
    let words = select(call.owners, call.tokens, isToken);
    let wanted = select(vector - ${vocabulary}u, vector, isToken);
    let range = select(64u, ${vocabulary}u, isToken);
    for (var row = first; row < end; row++) {
      if (inputs[words + row] % range == wanted) { sum += gradientsPack((row - call.firstRow) * ${g.stride}u + ${g.at.residual}u + i); }
    }
  } else {
    var table = gains;
    let gain = table[vector - ${vocabulary + context}u];
    to = replica * ${size}u + gain.parameters + i;
    for (var row = first; row < end; row++) {
      let a = (row - call.firstRow) * ${a.stride}u;
      let g = (row - call.firstRow) * ${g.stride}u;
      sum += gradientsPack(g + gain.upstream + i) * activationsPack(a + gain.input + i) * activationsAt(a + gain.scale);
    }
  }
  setGradientPack(to, select(Pack(), gradientPack(to), continues) + sum);
}`,
  } as const satisfies KernelSource<string, string>;
}
