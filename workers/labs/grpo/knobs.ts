import { numberOf, switchOf, textOf, type Config } from '../../../src/core/parameters.js';
import { type Aggregation, type GrpoKnob, grpoKnobNames, grpoKnobs, type KlEstimator, type KnobSpecification } from '../../engines/grpoStep.js';
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

/** The loss's knobs: each that its specification names is the parameter of that name; without clipping no bound holds. */
export function lossKnobs(population: Population, task: Task): GrpoKnobs {
  const { config } = population;
  const clipping = switchOf(config, 'clipping');
  const values = grpoKnobNames.map((name) => {
    const { neutral, bound }: KnobSpecification = grpoKnobs[name];
    return [name, bound && !clipping ? population.constant(neutral) : population.knob(name)];
  });
  return {
    ...(Object.fromEntries(values) as Record<GrpoKnob, PerReplica>),
    klEstimator: textOf(config, 'klEstimator') as KlEstimator,
    aggregation: textOf(config, 'aggregation') as Aggregation,
    maxLength: numberOf(config, 'maxResponseLength'),
    decisivePosition: task.decisivePosition,
  };
}

export function rewardWeights(config: Config, task: Task): number[] {
  return task.rewards.map((name) => numberOf(config, `rewardWeights.${name}`));
}
