import { describe, expect, it } from 'vitest';
import { RandomSequence } from '../../src/core/random.js';
import { principalPlane } from '../../workers/labs/biencoder/principalPlane.js';

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

describe('the plane of the embedding map', () => {
  const random = new RandomSequence(4, 93, 0);
  const deviations = [3, 2, 0.3, 0.3, 0.1];
  const points = { values: Float32Array.from({ length: 300 * 5 }, (_, i) => deviations[i % 5]! * random.normal()), width: 5 };

  it('holds the two directions of largest variance', () => {
    const { places, explained } = principalPlane(points);
    const squares = (axis: number): number[] => Array.from({ length: 300 }, (_, i) => places[2 * i + axis]! ** 2);
    const variance = (axis: number): number => sum(squares(axis)) / 300;
    expect(explained).toBeGreaterThan(0.97);
    expect(Math.abs(variance(0) - 9)).toBeLessThan(2);
    expect(Math.abs(variance(1) - 4)).toBeLessThan(1);
  });

  it('agrees with a decomposition that is known, also where variances are near each other and where only one is there', () => {
    const [count, width] = [64, 12];
    const mirror = Array.from({ length: width }, () => random.normal());
    const squared = sum(mirror.map((x) => x * x));
    // Waves over the points are orthogonal; a reflection lays them along axes that are not the coordinates.
    const wave = (k: number, i: number): number => Math.SQRT2 * Math.cos((2 * Math.PI * (k + 1) * (i + 0.3)) / count);
    for (const sizes of [[3, 2.9, 2.6, 1, 1, 0.5], [2]]) {
      const values = new Float32Array(count * width);
      for (let i = 0; i < count; i++) {
        const along = sum(mirror.map((x, k) => (x * (sizes[k] ?? 0) * wave(k, i)) / squared));
        for (let k = 0; k < width; k++) values[i * width + k] = (sizes[k] ?? 0) * wave(k, i) - 2 * along * mirror[k]!;
      }
      const { places, explained } = principalPlane({ values, width });
      const variances = sizes.map((size) => size * size);
      expect(explained).toBeCloseTo(sum(variances.slice(0, 2)) / sum(variances), 6);
      for (const axis of [0, 1]) {
        const expected = Array.from({ length: count }, (_, i) => (sizes[axis] ?? 0) * wave(axis, i));
        const sign = Math.sign(places[axis]! * expected[0]!);
        expected.forEach((value, i) => expect(Math.abs(sign * places[2 * i + axis]! - value)).toBeLessThan(1e-3));
      }
    }
  });

  it('lies as it did before, however its axes come out', () => {
    const before = principalPlane(points).places;
    for (const [cos, sin, mirror] of [[0, 1, 1], [-1, 0, 1], [0.6, -0.8, -1]] as const) {
      const turned = before.map((_, i) => {
        const [x, y] = [before[i - (i % 2)]!, mirror * before[i - (i % 2) + 1]!];
        return i % 2 === 0 ? cos * x - sin * y : sin * x + cos * y;
      });
      const { places } = principalPlane(points, turned);
      expect(Math.max(...places.map((value, i) => Math.abs(value - turned[i]!)))).toBeLessThan(1e-3);
    }
    expect(principalPlane({ values: new Float32Array(20), width: 5 }, undefined).explained).toBe(0);
  });
});
