import type { TransformerShape } from '../layout.js';

/** Bytes of workgroup memory that every device has. */
const workgroupBytes = 16_384;

/** How the rollout shares a shape's sequences out. */
export interface RolloutPlan {
  /** Sequences a workgroup at most. */
  readonly team: number;
  /** Attention scores lie in workgroup memory, or else behind the cached keys. */
  readonly scoresTogether: boolean;
  /** Numbers that one workgroup caches: keys and values a sequence, layer and position, and perhaps its scores. */
  readonly cacheSize: number;
}

export function rolloutPlan(shape: TransformerShape): RolloutPlan {
  const { width, heads, context, vocabulary, layers, mlpRatio } = shape;
  const scores = heads * context;
  const own = (5 + mlpRatio) * width + 4 * vocabulary + 4;
  const fits = (team: number, held: number): boolean => 4 * team * held + 64 <= workgroupBytes;
  const team = [4, 2, 1].find((size) => fits(size, own)) ?? 1;
  const scoresTogether = fits(team, own + scores);
  const cached = team * (2 * layers * context * width + (scoresTogether ? 0 : scores));
  return { team, scoresTogether, cacheSize: 4 * Math.ceil(cached / 4) };
}
