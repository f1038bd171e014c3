import { describe, expect, it } from 'vitest';
import { random, randomAt, randomKey, RandomSequence, streams, toUniform } from '../../src/core/random.js';

describe('counter-based random numbers', () => {
  it('are the same bits for ever: shared links and other implementations rely on them', () => {
    expect(random(0, 0, 0, 0)).toBe(275559518);
    expect(random(1, 2, 3, 4)).toBe(1337897775);
    expect(random(0xffffffff, streams.sampling, 120, 639)).toBe(2991618028);
  });

  it('are uniform, for every seed, stream and step', () => {
    const bins = 64;
    const draws = 64_000;
    for (const [seed, stream, step] of [[0, 1, 0], [7, 5, 3], [123456, 6, 999]] as const) {
      const counts = new Array<number>(bins).fill(0);
      const key = randomKey(seed, stream, step);
      for (let i = 0; i < draws; i++) counts[Math.floor(toUniform(randomAt(key, i)) * bins)]!++;
      const expected = draws / bins;
      const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
      // 99.99 % of chi-square with 63 degrees of freedom lies below 113.
      expect(chiSquare).toBeLessThan(113);
    }
  });

  it('of neighbouring seeds, streams, steps and places do not follow each other', () => {
    const draw = (seed: number, stream: number, step: number, index: number): number => toUniform(random(seed, stream, step, index)) - 0.5;
    const n = 20_000;
    for (const [ds, dt, dp, di] of [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]] as const) {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += draw(3, 2, 5, i) * draw(3 + ds, 2 + dt, 5 + dp, i + di);
      // The correlation of independent draws has standard deviation 1/√n.
      expect(Math.abs((sum / n) * 12)).toBeLessThan(4.5 / Math.sqrt(n));
    }
  });

  it('make normal draws, permutations and choices', () => {
    const sequence = new RandomSequence(1, streams.initialisation, 0);
    const normals = Array.from({ length: 20_000 }, () => sequence.normal());
    const mean = normals.reduce((a, b) => a + b) / normals.length;
    const variance = normals.reduce((sum, x) => sum + (x - mean) ** 2, 0) / normals.length;
    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(Math.abs(variance - 1)).toBeLessThan(0.05);
    expect([...sequence.permutation(50)].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
    const chosen = [0, 0, 0];
    for (let i = 0; i < 10_000; i++) chosen[sequence.choice([0.5, 0, 0.5])]!++;
    expect(chosen[1]).toBe(0);
    expect(Math.abs(chosen[0]! - 5000)).toBeLessThan(250);
  });
});
