import { numberOf, switchOf, textOf, type Config } from '../../../src/core/parameters.js';
import type { GrpoKnobs, KlEstimator, Aggregation, Sampling } from '../../engines/knobs.js';
import type { Population } from '../population.js';
import type { Task } from './tasks/task.js';

/** Held-out prompts are sampled from the policy as it is. */
export function validationSampling(population: Population): Sampling {
  return { temperature: population.constant(1), topP: population.constant(1), topK: population.constant(0) };
}

export function rolloutSampling(population: Population): Sampling {
  return { temperature: population.knob('temperature'), topP: population.knob('topP'), topK: population.knob('topK') };
}

export function lossKnobs(population: Population, task: Task): GrpoKnobs {
  const { config } = population;
  const unbounded = population.constant(Infinity);
  return {
    temperature: population.knob('temperature'),
    klCoefficient: population.knob('klCoefficient'),
    entropyCoefficient: population.knob('entropyCoefficient'),
    labelSmoothing: population.knob('labelSmoothing'),
    bounds: switchOf(config, 'clipping')
      ? { low: population.knob('clipLow'), high: population.knob('clipHigh'), dual: population.knob('dualClip') }
      : { low: unbounded, high: unbounded, dual: population.constant(0) },
    klEstimator: textOf(config, 'klEstimator') as KlEstimator,
    aggregation: textOf(config, 'aggregation') as Aggregation,
    maxLength: numberOf(config, 'maxResponseLength'),
    decisivePosition: task.decisivePosition,
  };
}

export function rewardWeights(config: Config, task: Task): number[] {
  return task.rewards.map((name) => numberOf(config, `rewardWeights.${name}`));
}
