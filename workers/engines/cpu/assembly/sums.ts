/** Sums over plain arrays of any size, four numbers at a time. */
import { floats } from './memory';
import { mulAdd, sumLanes } from './vector';

/** y += x. */
export function accumulate(y: usize, x: usize, n: i32): void {
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

/** y += s · x with a number s. */
export function accumulateScaled(y: usize, x: usize, s: f32, n: i32): void {
  const factor = f32x4.splat(s);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const at = floats(i);
    v128.store(y + at, mulAdd(factor, v128.load(x + at), v128.load(y + at)));
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
    sum = mulAdd(v128.load(a + at), v128.load(b + at), sum);
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
