import { describe, expect, it } from 'vitest';
import { transformerLayout } from '../../workers/engines/layout.js';
import { roundToFp8, roundWeights } from '../../workers/engines/rounding.js';
import { shapeOf } from '../kernels/cases.js';

const toFp8 = (values: readonly number[]): number[] => {
  const own = Float32Array.from(values);
  roundToFp8(own);
  return [...own];
};

/** Every number of float8 e4m3 (OCP 8-bit floating point specification): sign, four bits of exponent, three of fraction. */
const representable = Array.from({ length: 127 }, (_, bits) => {
  const [exponent, fraction] = [bits >> 3, bits & 7];
  return exponent === 0 ? (fraction / 8) * 2 ** -6 : (1 + fraction / 8) * 2 ** (exponent - 7);
});

describe('weights in fewer bits', () => {
  it('keep every number of float8 e4m3, and the largest of them is 448', () => {
    expect(Math.max(...representable)).toBe(448);
    expect(toFp8(representable)).toEqual(representable);
    expect(toFp8(representable.map((value) => -value || 0))).toEqual(representable.map((value) => -value || 0));
  });

  it('are the nearest number of float8 e4m3, ties to the even one', () => {
    for (let i = 0; i + 1 < representable.length; i++) {
      const [low, high] = [representable[i]!, representable[i + 1]!];
      const gap = high - low;
      expect(toFp8([low + 0.4 * gap, low + 0.6 * gap, low + 0.5 * gap])).toEqual([low, high, i % 2 === 0 ? low : high]);
    }
    expect(toFp8([1e9, -500, 1e-9])).toEqual([448, -448, 0]);
  });

  it('are the nearest bfloat16 in every parameter', () => {
    const shape = shapeOf({});
    const weights = new Float32Array(transformerLayout(shape).size).fill(1 + 2 ** -9);
    weights[0] = 1 + 2 ** -8;
    weights[1] = 1 + 3 * 2 ** -8;
    const rounded = roundWeights(weights, shape, 'bfloat16');
    expect([...rounded.subarray(0, 3)]).toEqual([1, 1 + 2 ** -6, 1]);
    expect(roundWeights(weights, shape, 'float32')).toEqual(weights);
  });

  it('are rounded to float8 in matrices alone, each by its own largest number', () => {
    const shape = shapeOf({});
    const { size, entries } = transformerLayout(shape);
    const weights = Float32Array.from({ length: 2 * size }, (_, i) => Math.sin(i) * (i < size ? 1 : 3));
    const rounded = roundWeights(weights, shape, 'fp8');
    for (const { name, offset, size: count } of entries) {
      for (const start of [offset, size + offset]) {
        const [own, before] = [rounded.subarray(start, start + count), weights.subarray(start, start + count)];
        if (!/attention(Qkv|Out)|mlp(Up|Down)/.test(name)) {
          expect(own, name).toEqual(before);
          continue;
        }
        const largest = Math.max(...before.map(Math.abs));
        expect(Math.max(...own.map(Math.abs)), name).toBeCloseTo(largest, 6);
        expect(new Set(own.map(Math.abs)).size, name).toBeLessThan(127);
        // Half a unit in the last of three bits.
        own.forEach((value, i) => expect(Math.abs(value - before[i]!)).toBeLessThanOrEqual(Math.abs(before[i]!) / 16 + largest / 448 / 1000));
      }
    }
  });
});
