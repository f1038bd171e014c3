/**
 * Kernels of the differentiable operations (workers/arrays/operations.ts) on plain arrays of single precision; sizes
 * are arbitrary. Gradients are added to what is there.
 */
import { floats } from './memory';
import { pack, product } from './product';
import { randomAt } from './random';
import { exp1, exp4, sumLanes } from './vector';

/**
 * C (+)= A · B. A's element (i, p) lies at number i · aRow + p · aColumn, B's (p, j) at p · bRow + j · bColumn; C is
 * row-major. `scratch` has room for `matMulScratch(m, k, n)` numbers.
 */
export function matMul(
  c: usize, a: usize, aRow: i32, aColumn: i32, b: usize, bRow: i32, bColumn: i32,
  m: i32, k: i32, n: i32, accumulate: bool, scratch: usize,
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
    product(c, floats(n), a, floats(aRow), floats(aColumn), panels, panelRow, panel, m, k, n, accumulate);
    return;
  }
  // Rows and columns that complete a block are computed beside C.
  const block = scratch + floats(k * columns);
  product(block, floats(columns), a, floats(aRow), floats(aColumn), panels, panelRow, panel, m, k, columns, false);
  for (let i = 0; i < m; i++) {
    const target = c + floats(i * n);
    if (accumulate) accumulateRow(target, block + floats(i * columns), n);
    else memory.copy(target, block + floats(i * columns), floats(n));
  }
}

export function matMulScratch(m: i32, k: i32, n: i32): i32 {
  const columns = (n + 7) & ~7;
  return columns * (k + ((m + 3) & ~3));
}

function accumulateRow(y: usize, x: usize, n: i32): void {
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const at = floats(i);
    v128.store(y + at, f32x4.add(v128.load(y + at), v128.load(x + at)));
  }
  for (; i < n; i++) {
    const at = floats(i);
    f32.store(y + at, f32.load(y + at) + f32.load(x + at));
  }
}

/** y += x. */
export function accumulate(y: usize, x: usize, n: i32): void {
  accumulateRow(y, x, n);
}

/** y += a · x with a and x arrays. */
export function accumulateProduct(y: usize, a: usize, x: usize, n: i32): void {
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const at = floats(i);
    v128.store(y + at, f32x4.add(v128.load(y + at), f32x4.mul(v128.load(a + at), v128.load(x + at))));
  }
  for (; i < n; i++) {
    const at = floats(i);
    f32.store(y + at, f32.load(y + at) + f32.load(a + at) * f32.load(x + at));
  }
}

/** y += s · x with a number s. */
export function accumulateScaled(y: usize, x: usize, s: f32, n: i32): void {
  const factor = f32x4.splat(s);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const at = floats(i);
    v128.store(y + at, f32x4.add(v128.load(y + at), f32x4.mul(factor, v128.load(x + at))));
  }
  for (; i < n; i++) {
    const at = floats(i);
    f32.store(y + at, f32.load(y + at) + s * f32.load(x + at));
  }
}

export function dot(a: usize, b: usize, n: i32): f32 {
  let sum = f32x4.splat(0);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const at = floats(i);
    sum = f32x4.add(sum, f32x4.mul(v128.load(a + at), v128.load(b + at)));
  }
  let total = sumLanes(sum);
  for (; i < n; i++) total += f32.load(a + floats(i)) * f32.load(b + floats(i));
  return total;
}

export function sum(x: usize, n: i32): f32 {
  let lanes = f32x4.splat(0);
  let i = 0;
  for (; i + 4 <= n; i += 4) lanes = f32x4.add(lanes, v128.load(x + floats(i)));
  let total = sumLanes(lanes);
  for (; i < n; i++) total += f32.load(x + floats(i));
  return total;
}

// The kinds of `binary` and `unary`, as arrayKernels.ts numbers them.
const ADD = 0, SUBTRACT = 1, MULTIPLY = 2, DIVIDE = 3, MINIMUM = 4;
const LINEAR = 0, RELU = 1, TANH = 2, EXP = 3, ABS = 4, SQUARE = 5, SQRT = 6, SOFTPLUS = 7, CLIP = 8;

@inline function binary4(kind: i32, a: v128, b: v128): v128 {
  switch (kind) {
    case ADD: return f32x4.add(a, b);
    case SUBTRACT: return f32x4.sub(a, b);
    case MULTIPLY: return f32x4.mul(a, b);
    case DIVIDE: return f32x4.div(a, b);
    default: return f32x4.min(a, b);
  }
}

