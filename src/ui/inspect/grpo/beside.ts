import type { RolloutInspection } from '../../../core/labs/grpo/inspection.js';
import type { Run } from '../../state/run.svelte.js';

/** A run's responses, and the seed that they were drawn with. */
export interface Drawn {
  readonly run: Run;
  readonly inspection: RolloutInspection;
  readonly seed: number;
}

/**
 * The runs whose responses were drawn as those of `base`: at the same step with the same seed, to the same prompts, as
 * many to each. Draws are counted, so each response then had the same random numbers. None where no other run's were.
 */
export function drawnAlike(runs: readonly Run[], base: Run): Drawn[] {
  const drawn = runs.flatMap((run): Drawn[] => {
    if (run.inspection?.kind !== 'rollouts') return [];
    const inspection = run.inspection as RolloutInspection;
    return [{ run, inspection, seed: run.head.seeds[inspection.replica]! }];
  });
  const own = drawn.find(({ run }) => run === base);
  const alike = drawn.filter((each) => own && drawsOf(each) === drawsOf(own));
  return alike.length > 1 ? alike : [];
}

function drawsOf({ inspection: { step, groups }, seed }: Drawn): string {
  return JSON.stringify([step, seed, groups.map(({ prompt, responses }) => [prompt, responses.length])]);
}
