import type { Packing } from './packing.js';

export interface TeamProduct {
  readonly packing: Packing;
  readonly lanes: number;
  /** Rows of the left matrix at most. */
  readonly team: number;
  readonly inner: number;
  readonly columns: number;
  /** In workgroup memory, `[team, inner]`. */
  readonly left: string;
  /** In the parameters, `[inner, columns]`: a WGSL expression of where it begins. */
  readonly right: string;
  /** The statement that keeps `count` elements of a row from a column on. */
  readonly store: (element: { row: string; column: string; value: string; count: number }) => string;
}

/**
 * The product of a team's vectors and a matrix by one workgroup; the WGSL variable `members` says how many there are.
 * Each number of the matrix is read once for several of them.
 */
export function teamProduct(options: TeamProduct): string {
  const { packing, team, inner, columns, left, right, store } = options;
  const { unit, height } = shareOf(options);
  const groups = columns / unit;
  const rows = Array.from({ length: height }, (_, i) => i);
  const steps = Array.from({ length: packing.count }, (_, j) => j);
  const weight = (j: number): string => `parameters${unit === 4 ? 'Pack' : 'At'}(at + (k + ${j}u) * ${columns}u)`;
  const add = (a: string): string =>
    packing.count === 1
      ? `${a} * b0`
      : unit === 4
        ? steps.map((j) => `${a}[${j}] * b${j}`).join(' + ')
        : `dot(${a}, vec4f(${steps.map((j) => `b${j}`).join(', ')}))`;
  return /* wgsl */ `
    for (var item = lane; item < (members + ${height - 1}u) / ${height}u * ${groups}u; item += lanes) {
      let column = item % ${groups}u * ${unit}u;
      let member = item / ${groups}u * ${height}u;
      let at = ${right} + column;
      ${rows.map((i) => `var s${i} = ${unit === 4 ? 'vec4f()' : '0.0'};`).join(' ')}
      for (var k = 0u; k < ${inner}u; k += ${packing.count}u) {
        ${steps.map((j) => `let b${j} = ${weight(j)};`).join('\n        ')}
        ${rows
          .map((i) => `let a${i} = ${left}Pack(min(member + ${i}u, ${team - 1}u) * ${inner}u + k); s${i} += ${add(`a${i}`)};`)
          .join('\n        ')}
      }
      ${rows
        .map((i) => `if (member + ${i}u < members) { let row = member + ${i}u; ${store({ row: 'row', column: 'column', value: `s${i}`, count: unit })} }`)
        .join('\n      ')}
    }
    workgroupBarrier();`;
}

/** Columns and rows an invocation, so that the busiest one has the least to do. */
function shareOf({ packing, lanes, team, inner, columns }: TeamProduct): { unit: 4 | 1; height: number } {
  const units = packing.count === 4 && columns % 4 === 0 && inner % 4 === 0 ? ([4, 1] as const) : ([1] as const);
  const heights = [4, 2, 1].filter((height) => height <= team);
  const shares = units.flatMap((unit) => heights.map((height) => ({ unit, height })));
  const cost = ({ unit, height }: (typeof shares)[number]): number => {
    const rounds = Math.ceil((Math.ceil(team / height) * columns) / unit / lanes);
    return rounds * (unit * height + height + 1);
  };
  return shares.reduce((best, share) => (cost(share) < cost(best) ? share : best));
}