/** Loads up to four numbers; lanes past the end are 1. */
@inline function loadUpTo(at: usize, count: i32): v128 {
  if (count >= 4) return v128.load(at);
  let v = f32x4.splat(1);
  v = f32x4.replace_lane(v, 0, f32.load(at));
  if (count > 1) v = f32x4.replace_lane(v, 1, f32.load(at, 4));
  if (count > 2) v = f32x4.replace_lane(v, 2, f32.load(at, 8));
  return v;
}

@inline function storeUpTo(at: usize, v: v128, count: i32): void {
  if (count >= 4) {
    v128.store(at, v);
    return;
  }
  f32.store(at, f32x4.extract_lane(v, 0));
  if (count > 1) f32.store(at, f32x4.extract_lane(v, 1), 4);
  if (count > 2) f32.store(at, f32x4.extract_lane(v, 2), 8);
}

@inline function addUpTo(at: usize, v: v128, count: i32): void {
  storeUpTo(at, f32x4.add(loadUpTo(at, count), v), count);
}

/** Sum of the first `count` lanes. */
@inline function sumUpTo(v: v128, count: i32): f32 {
  let total = f32x4.extract_lane(v, 0);
  if (count > 1) total += f32x4.extract_lane(v, 1);
  if (count > 2) total += f32x4.extract_lane(v, 2);
  if (count > 3) total += f32x4.extract_lane(v, 3);
  return total;
}

/** y = a ∘ b for `rows` rows of `n`; b's row begins `bRow` numbers after the last, and is one number if `single`. */
export function binary(kind: i32, y: usize, a: usize, b: usize, rows: i32, n: i32, bRow: i32, single: bool): void {
  for (let row = 0; row < rows; row++) {
    const only = f32x4.splat(f32.load(b));
    for (let i = 0; i < n; i += 4) {
      const at = floats(i);
      const rest = n - i;
      const other = single ? only : loadUpTo(b + at, rest);
      storeUpTo(y + at, binary4(kind, loadUpTo(a + at, rest), other), rest);
    }
    y += floats(n);
    a += floats(n);
    b += floats(bRow);
  }
}

/** The gradients of `binary`, where their pointers are not 0. */
export function binaryGradient(
  kind: i32, gradA: usize, gradB: usize, gradY: usize, a: usize, b: usize, rows: i32, n: i32, bRow: i32, single: bool,
): void {
  for (let row = 0; row < rows; row++) {
    const only = f32x4.splat(f32.load(b));
    let total: f32 = 0;
    for (let i = 0; i < n; i += 4) {
      const at = floats(i);
      const rest = n - i;
      const dy = loadUpTo(gradY + at, rest);
      const left = loadUpTo(a + at, rest);
      const right = single ? only : loadUpTo(b + at, rest);
      let toA = dy;
      let toB = dy;
      switch (kind) {
        case SUBTRACT:
          toB = f32x4.neg(dy);
          break;
        case MULTIPLY:
          toA = f32x4.mul(dy, right);
          toB = f32x4.mul(dy, left);
          break;
        case DIVIDE:
          toA = f32x4.div(dy, right);
          toB = f32x4.neg(f32x4.div(f32x4.mul(toA, left), right));
          break;
        case MINIMUM: {
          const first = f32x4.le(left, right);
          toA = v128.and(dy, first);
          toB = v128.andnot(dy, first);
          break;
        }
      }
      if (gradA) addUpTo(gradA + at, toA, rest);
      if (gradB) {
        if (single) total += sumUpTo(toB, rest);
        else addUpTo(gradB + at, toB, rest);
      }
    }
    if (gradB && single) f32.store(gradB, f32.load(gradB) + total);
    if (gradA) gradA += floats(n);
    if (gradB) gradB += floats(bRow);
    gradY += floats(n);
    a += floats(n);
    b += floats(bRow);
  }
}

@inline function softplus1(x: f32): f32 {
  return max<f32>(x, 0) + Mathf.log1p(exp1(-abs<f32>(x)));
}

/** 1 − 2 / (e^2x + 1); near 0, where that cancels, x − x³/3. */
@inline function tanh4(x: v128): v128 {
  const one = f32x4.splat(1);
  const far = f32x4.sub(one, f32x4.div(f32x4.splat(2), f32x4.add(exp4(f32x4.add(x, x)), one)));
  const cube = f32x4.mul(f32x4.mul(x, x), f32x4.mul(x, f32x4.splat(<f32>(1.0 / 3.0))));
  const near = f32x4.lt(f32x4.abs(x), f32x4.splat(0.01));
  return v128.bitselect(f32x4.sub(x, cube), far, near);
}

/** e^x as floats have it where x is too large for them: a loss that overflows must not look finite. */
@inline function overflowing(power: v128, x: v128): v128 {
  return v128.bitselect(f32x4.splat(Infinity), power, f32x4.gt(x, f32x4.splat(88.3)));
}

