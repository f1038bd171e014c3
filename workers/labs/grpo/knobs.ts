import { numberOf, switchOf, textOf, type Config } from '../../../src/core/parameters.js';
import type { AdamWKnobs } from '../../optimizer/adamW.js';
import { learningRateMultiplier, type Schedule } from '../../optimizer/learningRate.js';
import type { GrpoKnobs } from '../../rl/grpoLoss.js';
import type { KlEstimator } from '../../rl/klEstimate.js';
import type { Aggregation } from '../../rl/policyLoss.js';
import type { Sampling } from '../../rl/samplingDistribution.js';
import type { Task } from './tasks/task.js';

/** The config's values in the form that the mathematics takes: every scalar knob as one number a replica. */
export function everyReplica(config: Config, value: number): number[] {
  return Array.from({ length: numberOf(config, 'replicas') }, () => value);
}

/** A replica's seed is the run's seed plus its index. */
export function replicaSeeds(config: Config): number[] {
  return everyReplica(config, numberOf(config, 'seed')).map((seed, k) => seed + k);
}

/** Held-out prompts are sampled from the policy as it is. */
export function validationSampling(config: Config): Sampling {
  return { temperature: everyReplica(config, 1), topP: everyReplica(config, 1), topK: everyReplica(config, 0) };
}

export function rolloutSampling(config: Config): Sampling {
  const knob = (key: string): number[] => everyReplica(config, numberOf(config, key));
  return { temperature: knob('temperature'), topP: knob('topP'), topK: knob('topK') };
}

export function lossKnobs(config: Config, task: Task): GrpoKnobs {
  const knob = (key: string): number[] => everyReplica(config, numberOf(config, key));
  const unbounded = everyReplica(config, Infinity);
  return {
    temperature: knob('temperature'),
    klCoefficient: knob('klCoefficient'),
    entropyCoefficient: knob('entropyCoefficient'),
    labelSmoothing: knob('labelSmoothing'),
    bounds: switchOf(config, 'clipping')
      ? { low: knob('clipLow'), high: knob('clipHigh'), dual: knob('dualClip') }
      : { low: unbounded, high: unbounded, dual: everyReplica(config, 0) },
    klEstimator: textOf(config, 'klEstimator') as KlEstimator,
    aggregation: textOf(config, 'aggregation') as Aggregation,
    maxLength: numberOf(config, 'maxResponseLength'),
    decisivePosition: task.decisivePosition,
  };
}

/** AdamW's knobs at a step, counted from 1. */
export function optimizerKnobs(config: Config, step: number): AdamWKnobs {
  const multiplier = learningRateMultiplier(
    textOf(config, 'schedule') as Schedule,
    numberOf(config, 'steps'),
    numberOf(config, 'warmupSteps'),
    numberOf(config, 'minLearningRateRatio'),
    step,
  );
  return {
    learningRate: everyReplica(config, numberOf(config, 'learningRate') * multiplier),
    weightDecay: everyReplica(config, numberOf(config, 'weightDecay')),
    maxGradNorm: everyReplica(config, numberOf(config, 'maxGradNorm')),
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
  };
}

export function rewardWeights(config: Config, task: Task): number[] {
  return task.rewards.map((name) => numberOf(config, `rewardWeights.${name}`));
}
