import { presetConfig } from '../../../core/labs/configure.js';
import { areComparable } from '../../../core/labs/variants.js';
import { runLabel } from '../../state/describe.js';
import type { Playground } from '../../state/playground.svelte.js';
import type { Run, RunRecipe } from '../../state/run.svelte.js';

/** A config that can be compared with others: a preset's, a run's, or the knobs as they stand. */
export interface Recipe extends RunRecipe {
  readonly id: string;
  readonly label: string;
  readonly run?: Run;
}

/**
 * The recipes that can be tried on one another: those of the variant (GRPO's task) that the knobs stand for.
 *
 * @param chosen runs that stay in the list when the page forgets them
 */
export function recipesOf(playground: Playground, chosen: readonly Run[], t: (id: string) => string): Recipe[] {
  const { labRuns, setup: { lab, preset, base, config } } = playground;
  const presets = lab.presets.map((each): Recipe => {
    const own = presetConfig(lab, each);
    return { id: `preset ${each.id}`, label: t(`preset.${lab.id}.${each.id}`), preset: each, base: own, config: own };
  });
  const known = [...new Set([...labRuns, ...chosen])].sort((a, b) => a.origin.number - b.origin.number);
  const runs = known.map((run): Recipe => {
    const { origin: { preset, base }, config } = run;
    return { id: `run ${run.id}`, label: runLabel(run, known, t), preset, base, config, run };
  });
  const fits = (own: RunRecipe): boolean => areComparable(lab, own.config, config);
  return [...presets.filter(fits), { id: 'knobs', label: t('differences.knobs'), preset, base, config }, ...runs.filter(fits)];
}
