import { areComparable } from '../labs/variants.js';
import type { Lab } from '../labs/lab.js';
import type { Values } from '../messages/messages.js';
import type { RunHead } from './record.js';

/** What has to be known before runs are compared with a base, in whole sentences: other tasks, and unequal training. */
export function cautionsOf(lab: Lab, runs: readonly { readonly head: RunHead; readonly name: string }[], base: { readonly head: RunHead; readonly name: string }, t: (id: string, values?: Values) => string): string[] {
  const apart = runs.filter(({ head }) => !areComparable(lab, head.config, base.head.config));
  const steps = [...new Set(runs.map(({ head }) => head.step))].sort((a, b) => a - b);
  const list = (parts: readonly (string | number)[]): string => parts.join(t('page.listSeparator'));
  return [
    ...(apart.length > 0 ? [t('compare.otherVariant', { names: list(apart.map(({ name }) => name)), base: base.name, knob: t(`parameter.${lab.variants!.key}`) })] : []),
    ...(steps.length > 1 ? [t('compare.unequalSteps', { steps: list(steps) })] : []),
  ];
}
