/** R = −a·exp(H) + b between a policy's entropy H (nats) and its reward R. */
export interface EntropyLaw {
  readonly a: number;
  readonly b: number;
  /** The share of the rewards' variance that the law explains; 0 where the rewards do not vary. */
  readonly r2: number;
  /** The reward that it predicts once all entropy is spent (H = 0): b − a. */
  readonly ceiling: number;
}

export interface EntropyPoint {
  readonly entropy: number;
  readonly reward: number;
}

/**
 * Least squares in exp(H), after Cui et al., 'The Entropy Mechanism of Reinforcement Learning for Reasoning Language
 * Models' (arXiv 2505.22617). Points that are not finite are left out; undefined with fewer than 5 points or where
 * entropy does not vary.
 */
export function fitEntropyLaw(points: readonly EntropyPoint[]): EntropyLaw | undefined {
  const pairs = points
    .map(({ entropy, reward }) => ({ x: Math.exp(entropy), y: reward }))
    .filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y));
  if (pairs.length < 5) return undefined;
  const meanX = pairs.reduce((sum, { x }) => sum + x, 0) / pairs.length;
  const meanY = pairs.reduce((sum, { y }) => sum + y, 0) / pairs.length;
  let xx = 0;
  let xy = 0;
  let yy = 0;
  for (const { x, y } of pairs) {
    xx += (x - meanX) ** 2;
    xy += (x - meanX) * (y - meanY);
    yy += (y - meanY) ** 2;
  }
  // Relative to exp(H), so that rounding in equal entropies does not count as a spread.
  if (xx <= 1e-18 * pairs.length * meanX ** 2) return undefined;
  const a = -xy / xx;
  const b = meanY + a * meanX;
  return { a, b, r2: yy > 0 ? xy ** 2 / (xx * yy) : 0, ceiling: b - a };
}
