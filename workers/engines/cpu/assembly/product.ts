import { mulAdd } from './vector';

/**
 * C (+)= A · B in single precision, in blocks of 4 rows and 8 columns of C that stay in registers.
 *
 * A is row-major, with rows of `aRow` bytes. B comes in panels of 8 columns: the 8 numbers of row p of panel j lie at
 * `b + j · bPanel + p · bRow`. A plain row-major B has panels 32 bytes apart; one packed by `pack` is read in the order
 * of its memory. All strides are in bytes.
 *
 * @param m rows of C; the rows up to the next multiple of 4 are computed and written too
 * @param n columns of C, a multiple of 8
 */
export function product(
  c: usize, cRow: usize, a: usize, aRow: usize, b: usize, bRow: usize, bPanel: usize,
  m: i32, k: i32, n: i32, accumulate: bool,
): void {
  blocks(c, cRow, a, aRow, b, bRow, bPanel, m, k, n, accumulate, false);
}

/** The same of Aᵀ, `[k, m]` in memory with rows of `aRow` bytes. */
export function productOfTransposed(
  c: usize, cRow: usize, a: usize, aRow: usize, b: usize, bRow: usize, bPanel: usize,
  m: i32, k: i32, n: i32, accumulate: bool,
): void {
  blocks(c, cRow, a, aRow, b, bRow, bPanel, m, k, n, accumulate, true);
}

/** Four rows of a transposed A lie side by side and need one pointer: the loop is bound by its instructions. */
@inline function blocks(
  c: usize, cRow: usize, a: usize, aRow: usize, b: usize, bRow: usize, bPanel: usize,
  m: i32, k: i32, n: i32, accumulate: bool, transposed: bool,
): void {
  const nextRow: usize = transposed ? 4 : aRow;
  const nextColumn: usize = transposed ? aRow : 4;
  for (let j = 0; j < n; j += 8) {
    let cBlock = c + (<usize>j << 2);
    let aBlock = a;
    for (let i = 0; i < m; i += 4) {
      let c00 = f32x4.splat(0), c01 = f32x4.splat(0);
      let c10 = f32x4.splat(0), c11 = f32x4.splat(0);
      let c20 = f32x4.splat(0), c21 = f32x4.splat(0);
      let c30 = f32x4.splat(0), c31 = f32x4.splat(0);
      let a0 = aBlock;
      let a1 = a0 + aRow;
      let a2 = a1 + aRow;
      let a3 = a2 + aRow;
      let row = b;
      for (let p = 0; p < k; p++) {
        const b0 = v128.load(row);
        const b1 = v128.load(row, 16);
        let s = v128.load_splat<f32>(a0);
        c00 = mulAdd(s, b0, c00);
        c01 = mulAdd(s, b1, c01);
        s = transposed ? v128.load_splat<f32>(a0, 4) : v128.load_splat<f32>(a1);
        c10 = mulAdd(s, b0, c10);
        c11 = mulAdd(s, b1, c11);
        s = transposed ? v128.load_splat<f32>(a0, 8) : v128.load_splat<f32>(a2);
        c20 = mulAdd(s, b0, c20);
        c21 = mulAdd(s, b1, c21);
        s = transposed ? v128.load_splat<f32>(a0, 12) : v128.load_splat<f32>(a3);
        c30 = mulAdd(s, b0, c30);
        c31 = mulAdd(s, b1, c31);
        a0 += nextColumn;
        if (!transposed) {
          a1 += nextColumn;
          a2 += nextColumn;
          a3 += nextColumn;
        }
        row += bRow;
      }
      let target = cBlock;
      put(target, c00, c01, accumulate);
      target += cRow;
      put(target, c10, c11, accumulate);
      target += cRow;
      put(target, c20, c21, accumulate);
      target += cRow;
      put(target, c30, c31, accumulate);
      cBlock = target + cRow;
      aBlock += nextRow << 2;
    }
    b += bPanel;
  }
}

@inline function put(target: usize, low: v128, high: v128, accumulate: bool): void {
  if (accumulate) {
    low = f32x4.add(low, v128.load(target));
    high = f32x4.add(high, v128.load(target, 16));
  }
  v128.store(target, low);
  v128.store(target, high, 16);
}

/**
 * Copies a matrix `[k, n]`, whose element (p, j) is number `p · row + j · column` of the source, into panels of 8
 * columns `panel` bytes apart. Columns up to the next multiple of 8 are zeros.
 */
export function pack(target: usize, panel: usize, source: usize, row: i32, column: i32, k: i32, n: i32): void {
  for (let j = 0; j < n; j += 8) {
    const columns = min(8, n - j);
    let to = target;
    for (let p = 0; p < k; p++) {
      let from = source + (<usize>(p * row + j * column) << 2);
      if (column === 1 && columns === 8) {
        v128.store(to, v128.load(from));
        v128.store(to, v128.load(from, 16), 16);
      } else {
        for (let q = 0; q < columns; q++) {
          f32.store(to + (<usize>q << 2), f32.load(from));
          from += <usize>column << 2;
        }
        for (let q = columns; q < 8; q++) f32.store(to + (<usize>q << 2), 0);
      }
      to += 32;
    }
    target += panel;
  }
}
