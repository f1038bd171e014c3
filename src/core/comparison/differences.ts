import type { Lab } from '../labs/lab.js';
import type { Config, ConfigChange, Parameter, Value } from '../parameters.js';
import type { Problem } from '../problem.js';
import { checkValue } from '../readValues.js';

/** A knob in which a config differs from another. */
export interface Difference {
  readonly key: string;
  readonly parameter: Parameter;
  /** In the base, and in the other config. */
  readonly base: Value;
  readonly other: Value;
  /** Whether runs with either value can train together, as one population. */
  readonly together: boolean;
}

/** How a run is repeated, measured and computed, which is no part of its recipe. */
const aside: readonly string[] = ['replicas', 'seed', 'engine', 'validationEvery'];

/** The knobs of the recipe, those that mean something in either config, told apart by whether the configs agree. */
export function compareConfigs(lab: Lab, base: Config, other: Config): { different: Difference[]; equal: Parameter[] } {
  const different: Difference[] = [];
  const equal: Parameter[] = [];
  for (const parameter of lab.parameters) {
    const { key, applies } = parameter;
    if (aside.includes(key) || (applies && !applies(base) && !applies(other))) continue;
    if (base[key] === other[key]) equal.push(parameter);
    else different.push({ key, parameter, base: base[key]!, other: other[key]!, together: parameter.perReplica === true });
  }
  return { different, equal };
}

/** What is tried on a base config. */
export interface Trial {
  /** `base`, `all`, or the key of the one knob that is changed. */
  readonly id: string;
  readonly change: ConfigChange;
}

/** The base as it is, each change on its own, and where there are several all of them together. */
export function oneAtATime(changes: ConfigChange): Trial[] {
  const each = Object.entries(changes).map(([key, value]): Trial => ({ id: key, change: { [key]: value } }));
  return [{ id: 'base', change: {} }, ...each, ...(each.length > 1 ? [{ id: 'all', change: changes }] : [])];
}

/** A value as people type it: as it is, or as a multiple of the base's, as in `×10`. */
export function readValue(parameter: Parameter, base: Value, text: string): { value: Value } | { problem: Problem } {
  const multiple = /^\s*[×x*]\s*(\d+\.?\d*|\.\d+)\s*$/i.exec(text)?.[1];
  if (multiple === undefined || typeof base !== 'number') {
    const checked = checkValue(parameter, text);
    return checked.problem ? { problem: checked.problem } : { value: checked.value };
  }
  // Twelve digits: a tenth of 3e-3 is 3e-4, not 0.00030000000000000003.
  const checked = checkValue(parameter, Number((base * Number(multiple)).toPrecision(12)));
  return checked.problem ? { problem: checked.problem } : { value: checked.value };
}
