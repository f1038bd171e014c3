export type Schedule = 'constant' | 'linear' | 'cosine';

/**
 * The factor on the learning rate at `step`: linear warm-up from 0, then constant, or linear or half-cosine decay to
 * `minRatio` (Hugging Face `get_*_schedule_with_warmup`, with verl's `min_lr_ratio`). Step 0 of a warm-up gives 0, so a
 * trainer asks for its step + 1.
 */
export function learningRateMultiplier(
  kind: Schedule,
  totalSteps: number,
  warmupSteps: number,
  minRatio: number,
  step: number,
): number {
  if (step < warmupSteps) return step / Math.max(1, warmupSteps);
  if (kind === 'constant') return 1;
  const progress = Math.min(1, (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps));
  const decay = kind === 'linear' ? 1 - progress : 0.5 * (1 + Math.cos(Math.PI * progress));
  return minRatio + (1 - minRatio) * decay;
}