@inline function unary4(kind: i32, x: v128, p: v128, q: v128): v128 {
  switch (kind) {
    case LINEAR: return f32x4.add(f32x4.mul(x, p), q);
    case RELU: return f32x4.max(x, f32x4.splat(0));
    case TANH: return tanh4(x);
    case EXP: return overflowing(exp4(x), x);
    case ABS: return f32x4.abs(x);
    case SQUARE: return f32x4.mul(x, x);
    case SQRT: return f32x4.sqrt(x);
    case CLIP: return f32x4.max(f32x4.min(x, q), p);
    default:
      return f32x4(
        softplus1(f32x4.extract_lane(x, 0)), softplus1(f32x4.extract_lane(x, 1)),
        softplus1(f32x4.extract_lane(x, 2)), softplus1(f32x4.extract_lane(x, 3)),
      );
  }
}

/** y = f(x). `p` and `q`: factor and offset of LINEAR, low and high of CLIP. */
export function unary(kind: i32, y: usize, x: usize, n: i32, p: f32, q: f32): void {
  const p4 = f32x4.splat(p);
  const q4 = f32x4.splat(q);
  for (let i = 0; i < n; i += 4) {
    const at = floats(i);
    storeUpTo(y + at, unary4(kind, loadUpTo(x + at, n - i), p4, q4), n - i);
  }
}

export function unaryGradient(
  kind: i32, gradX: usize, gradY: usize, x: usize, y: usize, n: i32, p: f32, q: f32,
): void {
  const one = f32x4.splat(1);
  for (let i = 0; i < n; i += 4) {
    const at = floats(i);
    const rest = n - i;
    const dy = loadUpTo(gradY + at, rest);
    const input = loadUpTo(x + at, rest);
    const output = loadUpTo(y + at, rest);
    let dx = dy;
    switch (kind) {
      case LINEAR:
        dx = f32x4.mul(dy, f32x4.splat(p));
        break;
      case RELU:
        dx = v128.and(dy, f32x4.gt(input, f32x4.splat(0)));
        break;
      case TANH:
        dx = f32x4.mul(dy, f32x4.sub(one, f32x4.mul(output, output)));
        break;
      case EXP:
        dx = f32x4.mul(dy, output);
        break;
      case ABS: {
        const positive = v128.and(dy, f32x4.gt(input, f32x4.splat(0)));
        const negative = v128.and(dy, f32x4.lt(input, f32x4.splat(0)));
        dx = f32x4.sub(positive, negative);
        break;
      }
      case SQUARE:
        dx = f32x4.mul(dy, f32x4.add(input, input));
        break;
      case SQRT:
        dx = f32x4.div(dy, f32x4.add(output, output));
        break;
      case SOFTPLUS:
        dx = f32x4.div(dy, f32x4.add(one, exp4(f32x4.neg(input))));
        break;
      case CLIP:
        dx = v128.and(dy, v128.and(f32x4.ge(input, f32x4.splat(p)), f32x4.le(input, f32x4.splat(q))));
        break;
    }
    addUpTo(gradX + at, dx, rest);
  }
}

@inline function largest(x: usize, n: i32): f32 {
  let most: f32 = -Infinity;
  for (let i = 0; i < n; i++) most = max<f32>(most, f32.load(x + floats(i)));
  return most;
}

/** Softmax or log-softmax of rows. */
export function softmaxRows(y: usize, x: usize, rows: i32, n: i32, logarithm: bool): void {
  for (let row = 0; row < rows; row++) {
    const most = largest(x, n);
    const top = f32x4.splat(most);
    let total: f32 = 0;
    for (let i = 0; i < n; i += 4) {
      const rest = n - i;
      const power = exp4(f32x4.sub(loadUpTo(x + floats(i), rest), top));
      total += sumUpTo(power, rest);
      if (!logarithm) storeUpTo(y + floats(i), power, rest);
    }
    const p = logarithm ? <f32>1 : <f32>1 / total;
    const q = logarithm ? -most - Mathf.log(total) : <f32>0;
    unary(LINEAR, y, logarithm ? x : y, n, p, q);
    y += floats(n);
    x += floats(n);
  }
}

export function softmaxRowsGradient(gradX: usize, gradY: usize, y: usize, rows: i32, n: i32, logarithm: bool): void {
  for (let row = 0; row < rows; row++) {
    const total = f32x4.splat(logarithm ? sum(gradY, n) : dot(gradY, y, n));
    for (let i = 0; i < n; i += 4) {
      const at = floats(i);
      const rest = n - i;
      const dy = loadUpTo(gradY + at, rest);
      const output = loadUpTo(y + at, rest);
      const dx = logarithm
        ? f32x4.sub(dy, f32x4.mul(exp4(output), total))
        : f32x4.mul(output, f32x4.sub(dy, total));
      addUpTo(gradX + at, dx, rest);
    }
    gradX += floats(n);
    gradY += floats(n);
    y += floats(n);
  }
}

