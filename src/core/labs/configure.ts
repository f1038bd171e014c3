import { nearest } from '../nearest.js';
import { tableDefaults, type Config, type ConfigChange } from '../parameters.js';
import { problemLine, type Problem } from '../problem.js';
import { applyValues } from '../readValues.js';
import type { Lab, Preset } from './lab.js';

/** What a link, the command line or the page asks for. */
export interface Request {
  readonly preset?: string | undefined;
  readonly values: Readonly<Record<string, unknown>>;
}

export interface Configured {
  readonly config: Config;
  /** The preset that the config started from; none where the values left the preset's variant. */
  readonly preset: Preset | undefined;
  /** The config before the values: what a link has to be told apart from. */
  readonly base: Config;
  readonly problems: readonly Problem[];
}

/** The lab's defaults, with those of the variant that `values` chooses. */
export function defaultConfig(lab: Lab, values: Readonly<Record<string, unknown>> = {}): Config {
  const defaults = tableDefaults(lab.parameters);
  if (!lab.variants) return defaults;
  const { key, defaults: byVariant } = lab.variants;
  const chosen = String(values[key] ?? defaults[key]);
  const variant = Object.hasOwn(byVariant, chosen) ? chosen : String(defaults[key]);
  return { ...defaults, ...byVariant[variant], [key]: variant };
}

export function presetConfig(lab: Lab, preset: Preset): Config {
  return { ...defaultConfig(lab, preset.values), ...preset.values };
}

/**
 * A valid config from a preset and changed values. Values that choose another variant than the preset's load that
 * variant's defaults instead of the preset's, which is reported.
 */
export function configure(lab: Lab, request: Request): Configured {
  const problems: Problem[] = [];
  let preset = lab.presets.find((candidate) => candidate.id === request.preset);
  if (request.preset !== undefined && !preset) {
    const ids = lab.presets.map((candidate) => candidate.id);
    const guess = nearest(request.preset, ids);
    problems.push({
      key: 'preset',
      received: request.preset.slice(0, 80),
      reason: 'not-an-option',
      expected: guess ?? ids.join(', '),
      kept: lab.presets[0]!.id,
    });
  }
  const variantKey = lab.variants?.key;
  const chosenVariant = variantKey === undefined ? undefined : request.values[variantKey];
  if (!preset && chosenVariant === undefined) preset = lab.presets[0]!;
  let base = preset ? presetConfig(lab, preset) : defaultConfig(lab, request.values);
  if (preset && variantKey !== undefined && chosenVariant !== undefined && chosenVariant !== base[variantKey]) {
    if (Object.hasOwn(lab.variants!.defaults, String(chosenVariant))) {
      const own = `${variantKey}=${String(base[variantKey])}`;
      const kept = `${variantKey}=${String(chosenVariant)}`;
      problems.push({ key: 'preset', received: preset.id, reason: 'other-variant', expected: own, kept });
      preset = undefined;
      base = defaultConfig(lab, request.values);
    }
  }
  const applied = applyValues(lab.parameters, base, request.values);
  return { config: applied.config, preset, base, problems: [...problems, ...applied.problems] };
}

/**
 * Checks the values that tell one of several runs that train together from their config. Throws where a value is wrong
 * or of a parameter that they share.
 */
export function checkArm(lab: Lab, config: Config, change: ConfigChange): void {
  const { problems } = applyValues(lab.parameters, config, change);
  if (problems.length > 0) throw new RangeError(problems.map(problemLine).join('; '));
  const shared = lab.parameters.find((parameter) => parameter.key in change && !parameter.perReplica);
  if (shared) throw new RangeError(`${shared.key}: runs that train together share it`);
}

/** What a run's length is counted in; a lab may have both, and 0 where one of them sets no limit. */
const lengths = ['steps', 'epochs'];

/** Where a run would be over at `step`: what makes room for as many steps, or epochs, again. */
export function longerChange(lab: Lab, config: Config, step: number): ConfigChange {
  const steps = lab.steps(config);
  if (step < steps) return {};
  const longer = lab.parameters.flatMap((parameter) => {
    if (parameter.kind !== 'number' || !lengths.includes(parameter.key)) return [];
    const length = Math.ceil((Number(config[parameter.key]) * (step + steps)) / steps);
    return [[parameter.key, Math.min(parameter.max, length)]];
  });
  return Object.fromEntries(longer) as ConfigChange;
}
