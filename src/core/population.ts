import { numberOf, type Config, type ConfigChange } from './parameters.js';

/** One replica of a population: its own values of scalar knobs, and its own random seed. */
export interface Replica {
  readonly config: Config;
  readonly seed: number;
}

/**
 * The replicas that train together: for each arm (the values that tell it from the config) as many as the config says,
 * with the run's seed, the next one, and so on, the same for every arm.
 */
export function populationOf(config: Config, arms: readonly ConfigChange[] = [{}]): readonly Replica[] {
  const seeds = Array.from({ length: numberOf(config, 'replicas') }, (_, k) => numberOf(config, 'seed') + k);
  return arms.flatMap((arm) => seeds.map((seed) => ({ config: { ...config, ...arm }, seed })));
}
