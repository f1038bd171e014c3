import type { Config } from '../../src/core/parameters.js';
import type { LabTraining } from './trainer.js';

/** A lab's training for any config; it throws what `read` throws where that is another lab's. */
export function labTraining<C extends Config>(read: (config: Config) => C, lab: LabTraining<C>): LabTraining {
  const { engines, files, bytes, prepare, rehearse } = lab;
  return {
    engines,
    ...(files && { files: (config) => files(read(config)) }),
    bytes: (population, engine) => bytes(population.as(read), engine),
    prepare: async ({ population, ...rest }) => prepare({ ...rest, population: population.as(read) }),
    rehearse: (population, engine) => rehearse(population.as(read), engine),
  };
}
