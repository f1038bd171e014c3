import { AdamWKnobs } from './grpoStep';
import { mulAdd } from './vector';

/** What `adamW` reads: an `AdamWKnobs`. */
export const adamWKnobs: usize = memory.data(offsetof<AdamWKnobs>(), 8);

/** The norm of `count` numbers, a multiple of 4; summed in double precision, as there may be a million. */
export function norm(values: usize, count: i32): f32 {
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  let i = 0;
  do {
    const v = v128.load(values + (<usize>i << 2));
    const squares = f32x4.mul(v, v);
    low = f64x2.add(low, f64x2.promote_low_f32x4(squares));
    high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<i32>(squares, squares, 2, 3, 2, 3)));
    i += 4;
  } while (i < count);
  const sum = f64x2.add(low, high);
  return <f32>Math.sqrt(f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1));
}

/**
 * AdamW after clipping by the norm, as `adamW` of engines/reference/adamW.ts: from a row of parameters to another,
 * which may be the same. The rows of the first and the second moment lie `apart` and twice `apart` bytes after each.
 *
 * @param count numbers a row, a multiple of 4
 * @returns the gradient's norm before clipping
 */
export function adamW(parameters: usize, newParameters: usize, apart: usize, gradient: usize, count: i32): f32 {
  const knobs = changetype<AdamWKnobs>(adamWKnobs);
  const first = parameters + apart;
  const second = first + apart;
  const newFirst = newParameters + apart;
  const newSecond = newFirst + apart;
  const gradNorm = norm(gradient, count);
  const factor = f32x4.splat(min<f32>(<f32>knobs.maxGradNorm / (gradNorm + <f32>1e-6), 1));
  const decay1 = f32x4.splat(<f32>knobs.beta1);
  const fresh1 = f32x4.splat(<f32>(1 - knobs.beta1));
  const decay2 = f32x4.splat(<f32>knobs.beta2);
  const fresh2 = f32x4.splat(<f32>(1 - knobs.beta2));
  const unbias1 = f32x4.splat(<f32>knobs.correction1);
  const unbias2 = f32x4.splat(<f32>knobs.correction2);
  const floor = f32x4.splat(<f32>knobs.epsilon);
  const kept = f32x4.splat(<f32>(1 - knobs.learningRate * knobs.weightDecay));
  const rate = f32x4.splat(<f32>knobs.learningRate);
  let i = 0;
  do {
    const at = <usize>i << 2;
    const clipped = f32x4.mul(v128.load(gradient + at), factor);
    const m = mulAdd(v128.load(first + at), decay1, f32x4.mul(clipped, fresh1));
    const v = mulAdd(v128.load(second + at), decay2, f32x4.mul(f32x4.mul(clipped, clipped), fresh2));
    const root = f32x4.add(f32x4.sqrt(f32x4.div(v, unbias2)), floor);
    const direction = f32x4.div(f32x4.div(m, unbias1), root);
    const p = f32x4.sub(f32x4.mul(v128.load(parameters + at), kept), f32x4.mul(direction, rate));
    v128.store(newFirst + at, m);
    v128.store(newSecond + at, v);
    v128.store(newParameters + at, p);
    i += 4;
  } while (i < count);
  return gradNorm;
}
