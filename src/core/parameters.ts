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
 * describes, so their types are checked where the lab is declared, and they are
 * declared as functions: the compiler looks at an arrow's parameters before it knows the table.
 */
export type ParameterEntry =
  | WithoutConditions<NumberParameter>
  | WithoutConditions<ChoiceParameter>
  | WithoutConditions<SwitchParameter>;

/** The right values of a number: those listed, else all from `min` to `max` and, where `zero` says so, 0. */
export type NumberRange = Pick<NumberParameter, 'min' | 'max' | 'zero' | 'values'>;

/** What was wrong with one value that came from outside. */
export interface Problem {
  readonly key: string;
  readonly received: string;
  readonly reason:
    | 'unknown'
    | 'empty'
    | 'not-a-number'
    | 'comma'
    | 'not-an-integer'
    | 'out-of-range'
    | 'not-an-option'
    | 'not-a-switch'
    | 'not-live'
    | 'not-applicable'
    | 'other-variant'
    | 'badly-encoded'
    | 'repeated'
    | 'too-long'
    | 'too-many';
  /** What would be right: numbers, or names as in `group, batch, none`; for an unknown key the nearest known one. */
  readonly expected?: NumberRange | string;
  /** The valid value that the field has now. */
  readonly kept?: Value;
}

/** An English line for a terminal; the page words problems by message id `problem.<reason>`. */
export function problemLine(problem: Problem): string {
  const { key, received } = problem;
  const expected = typeof problem.expected === 'object' ? describeRange(problem.expected) : problem.expected;
  switch (problem.reason) {
    case 'unknown':
      return `${key}: unknown${expected ? ` (did you mean ${expected}?)` : ''}`;
    case 'empty':
      return `${key}: no value (expected ${expected})`;
    case 'not-a-number':
      return `${key}: '${received}' is not a number (expected ${expected})`;
    case 'comma':
      return `${key}: '${received}' has a comma (expected ${expected}, written as in 1.5 or 1000)`;
    case 'not-an-integer':
      return `${key}: ${received} is not a whole number (expected ${expected})`;
    case 'out-of-range':
      return `${key}: ${received} is out of range (expected ${expected})`;
    case 'not-an-option':
      return `${key}: '${received}' is not an option (expected ${expected})`;
    case 'not-a-switch':
      return `${key}: '${received}' is neither on nor off (expected on or off)`;
    case 'not-live':
      return `${key}: cannot change while the run trains`;
    case 'not-applicable':
      return `${key}: '${received}' means nothing with these settings (expected ${expected})`;
    case 'other-variant':
      return `${key}: '${received}' is a preset for ${expected}, not for ${problem.kept}`;
    case 'badly-encoded':
      return `${key}: '${received}' cannot be read (expected UTF-8 as %xx, %25 for %)`;
    case 'repeated':
      return `${key}: given twice; '${received}' ignored`;
    case 'too-long':
      return `${key}: '${received}…' is too long (expected at most ${expected} characters)`;
    case 'too-many':
      return `${key}: too many fields (expected at most ${expected})`;
  }
}

/** `3e-4`, `0.05`, `20`: the shortest form that reads back as the same number. */
export function formatNumber(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  return size < 0.01 || size >= 1e6 ? value.toExponential().replace('e+', 'e') : String(value);
}

/** English, for a terminal and the README; the page words ranges itself. */
export function describeRange({ min, max, zero, values }: NumberRange): string {
  if (values) return values.map(formatNumber).join(', ');
  const range = `${formatNumber(min)} to ${formatNumber(max)}`;
  return zero && min > 0 ? `0 or ${range}` : range;
}

export function rangeOf({ min, max, zero, values }: NumberParameter, lowerMax = max): NumberRange {
  return { min, max: lowerMax, ...(zero && { zero }), ...(values && { values }) };
}

/** Digits, points and signs as a Chinese keyboard may give them, `１．５`, in their usual form. */
function toHalfWidth(text: string): string {
  return text.replace(/[\uff01-\uff5e]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0));
}

const numberForm = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

type Checked = { value: Value; problem?: undefined } | { value?: undefined; problem: Problem };

