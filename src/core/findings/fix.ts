import type { Config } from '../parameters.js';
import type { ChangeOf } from '../typedConfig.js';

/** A change of the config that is worth a try. */
export interface Cure<C = Config> {
  /** What it is made of; each says in words what it does and why: message id `remedy.<id>`, or `remedy.<id>.<variant>`. */
  readonly remedies: readonly string[];
  readonly change: ChangeOf<C>;
}

/** What may help where this config stands; undefined where nothing is known. */
export type Fix<C = Config> = (config: C) => Cure<C> | undefined;

/** A fix of one remedy; `change` is undefined where the config does not ask for it. */
export function remedy<C>(id: string, change: (config: C) => ChangeOf<C> | undefined): Fix<C> {
  return (config) => {
    const changed = change(config);
    return changed && { remedies: [id], change: changed };
  };
}

/** The first fix that applies. */
export const firstOf =
  <C>(...fixes: readonly Fix<C>[]): Fix<C> =>
  (config) => {
    for (const fix of fixes) {
      const cure = fix(config);
      if (cure) return cure;
    }
    return undefined;
  };

/** All fixes that apply, together: where several knobs are wrong, putting one of them right cures little. */
export const allOf =
  <C>(...fixes: readonly Fix<C>[]): Fix<C> =>
  (config) => {
    const cures = fixes.flatMap((fix) => fix(config) ?? []);
    if (cures.length === 0) return undefined;
    return { remedies: cures.flatMap(({ remedies }) => remedies), change: Object.assign({}, ...cures.map(({ change }) => change)) as ChangeOf<C> };
  };
