/** The counter-based generator of src/core/random.ts, bit by bit. */
export const randomFunctions = /* wgsl */ `
fn pcgHash(value: u32) -> u32 {
  let state = value * 747796405u + 2891336453u;
  let word = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
  return (word >> 22u) ^ word;
}
fn randomAt(key: u32, index: u32) -> u32 { return pcgHash(key + pcgHash(index)); }
`;

/** A matrix in a buffer: element [i, j] at `base + i · rowStride + j · columnStride`, each a WGSL expression. */
interface Operand {
  readonly buffer: string;
  readonly base: string;
  readonly rowStride: number;
  readonly columnStride: number;
}

export interface Product {
  /** WGSL expression. */
  readonly rows: string;
  readonly inner: number;
  readonly columns: number;
  /** `[rows, inner]`. */
  readonly left: Operand;
  /** `[inner, columns]`. */
  readonly right: Operand;
  /** The statement that keeps one element of the product, `value`. */
  readonly store: (row: string, column: string, value: string) => string;
}

const tile = 4;

/**
 * `left · right` by one workgroup of `lanes` invocations, 4 × 4 elements each: four rows next to each other and four
 * columns a quarter of the matrix apart, so that neighbouring invocations read neighbouring columns.
 */
export function product({ rows, inner, columns, left, right, store }: Product): string {
  const stride = Math.ceil(columns / tile);
  const each = Array.from({ length: tile }, (_, i) => i);
  const whole = columns % tile === 0;
  const elements = (i: number): string =>
    each
      .map((j) => {
        const kept = store('row', `c${j}`, `s${i}[${j}]`);
        return whole || (j + 1) * stride <= columns ? kept : `if (column + ${j * stride}u < ${columns}u) { ${kept} }`;
      })
      .join('\n          ');
  return /* wgsl */ `
  for (var tile = lane; tile < (${rows} + ${tile - 1}u) / ${tile}u * ${stride}u; tile += lanes) {
    let first = tile / ${stride}u * ${tile}u;
    let column = tile % ${stride}u;
    ${each.map((j) => `let c${j} = min(column + ${j * stride}u, ${columns - 1}u);`).join('\n    ')}
    ${each.map((i) => `var left${i} = ${left.base} + min(first + ${i}u, ${rows} - 1u) * ${left.rowStride}u;`).join('\n    ')}
    ${each.map((j) => `var right${j} = ${right.base} + c${j} * ${right.columnStride}u;`).join('\n    ')}
    ${each.map((i) => `var s${i} = vec4f();`).join('\n    ')}
    for (var k = 0u; k < ${inner}u; k++) {
      let b = vec4f(${each.map((j) => `${right.buffer}[right${j} + k * ${right.rowStride}u]`).join(', ')});
      ${each.map((i) => `s${i} += ${left.buffer}[left${i} + k * ${left.columnStride}u] * b;`).join('\n      ')}
    }
    ${each
      .map((i) => `if (first + ${i}u < ${rows}) { let row = first + ${i}u; ${elements(i)} }`)
      .join('\n    ')}
  }`;
}

/** Waits for all invocations of the workgroup and makes what they wrote visible to each other. */
export const barrier = 'storageBarrier();';
