import type { Config, ConfigChange } from '../../src/core/parameters.js';
import { populationOf, type Replica } from '../../src/core/population.js';
import type { NumberKey } from '../../src/core/typedConfig.js';
import type { AdamWKnobs } from '../engines/knobs.js';
import type { PerReplica } from '../engines/perReplica.js';
import { learningRateMultiplier, type Schedule } from '../optimizer/learningRate.js';

/** What of a lab's config its optimiser needs; of what a lab has no knob for, there is a constant. */
interface OptimizerConfig {
  readonly schedule: Schedule;
  readonly warmupSteps: number;
  readonly minLearningRateRatio: number;
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly maxGradNorm: number;
  readonly decaySteps?: number;
  readonly restarts?: number;
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
}

/** The replicas of a run, with their scalar knobs in the form that the mathematics takes: one number each. */
export class Population<C extends Config = Config> {
  readonly replicas: readonly Replica<C>[];
  readonly seeds: PerReplica;
  /** A step asks for some dozens of them, which stay the same until the config changes. */
  private readonly knobs = new Map<string, PerReplica>();

  constructor(
    /** Decides what all replicas share: sizes and kinds. */
    readonly config: C,
    private readonly arms: readonly ConfigChange[] = [{}],
  ) {
    this.replicas = populationOf(config, arms);
    this.seeds = this.replicas.map(({ seed }) => seed);
  }

  get size(): number {
    return this.replicas.length;
  }

  /** A scalar knob, one value a replica. */
  knob(key: NumberKey<C>): PerReplica {
    const known = this.knobs.get(key);
    if (known) return known;
    const values = this.replicas.map(({ config }) => config[key] as number);
    this.knobs.set(key, values);
    return values;
  }

  constant(value: number): PerReplica {
    return this.replicas.map(() => value);
  }

  /** The same replicas after a live change of the config. */
  withConfig(config: C): Population<C> {
    return new Population(config, this.arms);
  }

  /** The same replicas with the configs of a lab. Throws what its reader throws, for the config of any replica. */
  as<T extends Config>(read: (config: Config) => T): Population<T> {
    this.replicas.forEach(({ config }) => read(config));
    return new Population(read(this.config), this.arms);
  }

  /**
   * AdamW's knobs at a step counted from 1: each learning rate on the config's schedule, and what all replicas share,
   * which where the config does not name it is PyTorch's default.
   *
   * @param warmupSteps where they are not the config's own `warmupSteps`
   * @param learningRate the rates, one a replica, where they are not the config's own `learningRate`
   * @param beta2 where it is not the config's own, nor the default
   */
  optimizer(
    this: { readonly config: OptimizerConfig; readonly replicas: readonly Replica<OptimizerConfig>[] },
    step: number,
    steps: number,
    {
      warmupSteps = this.config.warmupSteps,
      learningRate = this.replicas.map(({ config }) => config.learningRate),
      beta2 = this.config.beta2 ?? 0.999,
    }: { warmupSteps?: number; learningRate?: readonly number[]; beta2?: number } = {},
  ): AdamWKnobs {
    const { schedule: kind, minLearningRateRatio: minRatio, decaySteps, restarts, beta1 = 0.9, epsilon = 1e-8 } = this.config;
    const multiplier = learningRateMultiplier({ kind, totalSteps: steps, warmupSteps, minRatio, decaySteps, restarts }, step);
    return {
      learningRate: learningRate.map((rate) => rate * multiplier),
      weightDecay: this.replicas.map(({ config }) => config.weightDecay),
      maxGradNorm: this.replicas.map(({ config }) => config.maxGradNorm),
      beta1,
      beta2,
      epsilon,
    };
  }
}
