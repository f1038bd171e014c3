import { runConfig } from './labs/runParameters.js';
import type { Config, ConfigChange } from './parameters.js';

/** One replica of a population: its own values of scalar knobs, and its own random seed. */
export interface Replica<C = Config> {
  readonly config: C;
  readonly seed: number;
}

/**
 * The replicas that train together: for each arm (the values that tell it from the config) as many as the config says,
 * with the run's seed, the next one, and so on, the same for every arm.
 */
export function populationOf<C extends Config>(config: C, arms: readonly ConfigChange[] = [{}]): readonly Replica<C>[] {
  const { replicas, seed: first } = runConfig(config);
  const seeds = Array.from({ length: replicas }, (_, k) => first + k);
  return arms.flatMap((arm) => seeds.map((seed) => ({ config: { ...config, ...arm }, seed })));
}
