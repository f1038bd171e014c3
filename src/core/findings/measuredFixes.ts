import type { ConfigChange } from '../parameters.js';

/** In how many of the cases the finding went or the score rose, in 4 of 5 seeds. */
export interface Cured {
  readonly cases: number;
  readonly cured: number;
}

/** In a new run, or in the run itself from the step of the finding on. */
export type FixWay = 'fresh' | 'live';

/** What the fixes of a lab came to in trained runs; `npm run presets -- --fixes --write` measures and writes it. */
export interface MeasuredFixes {
  readonly remedies: readonly ({ readonly finding: string; readonly remedy: string } & Partial<Record<FixWay, Cured>>)[];
  /** Cases that came out otherwise than most with the same remedies: configs by `recipeValues`. */
  readonly exceptions: readonly { readonly finding: string; readonly way: FixWay; readonly values: ConfigChange; readonly cured: boolean }[];
}
