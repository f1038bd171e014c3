import { applying, type Config, type Parameter } from '../parameters.js';
import { defaultConfig, presetConfig } from './configure.js';
import type { Lab, Preset } from './lab.js';

/** Of knobs that several presets turn, so many tell enough. */
const most = 5;
const several = 2;
/** What a run is repeated with, and how long it takes to say it. */
const runKeys = ['steps', 'validationEvery', 'replicas', 'seed', 'engine'];

/**
 * The knobs that a preset's story is about, in the order of the table: those in which it differs from its variant's
 * defaults, which are healthy. Of a preset that differs in none, those in which the others of its variant do most often.
 */
export function tellingKnobs(lab: Lab, preset: Preset): readonly Parameter[] {
  const base = presetConfig(lab, preset);
  const turned = turnedKeys(lab, preset);
  const keys = turned.length > 0 ? turned : oftenTurned(lab, base);
  return applying(lab.parameters, base).filter(({ key, inert }) => keys.includes(key) && inert?.(base) === undefined);
}

function turnedKeys(lab: Lab, preset: Preset): string[] {
  const healthy = defaultConfig(lab, preset.values);
  const config = presetConfig(lab, preset);
  return lab.parameters.filter(({ key }) => !runKeys.includes(key) && config[key] !== healthy[key]).map(({ key }) => key);
}

function oftenTurned(lab: Lab, base: Config): string[] {
  const variant = lab.variants?.key;
  const others = lab.presets.filter((preset) => variant === undefined || presetConfig(lab, preset)[variant] === base[variant]);
  const turned = others.map((preset) => turnedKeys(lab, preset));
  const times = (key: string): number => turned.filter((keys) => keys.includes(key)).length;
  // The rate is what there is to turn where no presets do.
  const keys = [...new Set(['learningRate', ...turned.flat().filter((key) => times(key) >= several)])];
  return keys.sort((a, b) => times(b) - times(a)).slice(0, most);
}
