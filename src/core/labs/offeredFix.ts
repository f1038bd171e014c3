import type { Cure } from '../findings/fix.js';
import type { FixWay, MeasuredFixes } from '../findings/measuredFixes.js';
import { changedKeys, type Config, type ConfigChange } from '../parameters.js';
import { defaultConfig } from './configure.js';
import type { Lab } from './lab.js';
import { measuredFixes } from './measuredFixes.js';

/** A fix that has cured what it is offered for. */
export interface OfferedFix {
  readonly remedies: readonly string[];
  readonly change: ConfigChange;
  /** Whether it cures a run that it is applied to while it trains; a new run is needed otherwise. */
  readonly live: boolean;
}

/** The share of measured cases in which a remedy has to have cured. */
const enough = 0.8;

/** Knobs that say how a run is repeated, measured and computed, not what it learns. */
const runKeys = ['replicas', 'seed', 'engine', 'validationEvery'];

/** What tells a config from its variant's defaults, and the variant: under this a measured case is known. */
export function recipeValues(lab: Lab, config: Config): ConfigChange {
  const changed = changedKeys(lab.parameters, config, defaultConfig(lab, config));
  const keys = [...(lab.variants ? [lab.variants.key] : []), ...changed.filter((key) => !runKeys.includes(key))];
  return Object.fromEntries(keys.map((key) => [key, config[key]!]));
}

/** Whether each of the remedies cured most of the runs with this finding that it was tried in. */
export function curesMost({ remedies }: MeasuredFixes, finding: string, cure: Pick<Cure, 'remedies'>, way: FixWay): boolean {
  return cure.remedies.every((remedy) => {
    const measured = remedies.find((each) => each.finding === finding && each.remedy === remedy)?.[way];
    return measured !== undefined && measured.cured >= enough * measured.cases;
  });
}

/** What a finding of a run suggests to try: nothing that did not cure where it was measured. */
export function offeredFix(lab: Lab, finding: string, config: Config, measured = measuredFixes[lab.id]!): OfferedFix | undefined {
  const cure = lab.detectors.find(({ id }) => id === finding)?.fix?.(config);
  if (!cure) return undefined;
  const values = JSON.stringify(recipeValues(lab, config));
  const cures = (way: FixWay): boolean => {
    const isOwn = (each: MeasuredFixes['exceptions'][number]): boolean =>
      each.finding === finding && each.way === way && JSON.stringify(each.values) === values;
    return measured.exceptions.find(isOwn)?.cured ?? curesMost(measured, finding, cure, way);
  };
  return cures('fresh') ? { ...cure, live: cures('live') } : undefined;
}
