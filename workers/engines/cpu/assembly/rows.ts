/** Operations on whole rows, with their gradients, which are added to what is there. */
import { LINEAR, unary } from './elementwise';
import { addUpTo, loadUpTo, storeUpTo } from './lanes';
import { floats } from './memory';
import { accumulateScaled, dot, sum } from './sums';
import { exp4, lanesBelow, maxLanes, sumLanes } from './vector';

@inline function largest(x: usize, n: i32): f32 {
  let lanes = f32x4.splat(-Infinity);
  let i = 0;
  for (; i + 4 <= n; i += 4) lanes = f32x4.max(lanes, v128.load(x + floats(i)));
  let most = maxLanes(lanes);
  for (; i < n; i++) most = max<f32>(most, f32.load(x + floats(i)));
  return most;
}

/** Softmax or log-softmax of rows. */
export function softmaxRows(y: usize, x: usize, rows: i32, n: i32, logarithm: bool): void {
  for (let row = 0; row < rows; row++) {
    const most = largest(x, n);
    const top = f32x4.splat(most);
    let lanes = f32x4.splat(0);
    let i = 0;
    do {
      const rest = n - i;
      const power = v128.and(exp4(f32x4.sub(loadUpTo(x + floats(i), rest), top)), lanesBelow(i, n));
      lanes = f32x4.add(lanes, power);
      if (!logarithm) storeUpTo(y + floats(i), power, rest);
      i += 4;
    } while (i < n);
    const total = sumLanes(lanes);
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
    let i = 0;
    do {
      const at = floats(i);
      const rest = n - i;
      const dy = loadUpTo(gradY + at, rest);
      const output = loadUpTo(y + at, rest);
      const dx = logarithm
        ? f32x4.sub(dy, f32x4.mul(exp4(output), total))
        : f32x4.mul(output, f32x4.sub(dy, total));
      addUpTo(gradX + at, dx, rest);
      i += 4;
    } while (i < n);
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