/** Reads one value as it comes from a link, a text field, the command line or JSON. */
export function checkValue(parameter: Parameter, received: unknown): Checked {
  const text = typeof received === 'string' ? received.trim() : JSON.stringify(received) ?? String(received);
  const wrong = (reason: Problem['reason'], expected?: NumberRange | string): Checked => ({
    problem: { key: parameter.key, received: text.slice(0, 80), reason, ...(expected === undefined ? {} : { expected }) },
  });
  if (parameter.kind === 'number') {
    const range = rangeOf(parameter);
    const written = toHalfWidth(text);
    if (written === '') return wrong('empty', range);
    if (!numberForm.test(written)) return wrong(numberForm.test(written.replaceAll(',', '')) ? 'comma' : 'not-a-number', range);
    const value = Number(written);
    if (!Number.isFinite(value)) return wrong('out-of-range', range);
    if (parameter.integer && !Number.isInteger(value)) return wrong('not-an-integer', range);
    if (parameter.zero && value === 0) return { value: 0 };
    const right = parameter.values ? parameter.values.includes(value) : value >= parameter.min && value <= parameter.max;
    if (!right) return wrong('out-of-range', range);
    return { value };
  }
  if (parameter.kind === 'choice') {
    return parameter.options.includes(text) ? { value: text } : wrong('not-an-option', parameter.options.join(', '));
  }
  if (received === true || text === 'on' || text === 'true') return { value: true };
  if (received === false || text === 'off' || text === 'false') return { value: false };
  return wrong('not-a-switch');
}

/** Distance in edits (Levenshtein), for 'did you mean'. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      row.push(Math.min(previous[j]! + 1, row[j - 1]! + 1, previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    previous = row;
  }
  return previous[b.length]!;
}

/** The candidate nearest to `key`, if one is near. */
export function nearest(key: string, candidates: readonly string[]): string | undefined {
  const lower = key.toLowerCase();
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(key.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(lower, candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** The values that all parameters have when nothing is said. */
export function tableDefaults(parameters: readonly Parameter[]): Config {
  return Object.fromEntries(parameters.map((parameter) => [parameter.key, parameter.default]));
}

/**
 * Puts values from outside over a valid config. A wrong one leaves the field as it was and is reported; a value that
 * the rest of the config does not allow (a warm start of another task) gives way to the nearest that it does.
 */
export function applyValues(
  parameters: readonly Parameter[],
  base: Config,
  values: Readonly<Record<string, unknown>>,
): { config: Config; problems: Problem[] } {
  const config: Record<string, Value> = { ...base };
  const problems: Problem[] = [];
  for (const [key, received] of Object.entries(values)) {
    const parameter = parameters.find((candidate) => candidate.key === key);
    if (!parameter) {
      const expected = nearest(key, parameters.map((candidate) => candidate.key));
      problems.push({ key: key.slice(0, 80), received: String(received).slice(0, 80), reason: 'unknown', ...(expected ? { expected } : {}) });
      continue;
    }
    const checked = checkValue(parameter, received);
    if (checked.problem) problems.push({ ...checked.problem, kept: config[key]! });
    else config[key] = checked.value;
  }
  for (const parameter of parameters) {
    const { key } = parameter;
    const value = config[key]!;
    if (parameter.kind === 'choice' && parameter.available) {
      const available = parameter.available(config);
      if (available.includes(String(value))) continue;
      config[key] = available[0]!;
      if (key in values) {
        problems.push({ key, received: String(value), reason: 'not-an-option', expected: available.join(', '), kept: config[key] });
      }
    } else if (parameter.kind === 'number' && parameter.limit) {
      const max = parameter.limit(config);
      if (Number(value) <= max) continue;
      config[key] = max;
      if (key in values) {
        problems.push({ key, received: String(value), reason: 'out-of-range', expected: rangeOf(parameter, max), kept: max });
      }
    }
  }
  return { config, problems };
}

/** Keys whose values differ, in the order of the table. */
export function changedKeys(parameters: readonly Parameter[], config: Config, base: Config): string[] {
  return parameters.map((parameter) => parameter.key).filter((key) => config[key] !== base[key]);
}
