import type { GrpoConfig } from '../../../src/core/labs/grpo/parameters.js';
import type { GrpoKnobs, Sampling } from '../../engines/knobs.js';
import type { Population } from '../population.js';
import type { Task } from './tasks/task.js';

/** Held-out prompts are sampled from the policy as it is. */
export function validationSampling(population: Population<GrpoConfig>): Sampling {
  return { temperature: population.constant(1), topP: population.constant(1), topK: population.constant(0) };
}

export function rolloutSampling(population: Population<GrpoConfig>): Sampling {
  return { temperature: population.knob('temperature'), topP: population.knob('topP'), topK: population.knob('topK') };
}

export function lossKnobs(population: Population<GrpoConfig>, task: Task): GrpoKnobs {
  const { config } = population;
  const unbounded = population.constant(Infinity);
  return {
    temperature: population.knob('temperature'),
    klCoefficient: population.knob('klCoefficient'),
    entropyCoefficient: population.knob('entropyCoefficient'),
    labelSmoothing: population.knob('labelSmoothing'),
    bounds: config.clipping
      ? { low: population.knob('clipLow'), high: population.knob('clipHigh'), dual: population.knob('dualClip') }
      : { low: unbounded, high: unbounded, dual: population.constant(0) },
    klEstimator: config.klEstimator,
    aggregation: config.aggregation,
    maxLength: config.maxResponseLength,
    decisivePosition: task.decisivePosition,
  };
}

export function rewardWeights(config: GrpoConfig, task: Task): number[] {
  return task.rewards.map((name) => config[`rewardWeights.${name}`]);
}
