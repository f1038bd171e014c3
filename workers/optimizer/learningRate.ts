export type Schedule = 'constant' | 'linear' | 'cosine' | 'cosine-restarts' | 'inverse-sqrt' | 'warmup-stable-decay';

/** How the learning rate goes over a run. */
export interface ScheduleKnobs {
  readonly kind: Schedule;
  readonly totalSteps: number;
  readonly warmupSteps: number;
  /** Where a schedule that falls to an end ends, as a share of the learning rate (verl's `min_lr_ratio`). */
  readonly minRatio: number;
  /** The last steps, over which `warmup-stable-decay` falls. */
  readonly decaySteps?: number | undefined;
  /** How many half-cosines `cosine-restarts` falls along, one after another. */
  readonly restarts?: number | undefined;
}

/** The time scale of `inverse-sqrt`, in steps, where there is no warm-up that gives it one. */
const defaultTimescale = 10_000;

/**
 * The factor on the learning rate at `step`: linear warm-up from 0, then constant; linear or half-cosine decay to
 * `minRatio`, along one half-cosine or several; 1 until the last steps, which decay along a half-cosine; or the inverse
 * square root of the steps, whose time scale is the warm-up, without an end. Hugging Face `get_*_schedule_with_warmup`,
 * `get_wsd_schedule` and `get_inverse_sqrt_schedule`, with verl's `min_lr_ratio`, which no warm-up begins at. Step 0 of
 * a warm-up gives 0, so a trainer asks for its step + 1.
 */
export function learningRateMultiplier(
  { kind, totalSteps, warmupSteps, minRatio, decaySteps = 1, restarts = 1 }: ScheduleKnobs,
  step: number,
): number {
  if (step < warmupSteps) return step / Math.max(1, warmupSteps);
  if (kind === 'constant') return 1;
  if (kind === 'inverse-sqrt') {
    const timescale = warmupSteps || defaultTimescale;
    return 1 / Math.sqrt((step - warmupSteps + timescale) / timescale);
  }
  const progress = Math.min(1, (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps));
  const decay = {
    linear: () => 1 - progress,
    cosine: () => halfCosine(progress),
    'cosine-restarts': () => (progress < 1 ? halfCosine((restarts * progress) % 1) : 0),
    'warmup-stable-decay': () => halfCosine(Math.max(0, Math.min(1, (step - (totalSteps - decaySteps)) / Math.max(1, decaySteps)))),
  }[kind]();
  return minRatio + (1 - minRatio) * decay;
}

/** From 1 to 0 as `progress` goes from 0 to 1. */
function halfCosine(progress: number): number {
  return 0.5 * (1 + Math.cos(Math.PI * progress));
}
