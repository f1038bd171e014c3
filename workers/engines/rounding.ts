import type { RolloutPrecision } from './knobs.js';
import { transformerLayout, type TransformerShape } from './layout.js';

/** float8 e4m3 (OCP 8-bit floating point specification), which has no infinity, and which weights it is for. */
export const fp8 = {
  largest: 448,
  fractionBits: 3,
  leastNormal: 2 ** -6,
  /** Below that: whole numbers of 1 / 512. */
  subnormals: 512,
  /** The matrices of attention and MLP; embeddings, norms and the unembedding stay as they are. */
  rounds: (name: string): boolean => /\.(attentionQkv|attentionOut|mlpUp|mlpDown)$/.test(name),
} as const;

/**
 * Weights as a sampler has them that keeps them in fewer bits. `bfloat16` rounds every number to the nearest, ties to
 * even. `fp8` rounds matrices to float8 e4m3 after dividing each by its largest magnitude / 448, as vLLM and SGLang
 * quantise a checkpoint on the fly.
 *
 * @param parameters `[R, P]`
 */
export function roundWeights(parameters: Float32Array, shape: TransformerShape, precision: RolloutPrecision): Float32Array<ArrayBuffer> {
  const rounded = Float32Array.from(parameters);
  if (precision === 'bfloat16') keepBits(rounded, 16);
  if (precision === 'fp8') {
    const { size, entries } = transformerLayout(shape);
    for (let row = 0; row < rounded.length; row += size) {
      for (const { name, offset, size: count } of entries) {
        if (fp8.rounds(name)) quantise(rounded.subarray(row + offset, row + offset + count));
      }
    }
  }
  return rounded;
}

/** Rounds numbers to the nearest that has zeros in its last bits, ties to even. */
function keepBits(values: Float32Array<ArrayBuffer>, dropped: number): void {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const half = 2 ** (dropped - 1) - 1;
  const kept = -(2 ** dropped);
  for (let i = 0; i < bits.length; i++) {
    const own = bits[i]!;
    bits[i] = (own + half + ((own >>> dropped) & 1)) & kept;
  }
}

function quantise(values: Float32Array<ArrayBuffer>): void {
  let largest = 0;
  for (const value of values) largest = Math.max(largest, Math.abs(value));
  const scale = Math.fround(largest / fp8.largest);
  if (scale === 0) return;
  for (let i = 0; i < values.length; i++) values[i] = values[i]! / scale;
  roundToFp8(values);
  for (let i = 0; i < values.length; i++) values[i]! *= scale;
}

/** Rounds numbers to the nearest of float8 e4m3 in place, ties to even, and those beyond its largest to that. */
export function roundToFp8(values: Float32Array<ArrayBuffer>): void {
  const { largest, leastNormal, subnormals } = fp8;
  /** Numbers as large as this are whole numbers of 1 / 512. */
  const coarse = (1.5 * 2 ** 23) / subnormals;
  const small = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) small[i] = values[i]! + coarse;
  const before = values.slice();
  keepBits(values, 23 - fp8.fractionBits);
  for (let i = 0; i < values.length; i++) {
    const rounded = values[i]!;
    if (Math.abs(before[i]!) < leastNormal) values[i] = small[i]! - coarse;
    else if (rounded > largest) values[i] = largest;
    else if (rounded < -largest) values[i] = -largest;
  }
}
