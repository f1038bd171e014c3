/**
 * Four single-precision lanes at a time.
 *
 * Loops that compute with constants are `do … while` here and in the files that use this one: V8's TurboFan moves what
 * does not change, such as the constants of `exp4`, out of a loop only where the loop surely runs once, and sinks it into
 * a `for` loop even where it was computed before. AdamW takes a fifth of the time so.
 */

/** a · b + c: rounded twice in plain SIMD, once in relaxed SIMD where `fusesMultiplyAdd`. */
@inline export function mulAdd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

/**
 * Whether `mulAdd` rounds once, which relaxed SIMD leaves to the processor: of (1 + 2⁻¹²)² − (1 + 2⁻¹¹) = 2⁻²⁴, nothing
 * remains after rounding the square.
 */
export function fusesMultiplyAdd(): bool {
  const x = f32x4.splat(1 + <f32>(1.0 / 4096));
  return f32x4.extract_lane(mulAdd(x, x, f32x4.splat(-1 - <f32>(1.0 / 2048))), 0) !== 0;
}

/** e^x: 2^n · e^r with r in ±ln 2 / 2 (Cephes `expf`), about one unit in the last place; x is held within ±87. */
@inline export function exp4(x: v128): v128 {
  const held = f32x4.min(f32x4.max(x, f32x4.splat(-87.3)), f32x4.splat(88.3));
  const n = f32x4.nearest(f32x4.mul(held, f32x4.splat(1.44269504)));
  let r = f32x4.sub(held, f32x4.mul(n, f32x4.splat(0.693359375)));
  r = mulAdd(n, f32x4.splat(2.12194440e-4), r);
  let p = mulAdd(f32x4.splat(1.9875691500e-4), r, f32x4.splat(1.3981999507e-3));
  p = mulAdd(p, r, f32x4.splat(8.3334519073e-3));
  p = mulAdd(p, r, f32x4.splat(4.1665795894e-2));
  p = mulAdd(p, r, f32x4.splat(1.6666665459e-1));
  p = mulAdd(p, r, f32x4.splat(5.0000001201e-1));
  const y = f32x4.add(mulAdd(p, f32x4.mul(r, r), r), f32x4.splat(1));
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
  return f32x4.mul(y, power);
}

@inline export function exp1(x: f32): f32 {
  return f32x4.extract_lane(exp4(f32x4.splat(x)), 0);
}

@inline export function sumLanes(x: v128): f32 {
  return (
    f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1) + (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3))
  );
}

@inline export function maxLanes(x: v128): f32 {
  return max(
    max(f32x4.extract_lane(x, 0), f32x4.extract_lane(x, 1)),
    max(f32x4.extract_lane(x, 2), f32x4.extract_lane(x, 3)),
  );
}

/** All bits set in the lanes whose index, counted from `first`, is below `count`. */
@inline export function lanesBelow(first: i32, count: i32): v128 {
  return i32x4.lt_s(i32x4.add(i32x4.splat(first), i32x4(0, 1, 2, 3)), i32x4.splat(count));
}

/**
 * Softmax of `count` numbers times `scale` > 0, zeros after them up to `stride`, a multiple of 4. May work in place.
 */
export function softmaxRow(target: usize, source: usize, count: i32, stride: i32, scale: f32): void {
  const lowest = f32x4.splat(-Infinity);
  let most = lowest;
  let j = 0;
  do {
    most = f32x4.max(most, v128.bitselect(v128.load(source + (<usize>j << 2)), lowest, lanesBelow(j, count)));
    j += 4;
  } while (j < count);
  const top = f32x4.splat(maxLanes(most));
  const factor = f32x4.splat(scale);
  let total = f32x4.splat(0);
  j = 0;
  do {
    const at = <usize>j << 2;
    const power = exp4(f32x4.mul(f32x4.sub(v128.load(source + at), top), factor));
    const kept = v128.and(power, lanesBelow(j, count));
    total = f32x4.add(total, kept);
    v128.store(target + at, kept);
    j += 4;
  } while (j < count);
  const share = f32x4.splat(<f32>1 / sumLanes(total));
  j = 0;
  do {
    const at = target + (<usize>j << 2);
    v128.store(at, f32x4.mul(v128.load(at), share));
    j += 4;
  } while (j < count);
  for (; j < stride; j += 4) v128.store(target + (<usize>j << 2), f32x4.splat(0));
}
