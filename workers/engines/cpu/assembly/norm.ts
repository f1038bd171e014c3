import { floats } from './memory';
import { width, widthStride } from './shape';
import { mulAdd, sumLanes } from './vector';

/** RMSNorm of rows, x / √(mean(x²) + 1e-5) · gain; keeps each row's 1 / √(…) in `scales`. */
export function rmsNorm(target: usize, scales: usize, x: usize, gain: usize, rows: i32): void {
  const bytes = floats(widthStride);
  for (let i = 0; i < rows; i++) {
    let squares = f32x4.splat(0);
    for (let at: usize = 0; at < bytes; at += 16) {
      const v = v128.load(x + at);
      squares = mulAdd(v, v, squares);
    }
    const scale = <f32>1 / sqrt<f32>(sumLanes(squares) / <f32>width + <f32>1e-5);
    f32.store(scales, scale);
    const factor = f32x4.splat(scale);
    let at: usize = 0;
    do {
      v128.store(target + at, f32x4.mul(f32x4.mul(v128.load(x + at), factor), v128.load(gain + at)));
      at += 16;
    } while (at < bytes);
    scales += 4;
    x += bytes;
    target += bytes;
  }
}

/** Adds the gradients of `rmsNorm` to those of its input and of the gain. */
export function rmsNormGradient(
  gradX: usize, gradGain: usize, gradY: usize, x: usize, scales: usize, gain: usize, rows: i32,
): void {
  const bytes = floats(widthStride);
  for (let i = 0; i < rows; i++) {
    let products = f32x4.splat(0);
    for (let at: usize = 0; at < bytes; at += 16) {
      const part = f32x4.mul(f32x4.mul(v128.load(gradY + at), v128.load(gain + at)), v128.load(x + at));
      products = f32x4.add(products, part);
    }
    const scale = f32.load(scales);
    const factor = f32x4.splat(scale);
    const along = f32x4.splat(scale * scale * scale * sumLanes(products) / <f32>width);
    let at: usize = 0;
    do {
      const input = v128.load(x + at);
      const scaled = f32x4.mul(v128.load(gradY + at), factor);
      const own = f32x4.sub(f32x4.mul(scaled, v128.load(gain + at)), f32x4.mul(input, along));
      v128.store(gradX + at, f32x4.add(v128.load(gradX + at), own));
      v128.store(gradGain + at, mulAdd(scaled, input, v128.load(gradGain + at)));
      at += 16;
    } while (at < bytes);
    scales += 4;
    x += bytes;
    gradY += bytes;
    gradX += bytes;
  }
}
