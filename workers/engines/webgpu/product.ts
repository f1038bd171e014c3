import type { Packing } from './packing.js';

export interface Product {
  readonly packing: Packing;
  /** WGSL expression. */
  readonly rows: string;
  readonly inner: number;
  readonly columns: number;
  /** `[rows, inner]`: the buffer, and WGSL expressions of where it begins and of its stride. */
  readonly left: { readonly buffer: string; readonly base: string; readonly stride: string };
  /** `[inner, columns]`, or `[columns, inner]` where it is `transposed`. */
  readonly right: { readonly buffer: string; readonly base: string; readonly transposed: boolean };
  /** The statement that keeps a pack of the product, from a column on. */
  readonly store: (element: { row: string; column: string; value: string }) => string;
}

const height = 4;
const each = [0, 1, 2, 3];

/**
 * `left · right` by one workgroup of `lanes` invocations, four rows and a pack of columns each. Where `inner` or
 * `columns` is no multiple of a pack, what follows the left rows must be 0, and what follows the kept ones nobody's.
 */
export function product(options: Product): string {
  return options.packing.count === 4 ? packedProduct(options) : plainProduct(options);
}

function tiled(rows: string, groups: number, body: string): string {
  return /* wgsl */ `
  for (var tile = lane; tile < (${rows} + ${height - 1}u) / ${height}u * ${groups}u; tile += lanes) {
    let first = tile / ${groups}u * ${height}u;${body}
  }`;
}

function packedProduct({ rows, inner, columns, left, right, store }: Product): string {
  const aligned = inner % 4 === 0 && columns % 4 === 0;
  const groups = Math.ceil(columns / 4);
  const at = (index: string): string =>
    aligned ? `${right.buffer}Pack(${index})` : `vec4f(${each.map((i) => `${right.buffer}At(${index} + ${i}u)`).join(', ')})`;
  const read = (j: number): string => at(right.transposed ? `right + ${j * inner}u + k` : `right + (k + ${j}u) * ${columns}u`);
  const add = (i: number): string =>
    right.transposed
      ? `s${i} += vec4f(${each.map((j) => `dot(a${i}, b${j})`).join(', ')});`
      : `s${i} += ${each.map((j) => `a${i}[${j}] * b${j}`).join(' + ')};`;
  return tiled(
    rows,
    groups,
    /* wgsl */ `
    let column = tile % ${groups}u * 4u;
    let right = ${right.base} + column${right.transposed ? ` * ${inner}u` : ''};
    ${each.map((i) => `let left${i} = ${left.base} + min(first + ${i}u, ${rows} - 1u) * ${left.stride};`).join('\n    ')}
    ${each.map((i) => `var s${i} = vec4f();`).join(' ')}
    for (var k = 0u; k < ${inner}u; k += 4u) {
      ${each.map((j) => `let b${j} = ${read(j)};`).join('\n      ')}
      ${each.map((i) => `let a${i} = ${left.buffer}Pack(left${i} + k);`).join('\n      ')}
      ${each.map(add).join('\n      ')}
    }
    ${each
      .map((i) => `if (first + ${i}u < ${rows}) { let row = first + ${i}u; ${store({ row: 'row', column: 'column', value: `s${i}` })} }`)
      .join('\n    ')}`,
  );
}

function plainProduct({ rows, inner, columns, left, right, store }: Product): string {
  const [rowStride, columnStride] = right.transposed ? [1, inner] : [columns, 1];
  return tiled(
    rows,
    columns,
    /* wgsl */ `
    let column = tile % ${columns}u;
    let right = ${right.base} + column * ${columnStride}u;
    ${each.map((i) => `let left${i} = ${left.base} + min(first + ${i}u, ${rows} - 1u) * ${left.stride};`).join('\n    ')}
    var sums = vec4f();
    for (var k = 0u; k < ${inner}u; k++) {
      let a = vec4f(${each.map((i) => `${left.buffer}At(left${i} + k)`).join(', ')});
      sums += a * ${right.buffer}At(right + k * ${rowStride}u);
    }
    ${each
      .map((i) => `if (first + ${i}u < ${rows}) { let row = first + ${i}u; ${store({ row: 'row', column: 'column', value: `sums[${i}]` })} }`)
      .join('\n    ')}`,
  );
}
