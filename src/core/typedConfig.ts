import type { Config, ConfigChange, Value } from './parameters.js';

/** What of a parameter decides the type of its value. */
type Field =
  | { readonly key: string; readonly kind: 'number' | 'switch' }
  | { readonly key: string; readonly kind: 'choice'; readonly options: readonly string[] };

type ValueOf<F> = F extends { readonly options: readonly (infer Option)[] }
  ? Option
  : F extends { readonly kind: 'number' }
    ? number
    : boolean;

/** The config that a table describes: under each key a number, one of the choice's options, or a switch. */
export type ConfigOf<T extends readonly Field[]> = { readonly [F in T[number] as F['key']]: ValueOf<F> };

/** Some of a config's values: a preset's differences, a fix. */
export type ChangeOf<C> = string extends keyof C ? C : { readonly [K in keyof C]?: C[K] };

/** The change as any config's: the compiler does not see that of every `C` some values are values. */
export const plainChange = <C extends Config>(change: ChangeOf<C>): ConfigChange => change as ConfigChange;

/** The keys under which a config has numbers. */
export type NumberKey<C> = { [K in keyof C]: C[K] extends number ? K : never }[keyof C] & string;

/**
 * The one way from any config to that of a table. The function that it makes returns the config that it is given, which
 * may have further keys, and throws a TypeError that names the first field of the table which is missing or of another
 * type. Ranges, and what values allow of one another, are checked where values come in (`applyValues`).
 */
export function configReader<const T extends readonly Field[]>(table: T): (config: Config) => ConfigOf<T> {
  const known = new WeakSet<Config>();
  return (config) => {
    if (!known.has(config)) {
      for (const field of table) checkField(field, config[field.key]);
      known.add(config);
    }
    return config as ConfigOf<T>;
  };
}

function checkField(field: Field, value: Value | undefined): void {
  const right = field.kind === 'choice' ? field.options.some((option) => option === value) : typeof value === types[field.kind];
  if (right) return;
  const expected = field.kind === 'choice' ? `one of ${field.options.join(', ')}` : `a ${types[field.kind]}`;
  throw new TypeError(`config.${field.key}: ${JSON.stringify(value) ?? 'missing'} is not ${expected}`);
}

const types = { number: 'number', switch: 'boolean' } as const;
