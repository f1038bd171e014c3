import type { Values } from '../../core/messages/messages.js';
import { matches, searchText } from '../../core/run/search.js';
import { presetTitle, runLabel, stateText } from '../state/describe.js';
import type { Run } from '../state/run.svelte.js';

type Translate = (id: string, values?: Values) => string;

/** The names of runs among all of a lab, by their ids. `shared` are parts that need not be said. */
export function namesOf(runs: readonly Run[], t: Translate, all = runs, shared: readonly string[] = []): ReadonlyMap<string, string> {
  return new Map(runs.map((run) => [run.id, runLabel(run, all, t, shared)]));
}

/** Those that a person looks for; without a query all. */
export function foundRuns(runs: readonly Run[], names: ReadonlyMap<string, string>, query: string, t: Translate): readonly Run[] {
  if (query.trim() === '') return runs;
  return runs.filter((run) => {
    const { id, label, config: now, findings, origin: { lab, preset, base, config } } = run;
    const called = {
      name: names.get(id)!,
      preset: presetTitle(lab.id, preset, t),
      state: stateText(run, t),
      findings: findings.map((finding) => t(`finding.${finding.id}`)),
      knob: (key: string) => t(`parameter.${key}`),
    };
    return matches(searchText(lab, { base, config, now, preset: preset?.id }, label, called), query);
  });
}
