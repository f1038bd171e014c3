import type { Lab } from '../labs/lab.js';
import { formatNumber } from '../numberFormat.js';
import { changedKeys, type Config, type Parameter } from '../parameters.js';
import type { RunLabel } from './archive.js';

/** What a run trains: told apart from `base`, from `config` at its start to `now`. */
export interface Sought {
  readonly base: Config;
  readonly config: Config;
  readonly now: Config;
  readonly preset?: string | undefined;
}

/** How a run is called in a language. */
export interface Named {
  readonly name: string;
  readonly preset: string;
  readonly state: string;
  readonly findings: readonly string[];
  readonly knob: (key: string) => string;
}

/**
 * What a run can be found by: its name and note, its preset, its state, what was found in it, the file that it came in,
 * and the knobs that differ from the preset or changed as it trained, by their names here and in frameworks and as
 * `key=value`.
 */
export function searchText(lab: Lab, { base, config, now, preset: id }: Sought, label: RunLabel, { name, preset, state, findings, knob }: Named): string {
  const keys = new Set([...changedKeys(lab.parameters, config, base), ...changedKeys(lab.parameters, now, config)]);
  const knobs = lab.parameters.filter(({ key }) => keys.has(key)).flatMap(({ key, frameworks = {} }) => {
    const values = [...new Set([config[key]!, now[key]!])].map((value) => (typeof value === 'number' ? formatNumber(value) : String(value)));
    return [knob(key), ...values.map((value) => `${key}=${value}`), ...Object.values(frameworks)];
  });
  const told = [name, label.name, label.note, label.recorded, preset, id, state, ...findings, ...knobs];
  return normal(told.filter((part) => part !== undefined).join('\n'));
}

/**
 * What a knob can be found by: its key, its names here, in frameworks and among people, and its options' ids and names.
 *
 * @param name the text of a message that may not exist
 */
export function knobText(parameter: Parameter, name: (id: string) => string | undefined): string {
  const { key, frameworks = {}, aliases = [] } = parameter;
  const options = parameter.kind === 'choice' ? parameter.options.flatMap((option) => [option, name(`option.${key}.${option}`)]) : [];
  const told = [key, name(`parameter.${key}`), ...Object.entries(frameworks).flat(), ...aliases, ...options];
  return normal(told.filter((part) => part !== undefined).join('\n'));
}

/** Whether every word of a query is in the text, whatever its case and width, and a number as a value however it is written. */
export function matches(text: string, query: string): boolean {
  return normal(query).split(/\s+/).every((word) => text.includes(word) || `${text}\n`.includes(`${asValue(word)}\n`));
}

/** `=3e-3` of `0.003` and `rate=0.01` of `rate=1e-2`: a value as it stands in a text. Other words stay as they are. */
function asValue(word: string): string {
  const [, key = '=', value = ''] = /^(.*=)?(.*)$/.exec(word)!;
  return value === '' || !Number.isFinite(Number(value)) ? word : key + formatNumber(Number(value));
}

function normal(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}
