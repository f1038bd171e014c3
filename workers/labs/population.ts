import { numberOf, textOf, type Config, type ConfigChange } from '../../src/core/parameters.js';
import { populationOf, type Replica } from '../../src/core/population.js';
import type { AdamWKnobs } from '../engines/knobs.js';
import type { PerReplica } from '../engines/perReplica.js';
import { learningRateMultiplier, type Schedule } from '../optimizer/learningRate.js';

/** The replicas of a run, with their scalar knobs in the form that the mathematics takes: one number each. */
export class Population {
  readonly replicas: readonly Replica[];
  readonly seeds: PerReplica;

  constructor(
    /** Decides what all replicas share: sizes and kinds. */
    readonly config: Config,
    private readonly arms?: readonly ConfigChange[],
  ) {
    this.replicas = populationOf(config, arms);
    this.seeds = this.replicas.map(({ seed }) => seed);
  }

  get size(): number {
    return this.replicas.length;
  }

  /** A scalar knob, one value a replica. */
  knob(key: string): PerReplica {
    return this.replicas.map(({ config }) => numberOf(config, key));
  }

  constant(value: number): PerReplica {
    return this.replicas.map(() => value);
  }

  /** The same replicas after a live change of the config. */
  withConfig(config: Config): Population {
    return new Population(config, this.arms);
  }

  /**
   * AdamW's knobs at a step counted from 1: each learning rate on the config's schedule.
   *
   * @param warmupSteps where they are not the config's own `warmupSteps`
   * @param learningRate the key of the rate, where it is another than `learningRate`
   */
  optimizer(
    step: number,
    steps: number,
    {
      warmupSteps = numberOf(this.config, 'warmupSteps'),
      learningRate = 'learningRate',
      beta2 = 0.999,
    }: { warmupSteps?: number; learningRate?: string; beta2?: number } = {},
  ): AdamWKnobs {
    const { config } = this;
    const schedule = textOf(config, 'schedule') as Schedule;
    const multiplier = learningRateMultiplier(schedule, steps, warmupSteps, numberOf(config, 'minLearningRateRatio'), step);
    return {
      learningRate: this.knob(learningRate).map((rate) => rate * multiplier),
      weightDecay: this.knob('weightDecay'),
      maxGradNorm: this.knob('maxGradNorm'),
      beta1: 0.9,
      beta2,
      epsilon: 1e-8,
    };
  }
}
