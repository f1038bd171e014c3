import { numberOf, switchOf, textOf, type Config } from '../../../src/core/parameters.js';
import { type Aggregation, grpoKnobs, type KlEstimator } from '../../engines/grpoStep.js';
import type { GrpoKnobs, Sampling } from '../../engines/knobs.js';
import type { PerReplica } from '../../engines/perReplica.js';
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
  const clipping = switchOf(config, 'clipping');
  const bound = (name: 'clipLow' | 'clipHigh' | 'dualClip'): PerReplica =>
    clipping ? population.knob(name) : population.constant(grpoKnobs[name].neutral);
  return {
    temperature: population.knob('temperature'),
    klCoefficient: population.knob('klCoefficient'),
    entropyCoefficient: population.knob('entropyCoefficient'),
    labelSmoothing: population.knob('labelSmoothing'),
    clipLow: bound('clipLow'),
    clipHigh: bound('clipHigh'),
    dualClip: bound('dualClip'),
    klEstimator: textOf(config, 'klEstimator') as KlEstimator,
    aggregation: textOf(config, 'aggregation') as Aggregation,
    maxLength: numberOf(config, 'maxResponseLength'),
    decisivePosition: task.decisivePosition,
  };
}

export function rewardWeights(config: Config, task: Task): number[] {
  return task.rewards.map((name) => numberOf(config, `rewardWeights.${name}`));
}
