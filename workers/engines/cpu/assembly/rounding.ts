/** Weights in fewer bits, in place, as `roundWeights` of engines/rounding defines. */
import { floats } from './memory';

const largestFp8: f32 = 448;
/** The least normal number of float8 e4m3; numbers that are added to `coarse` become whole numbers of 1 / 512. */
const leastNormal: f32 = 0.015625;
const coarse: f32 = 24576;

@inline function keepBits(value: v128, dropped: i32): v128 {
  const odd = v128.and(i32x4.shr_u(value, dropped), i32x4.splat(1));
  const half = i32x4.add(odd, i32x4.splat((1 << (dropped - 1)) - 1));
  return v128.and(i32x4.add(value, half), i32x4.splat(-(1 << dropped)));
}

@inline function toFp8(value: v128): v128 {
  const small = f32x4.sub(f32x4.add(value, f32x4.splat(coarse)), f32x4.splat(coarse));
  const limited = f32x4.max(f32x4.min(keepBits(value, 20), f32x4.splat(largestFp8)), f32x4.splat(-largestFp8));
  return v128.bitselect(small, limited, f32x4.lt(f32x4.abs(value), f32x4.splat(leastNormal)));
}

/** To the nearest bfloat16, ties to even; so many numbers, and up to three behind them. */
export function roundToBfloat16(at: usize, count: i32): void {
  for (let i = 0; i < count; i += 4) v128.store(at + floats(i), keepBits(v128.load(at + floats(i)), 16));
}

/** To float8 e4m3 times the largest magnitude / 448. */
export function roundToFp8(at: usize, count: i32): void {
  let largest: f32 = 0;
  for (let i = 0; i < count; i++) largest = max<f32>(largest, abs<f32>(f32.load(at + floats(i))));
  const scale = largest / largestFp8;
  if (scale === 0) return;
  const wide = f32x4.splat(scale);
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const place = at + floats(i);
    v128.store(place, f32x4.mul(toFp8(f32x4.div(v128.load(place), wide)), wide));
  }
  for (; i < count; i++) {
    const place = at + floats(i);
    const one = f32x4.mul(toFp8(f32x4.splat(f32.load(place) / scale)), wide);
    f32.store(place, f32x4.extract_lane(one, 0));
  }
}
