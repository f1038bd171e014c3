import type { GrpoConfig } from '../../../src/core/labs/grpo/parameters.js';
import type { SampleRequest } from '../../engines/policy.js';
import type { Population } from '../population.js';
import type { Example, Task } from './tasks/task.js';

/** What to sample for `examples`, one a row, of which each run of `repeats` is one repeated. */
export function sampleRequest(
  task: Task,
  population: Population<GrpoConfig>,
  examples: readonly Example[],
  { repeats, stream, step }: Pick<SampleRequest, 'repeats' | 'stream' | 'step'>,
): Omit<SampleRequest, 'sampling'> {
  const prompts = new Int32Array(examples.length * task.promptLength);
  examples.forEach(({ prompt }, i) => prompts.set(prompt, i * task.promptLength));
  return {
    prompts,
    promptLength: task.promptLength,
    repeats,
    maxResponseLength: population.config.maxResponseLength,
    endOfSequence: task.endOfSequence,
    padding: task.padding,
    seeds: population.seeds,
    stream,
    step,
  };
}

export function repeat<T>(value: T, times: number): T[] {
  return Array.from({ length: times }, () => value);
}
