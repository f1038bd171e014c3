import type { Config, ConfigChange } from '../parameters.js';

/** A change that trained runs have shown to help where this config stands; undefined where none did. */
export type Fix = (config: Config) => ConfigChange | undefined;

/** The first fix that applies. */
export const firstOf =
  (...fixes: readonly Fix[]): Fix =>
  (config) => {
    for (const fix of fixes) {
      const change = fix(config);
      if (change) return change;
    }
    return undefined;
  };
