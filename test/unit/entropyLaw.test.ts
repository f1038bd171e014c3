import { describe, expect, it } from 'vitest';
import { fitEntropyLaw } from '../../src/core/entropyLaw.js';

const curve = (entropies: number[], reward: (entropy: number) => number) =>
  entropies.map((entropy) => ({ entropy, reward: reward(entropy) }));

describe('the entropy law R = −a·exp(H) + b', () => {
  const entropies = [1.6, 1.3, 0.9, 0.6, 0.3, 0.1];

  it('finds a, b and the ceiling of points that follow it', () => {
    const law = fitEntropyLaw(curve(entropies, (h) => -0.13 * Math.exp(h) + 1.12))!;
    expect(law.a).toBeCloseTo(0.13, 10);
    expect(law.b).toBeCloseTo(1.12, 10);
    expect(law.ceiling).toBeCloseTo(0.99, 10);
    expect(law.r2).toBeCloseTo(1, 10);
  });

  it('is the least-squares line: no other has smaller squared errors', () => {
    const points = curve(entropies, (h) => 0.9 - 0.1 * Math.exp(h) + 0.05 * Math.sin(20 * h));
    const errors = (a: number, b: number) =>
      points.reduce((sum, { entropy, reward }) => sum + (reward + a * Math.exp(entropy) - b) ** 2, 0);
    const { a, b, r2 } = fitEntropyLaw(points)!;
    for (const [da, db] of [[0.01, 0], [-0.01, 0], [0, 0.01], [0, -0.01]] as const) {
      expect(errors(a + da, b + db)).toBeGreaterThan(errors(a, b));
    }
    const mean = points.reduce((sum, { reward }) => sum + reward, 0) / points.length;
    expect(r2).toBeCloseTo(1 - errors(a, b) / points.reduce((sum, { reward }) => sum + (reward - mean) ** 2, 0), 10);
  });

  it('says nothing from fewer than 5 points, or where entropy does not vary', () => {
    expect(fitEntropyLaw(curve(entropies.slice(0, 4), (h) => -h))).toBeUndefined();
    expect(fitEntropyLaw(curve([0.1, 0.1, 0.1, 0.1, 0.1, 0.1], Math.exp))).toBeUndefined();
    const gaps = [{ entropy: NaN, reward: 1 }, { entropy: 1, reward: NaN }];
    expect(fitEntropyLaw([...curve(entropies.slice(0, 4), (h) => -h), ...gaps])).toBeUndefined();
  });

  it('explains nothing of rewards that do not vary', () => {
    expect(fitEntropyLaw(curve(entropies, () => 0.5))).toMatchObject({ r2: 0, ceiling: 0.5 });
  });
});
