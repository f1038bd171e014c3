import type { Config } from '../parameters.js';
import type { ChangeOf } from '../typedConfig.js';

/** A change that trained runs have shown to help where this config stands; undefined where none did. */
export type Fix<C = Config> = (config: C) => ChangeOf<C> | undefined;

/** The first fix that applies. */
export const firstOf =
  <C>(...fixes: readonly Fix<C>[]): Fix<C> =>
  (config) => {
    for (const fix of fixes) {
      const change = fix(config);
      if (change) return change;
    }
    return undefined;
  };
