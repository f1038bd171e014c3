/** Four numbers at a time of arrays whose size is no multiple of four. */
/** Loads up to four numbers; lanes past the end are 1. */
@inline export function loadUpTo(at: usize, count: i32): v128 {
  if (count >= 4) return v128.load(at);
  let v = f32x4.splat(1);
  v = f32x4.replace_lane(v, 0, f32.load(at));
  if (count > 1) v = f32x4.replace_lane(v, 1, f32.load(at, 4));
  if (count > 2) v = f32x4.replace_lane(v, 2, f32.load(at, 8));
  return v;
}

@inline export function storeUpTo(at: usize, v: v128, count: i32): void {
  if (count >= 4) {
    v128.store(at, v);
    return;
  }
  f32.store(at, f32x4.extract_lane(v, 0));
  if (count > 1) f32.store(at, f32x4.extract_lane(v, 1), 4);
  if (count > 2) f32.store(at, f32x4.extract_lane(v, 2), 8);
}

@inline export function addUpTo(at: usize, v: v128, count: i32): void {
  storeUpTo(at, f32x4.add(loadUpTo(at, count), v), count);
}

/** Sum of the first `count` lanes. */
@inline export function sumUpTo(v: v128, count: i32): f32 {
  let total = f32x4.extract_lane(v, 0);
  if (count > 1) total += f32x4.extract_lane(v, 1);
  if (count > 2) total += f32x4.extract_lane(v, 2);
  if (count > 3) total += f32x4.extract_lane(v, 3);
  return total;
}
