import { presetConfig } from '../../core/labs/configure.js';
import type { Playground } from '../state/playground.svelte.js';
import { runLabel } from '../state/describe.js';
import type { RunOrigin } from '../state/run.svelte.js';

/** A config that can be compared with others: a preset's, a run's, or the knobs as they stand. */
export interface Recipe extends Pick<RunOrigin, 'preset' | 'base' | 'config'> {
  readonly id: string;
  readonly label: string;
}

export function recipesOf(playground: Playground, t: (id: string) => string): Recipe[] {
  const { lab, labRuns, preset, base, config } = playground;
  const presets = lab.presets.map((each): Recipe => {
    const own = presetConfig(lab, each);
    return { id: `preset ${each.id}`, label: t(`preset.${lab.id}.${each.id}`), preset: each, base: own, config: own };
  });
  const runs = labRuns.map((run): Recipe => {
    const { origin: { preset, base }, config } = run;
    return { id: `run ${run.id}`, label: runLabel(run, labRuns, t), preset, base, config };
  });
  return [...presets, { id: 'knobs', label: t('differences.knobs'), preset, base, config }, ...runs];
}
