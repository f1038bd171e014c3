/**
 * A lab's parameters: one table from which sliders, links, validation, documentation and the command line are made.
 * A config is one plain JSON object that is valid by its lab's table.
 */

export type Value = number | string | boolean;
export type Config = Readonly<Record<string, Value>>;
/** Some of a config's values: a preset's differences, a live change, a fix. */
export type ConfigChange = Readonly<Record<string, Value>>;

interface CommonFields<C> {
  /** The config key; also the message ids `parameter.<key>` and `parameter.<key>.hint`. */
  readonly key: string;
  /** The group it is shown in; message id `group.<group>`. */
  readonly group: string;
  /** Whether it takes effect while a run trains, at the next step. */
  readonly live: boolean;
  /** Whether replicas that train together may differ in it. */
  readonly perReplica?: boolean;
  /** What verl, TRL, ms-swift or sentence-transformers call it. */
  readonly frameworks?: Readonly<Record<string, string>>;
  /** What else people call it who look for it. */
  readonly aliases?: readonly string[];
  /** Whether it means anything in this config; a knob that does not apply is not shown. */
  readonly applies?: (config: C) => boolean;
  /** The message id of the reason why the knob changes nothing in this config, if so. */
  readonly inert?: (config: C) => string | undefined;
}

/** The parameters or metrics of a lab that mean anything in a config. */
export function applying<T extends { readonly applies?: (config: Config) => boolean }>(all: readonly T[], config: Config): T[] {
  return all.filter(({ applies }) => applies?.(config) ?? true);
}

export interface NumberParameter<C = Config> extends CommonFields<C> {
  readonly kind: 'number';
  readonly default: number;
  readonly min: number;
  readonly max: number;
  readonly integer: boolean;
  /** How the slider moves. */
  readonly scale: 'linear' | 'log';
  /** The slider's step on a linear scale; typed values may be finer. */
  readonly step?: number;
  /** Whether 0 is a right value although it lies below `min` (the slider's left end on a log scale). */
  readonly zero?: boolean;
  /** The only right values, where not all in the range are. */
  readonly values?: readonly number[];
  /** A lower maximum that another value of the config brings with it. */
  readonly limit?: (config: C) => number;
}

export interface ChoiceParameter<C = Config> extends CommonFields<C> {
  readonly kind: 'choice';
  readonly default: string;
  readonly options: readonly string[];
  /** The options that are right in this config, where not all are. */
  readonly available?: (config: C) => readonly string[];
}

export interface SwitchParameter<C = Config> extends CommonFields<C> {
  readonly kind: 'switch';
  readonly default: boolean;
}

/** A knob whose conditions look at a config of type `C`: a lab's own, or once the lab is declared any config. */
export type Parameter<C = Config> = NumberParameter<C> | ChoiceParameter<C> | SwitchParameter<C>;

type WithoutConditions<P> = { [K in keyof P]: K extends 'applies' | 'inert' | 'limit' | 'available' ? object : P[K] };
/**
 * What a lab's table is checked against where it is written. Its conditions take the config that the table itself
 * describes, so their types are checked where the lab is declared (`defineLab`). They are functions with a name of their
 * own, and their types are written out: the compiler reads an arrow's parameters before it knows the table.
 */
export type ParameterEntry =
  | WithoutConditions<NumberParameter>
  | WithoutConditions<ChoiceParameter>
  | WithoutConditions<SwitchParameter>;

/** The right values of a number: those listed, else all from `min` to `max` and, where `zero` says so, 0. */
export type NumberRange = Pick<NumberParameter, 'min' | 'max' | 'zero' | 'values'>;

export function rangeOf({ min, max, zero, values }: NumberParameter, lowerMax = max): NumberRange {
  return { min, max: lowerMax, ...(zero && { zero }), ...(values && { values }) };
}

/** The values that all parameters have when nothing is said. */
export function tableDefaults(parameters: readonly Parameter[]): Config {
  return Object.fromEntries(parameters.map((parameter) => [parameter.key, parameter.default]));
}

/** Keys whose values differ, in the order of the table. */
export function changedKeys(parameters: readonly Parameter[], config: Config, base: Config): string[] {
  return parameters.map((parameter) => parameter.key).filter((key) => config[key] !== base[key]);
}
