/** Operations on arrays element by element, with their gradients, which are added to what is there. */
import { addUpTo, loadUpTo, storeUpTo, sumUpTo } from './lanes';
import { floats } from './memory';
import { randomAt } from './random';
import { exp1, exp4, mulAdd, sumLanes } from './vector';

// The kinds of `binary` and `unary`, as arena.ts numbers them.
const ADD = 0, SUBTRACT = 1, MULTIPLY = 2, DIVIDE = 3, MINIMUM = 4;
export const LINEAR = 0;
const RELU = 1, TANH = 2, EXP = 3, ABS = 4, SQUARE = 5, SQRT = 6, SOFTPLUS = 7, CLIP = 8;

@inline function binary4(kind: i32, a: v128, b: v128): v128 {
  switch (kind) {
    case ADD: return f32x4.add(a, b);
    case SUBTRACT: return f32x4.sub(a, b);
    case MULTIPLY: return f32x4.mul(a, b);
    case DIVIDE: return f32x4.div(a, b);
    default: return f32x4.min(a, b);
  }
}

/** y = a ∘ b for `rows` rows of `n`; b's row begins `bRow` numbers after the last, and is one number if `single`. */
export function binary(kind: i32, y: usize, a: usize, b: usize, rows: i32, n: i32, bRow: i32, single: bool): void {
  if (!single && bRow === n) {
    n *= rows;
    rows = 1;
  }
  switch (kind) {
    case ADD: return binaryRows(ADD, y, a, b, rows, n, bRow, single);
    case SUBTRACT: return binaryRows(SUBTRACT, y, a, b, rows, n, bRow, single);
    case MULTIPLY: return binaryRows(MULTIPLY, y, a, b, rows, n, bRow, single);
    case DIVIDE: return binaryRows(DIVIDE, y, a, b, rows, n, bRow, single);
    default: return binaryRows(MINIMUM, y, a, b, rows, n, bRow, single);
  }
}

@inline function binaryRows(
  kind: i32, y: usize, a: usize, b: usize, rows: i32, n: i32, bRow: i32, single: bool,
): void {
  for (let row = 0; row < rows; row++) {
    const only = v128.load_splat<f32>(b);
    let i = 0;
    for (; i + 4 <= n; i += 4) {
      const at = floats(i);
      v128.store(y + at, binary4(kind, v128.load(a + at), single ? only : v128.load(b + at)));
    }
    const rest = n - i;
    if (rest > 0) {
      const at = floats(i);
      storeUpTo(y + at, binary4(kind, loadUpTo(a + at, rest), single ? only : loadUpTo(b + at, rest)), rest);
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
  if (!single && bRow === n) {
    n *= rows;
    rows = 1;
  }
  switch (kind) {
    case ADD: return binaryGradientRows(ADD, gradA, gradB, gradY, a, b, rows, n, bRow, single);
    case SUBTRACT: return binaryGradientRows(SUBTRACT, gradA, gradB, gradY, a, b, rows, n, bRow, single);
    case MULTIPLY: return binaryGradientRows(MULTIPLY, gradA, gradB, gradY, a, b, rows, n, bRow, single);
    case DIVIDE: return binaryGradientRows(DIVIDE, gradA, gradB, gradY, a, b, rows, n, bRow, single);
    default: return binaryGradientRows(MINIMUM, gradA, gradB, gradY, a, b, rows, n, bRow, single);
  }
}

@inline function binaryGradientRows(
  kind: i32, gradA: usize, gradB: usize, gradY: usize, a: usize, b: usize, rows: i32, n: i32, bRow: i32, single: bool,
): void {
  for (let row = 0; row < rows; row++) {
    const only = v128.load_splat<f32>(b);
    let lanes = f32x4.splat(0);
    let i = 0;
    for (; i + 4 <= n; i += 4) {
      const at = floats(i);
      const dy = v128.load(gradY + at);
      const left = v128.load(a + at);
      const right = single ? only : v128.load(b + at);
      if (gradA) v128.store(gradA + at, f32x4.add(v128.load(gradA + at), slopeOfFirst(kind, dy, left, right)));
      if (gradB) {
        const toB = slopeOfSecond(kind, dy, left, right);
        if (single) lanes = f32x4.add(lanes, toB);
        else v128.store(gradB + at, f32x4.add(v128.load(gradB + at), toB));
      }
    }
    let total = sumLanes(lanes);
    const rest = n - i;
    if (rest > 0) {
      const at = floats(i);
      const dy = loadUpTo(gradY + at, rest);
      const left = loadUpTo(a + at, rest);
      const right = single ? only : loadUpTo(b + at, rest);
      if (gradA) addUpTo(gradA + at, slopeOfFirst(kind, dy, left, right), rest);
      if (gradB) {
        const toB = slopeOfSecond(kind, dy, left, right);
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

@inline function slopeOfFirst(kind: i32, dy: v128, a: v128, b: v128): v128 {
  switch (kind) {
    case MULTIPLY: return f32x4.mul(dy, b);
    case DIVIDE: return f32x4.div(dy, b);
    case MINIMUM: return v128.and(dy, f32x4.le(a, b));
    default: return dy;
  }
}

@inline function slopeOfSecond(kind: i32, dy: v128, a: v128, b: v128): v128 {
  switch (kind) {
    case SUBTRACT: return f32x4.neg(dy);
    case MULTIPLY: return f32x4.mul(dy, a);
    case DIVIDE: return f32x4.neg(f32x4.div(f32x4.mul(f32x4.div(dy, b), a), b));
    case MINIMUM: return v128.andnot(dy, f32x4.le(a, b));
    default: return dy;
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
    case LINEAR: return mulAdd(x, p, q);
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

/** 0 for draws below `threshold` of the numbers from `first` on, else `kept`. */
export function dropoutFactors(target: usize, n: i32, key: u32, first: u32, threshold: f64, kept: f32): void {
  for (let i = 0; i < n; i++) {
    f32.store(target + floats(i), <f64>randomAt(key, first + i) < threshold ? <f32>0 : kept);
  }
}
