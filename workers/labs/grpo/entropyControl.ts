import type { GrpoConfig } from '../../../src/core/labs/grpo/parameters.js';
import type { PerReplica } from '../../engines/perReplica.js';
import type { Population } from '../population.js';

/** Of each replica the controller's coefficient, NaN where it has none, and the entropy measured last, nats. */
export interface EntropyControlState {
  readonly coefficients: readonly number[];
  readonly entropies: readonly number[];
}

/** How far a coefficient moves in a step, and between what: TRL's `entropy_coef_delta`, `_min` and `_max`. */
const delta = 0.005;
const bounds = { least: 0, most: 1 };

/**
 * The entropy coefficient that follows a target (Skywork-OR1, He et al. 2025, as TRL's `use_adaptive_entropy`): after each
 * step it rises where the step's entropy is at most the target, else it falls. The bonus is given only where the entropy
 * measured last is at most the target, so never in the first step.
 */
export class EntropyControl {
  private readonly of: number[];
  private readonly measured: number[];

  constructor(replicas: number, from?: EntropyControlState) {
    this.of = from ? [...from.coefficients] : Array.from({ length: replicas }, () => NaN);
    this.measured = from ? [...from.entropies] : Array.from({ length: replicas }, () => Infinity);
  }

  /** The coefficients of the step to come: of replicas without a target the knob itself. */
  coefficients(population: Population<GrpoConfig>): PerReplica {
    const [targets, starts] = [population.knob('entropyTarget'), population.knob('entropyCoefficient')];
    return targets.map((target, replica) => {
      if (target === 0) {
        this.of[replica] = NaN;
        this.measured[replica] = Infinity;
        return starts[replica]!;
      }
      if (Number.isNaN(this.of[replica]!)) this.of[replica] = starts[replica]!;
      return this.measured[replica]! <= target ? this.of[replica]! : 0;
    });
  }

  /** Moves to the entropies that a step measured, `[R]`, and returns the coefficients then: NaN without a target. */
  move(population: Population<GrpoConfig>, entropies: ArrayLike<number>): Float64Array {
    population.knob('entropyTarget').forEach((target, replica) => {
      const before = this.of[replica]!;
      if (target === 0 || Number.isNaN(before)) return;
      const low = entropies[replica]! <= target;
      this.of[replica] = low ? Math.min(before + delta, bounds.most) : Math.max(before - delta, bounds.least);
      this.measured[replica] = entropies[replica]!;
    });
    return Float64Array.from(this.of);
  }

  /** Whether any replica has a target that it follows. */
  get acts(): boolean {
    return this.of.some((coefficient) => !Number.isNaN(coefficient));
  }

  get state(): EntropyControlState {
    return { coefficients: [...this.of], entropies: [...this.measured] };
  }
}