/**
 * LayerNorm (`centred`) or RMSNorm of rows, without gain and bias: (x − mean) / √(variance + 1e-5), whose 1 / √(…) is
 * kept in `scales`.
 */
export function normRows(y: usize, scales: usize, x: usize, rows: i32, n: i32, centred: bool): void {
  for (let row = 0; row < rows; row++) {
    const mean = centred ? sum(x, n) / <f32>n : <f32>0;
    unary(LINEAR, y, x, n, 1, -mean);
    const scale = <f32>1 / sqrt<f32>(dot(y, y, n) / <f32>n + <f32>1e-5);
    unary(LINEAR, y, y, n, scale, 0);
    f32.store(scales, scale);
    scales += 4;
    y += floats(n);
    x += floats(n);
  }
}

/** With ŷ the normed row: (dy − mean(dy) if centred − ŷ · mean(dy · ŷ)) · scale. */
export function normRowsGradient(
  gradX: usize, gradY: usize, y: usize, scales: usize, rows: i32, n: i32, centred: bool,
): void {
  for (let row = 0; row < rows; row++) {
    const scale = f32x4.splat(f32.load(scales));
    const along = f32x4.splat(dot(gradY, y, n) / <f32>n);
    const mean = f32x4.splat(centred ? sum(gradY, n) / <f32>n : <f32>0);
    for (let i = 0; i < n; i += 4) {
      const at = floats(i);
      const rest = n - i;
      const inner = f32x4.sub(loadUpTo(gradY + at, rest), mean);
      const dx = f32x4.mul(f32x4.sub(inner, f32x4.mul(loadUpTo(y + at, rest), along)), scale);
      addUpTo(gradX + at, dx, rest);
    }
    scales += 4;
    gradX += floats(n);
    gradY += floats(n);
    y += floats(n);
  }
}

/** Rows of unit length, x / max(‖x‖, 1e-12); the factors are kept in `scales`. */
export function unitRows(y: usize, scales: usize, x: usize, rows: i32, n: i32): void {
  for (let row = 0; row < rows; row++) {
    const scale = <f32>1 / max<f32>(sqrt<f32>(dot(x, x, n)), <f32>1e-12);
    unary(LINEAR, y, x, n, scale, 0);
    f32.store(scales, scale);
    scales += 4;
    y += floats(n);
    x += floats(n);
  }
}

/** (dy − y · (dy · y)) · scale. */
export function unitRowsGradient(gradX: usize, gradY: usize, y: usize, scales: usize, rows: i32, n: i32): void {
  for (let row = 0; row < rows; row++) {
    const scale = f32.load(scales);
    accumulateScaled(gradX, gradY, scale, n);
    accumulateScaled(gradX, y, -scale * dot(gradY, y, n), n);
    scales += 4;
    gradX += floats(n);
    gradY += floats(n);
    y += floats(n);
  }
}

/** 0 for draws below `threshold` of the numbers from `first` on, else `kept`. */
export function dropoutFactors(target: usize, n: i32, key: u32, first: u32, threshold: f64, kept: f32): void {
  for (let i = 0; i < n; i++) {
    f32.store(target + floats(i), <f64>randomAt(key, first + i) < threshold ? <f32>0 : kept);
  }
}

/** Means of `each` rows of `n` numbers by index. */
export function gatherMean(y: usize, x: usize, indices: usize, rows: i32, each: i32, n: i32): void {
  const share = <f32>1 / <f32>each;
  for (let row = 0; row < rows; row++) {
    if (each === 1) memory.copy(y, x + floats(i32.load(indices) * n), floats(n));
    else {
      memory.fill(y, 0, floats(n));
      for (let k = 0; k < each; k++) accumulateScaled(y, x + floats(i32.load(indices + floats(k)) * n), share, n);
    }
    indices += floats(each);
    y += floats(n);
  }
}

export function gatherMeanGradient(gradX: usize, gradY: usize, indices: usize, rows: i32, each: i32, n: i32): void {
  const share = <f32>1 / <f32>each;
  for (let row = 0; row < rows; row++) {
    for (let k = 0; k < each; k++) accumulateScaled(gradX + floats(i32.load(indices + floats(k)) * n), gradY, share, n);
    indices += floats(each);
    gradY += floats(n);
  }
}
