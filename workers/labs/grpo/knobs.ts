import type { GrpoConfig } from '../../../src/core/labs/grpo/parameters.js';
import { type GrpoKnob, grpoKnobNames, grpoKnobs, type KnobSpecification } from '../../engines/grpoStep.js';
import type { GrpoKnobs, Sampler, Sampling } from '../../engines/knobs.js';
import type { PerReplica } from '../../engines/perReplica.js';
import type { Population } from '../population.js';
import type { Task } from './tasks/task.js';

/** Held-out prompts are sampled from the policy as it is. */
export function validationSampling(population: Population<GrpoConfig>): Sampling {
  return { temperature: population.constant(1), topP: population.constant(1), topK: population.constant(0) };
}

export function rolloutSampling(population: Population<GrpoConfig>): Sampling {
  return { temperature: population.knob('temperature'), topP: population.knob('topP'), topK: population.knob('topK') };
}

/** Whose weights a rollout samples with; undefined where they are those in training. */
export function rolloutSampler({ config: { staleness, rolloutPrecision } }: Population<GrpoConfig>): Sampler | undefined {
  return staleness === 0 && rolloutPrecision === 'float32' ? undefined : { staleness, precision: rolloutPrecision };
}

/** The loss's knobs: each that its specification names is the parameter of that name; without clipping no bound holds. */
export function lossKnobs(population: Population<GrpoConfig>, task: Task): GrpoKnobs {
  const { config } = population;
  const { clipping } = config;
  const values = grpoKnobNames.map((name) => {
    const { neutral, bound }: KnobSpecification = grpoKnobs[name];
    return [name, bound && !clipping ? population.constant(neutral) : population.knob(name)];
  });
  return {
    ...(Object.fromEntries(values) as Record<GrpoKnob, PerReplica>),
    ...(config.klInReward && { klCoefficient: population.constant(0) }),
    policyLoss: config.policyLoss,
    rolloutCorrection: config.rolloutCorrection,
    klEstimator: config.klEstimator,
    klCorrection: config.klCorrection,
    aggregation: config.aggregation,
    maxLength: config.maxResponseLength,
    decisivePosition: task.decisivePosition,
  };
}

export function rewardWeights(config: GrpoConfig, task: Task): number[] {
  return task.rewards.map((name) => config[`rewardWeights.${name}`]);
}
