/** The product of matrices of any size, by blocks of `product`. */
import { floats } from './memory';
import { pack, product, productOfTransposed } from './product';
import { accumulate } from './sums';

/**
 * C (+)= A · B. A is row-major, or its transpose is; B's element (p, j) lies at number p · bRow + j · bColumn; C is
 * row-major. `scratch` has room for `matMulScratch(m, k, n)` numbers.
 */
export function matMul(
  c: usize, a: usize, transposed: bool, b: usize, bRow: i32, bColumn: i32,
  m: i32, k: i32, n: i32, adds: bool, scratch: usize,
): void {
  const columns = (n + 7) & ~7;
  let panels = b;
  let panelRow = floats(bRow);
  let panel: usize = 32;
  if (bColumn !== 1 || n !== columns) {
    panels = scratch;
    panelRow = 32;
    panel = floats(8 * k);
    pack(panels, panel, b, bRow, bColumn, k, n);
  }
  if (n === columns && (m & 3) === 0) {
    multiply(c, a, transposed, panels, panelRow, panel, m, k, n, adds);
    return;
  }
  // Rows and columns that complete a block are computed beside C.
  const block = scratch + floats(k * columns);
  multiply(block, a, transposed, panels, panelRow, panel, m, k, columns, false);
  for (let i = 0; i < m; i++) {
    const target = c + floats(i * n);
    if (adds) accumulate(target, block + floats(i * columns), n);
    else memory.copy(target, block + floats(i * columns), floats(n));
  }
}

function multiply(
  c: usize, a: usize, transposed: bool, panels: usize, panelRow: usize, panel: usize,
  m: i32, k: i32, n: i32, adds: bool,
): void {
  if (transposed) productOfTransposed(c, floats(n), a, floats(m), panels, panelRow, panel, m, k, n, adds);
  else product(c, floats(n), a, floats(k), panels, panelRow, panel, m, k, n, adds);
}

export function matMulScratch(m: i32, k: i32, n: i32): i32 {
  const columns = (n + 7) & ~7;
  return columns * (k + ((m + 3) & ~3));
}
