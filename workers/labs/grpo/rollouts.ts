import type { GrpoConfig } from '../../../src/core/labs/grpo/parameters.js';
import type { Policy } from '../../engines/policy.js';
import type { DataOrder } from '../dataOrder.js';
import type { Population } from '../population.js';
import { generationStep, generate, type Generation } from './generation.js';
import { repeat } from './requests.js';
import { chooseGroups, gatherGroups } from './selectGroups.js';
import type { Example, Task } from './tasks/task.js';

/** What a step trains on, and what it took to get it. */
export interface Rollout extends Generation {
  /** Groups generated for each replica, `[R]`. */
  readonly generatedGroups: Float64Array;
  /** The share of them that are dead, `[R]`. */
  readonly deadGroups: Float64Array;
  /** Training prompts that each replica has drawn once it trains on them, `[R]`. */
  readonly promptsDrawn: readonly number[];
}

/** Draws prompts and samples responses to them: of each replica its own, whichever others are beside it. */
export class Rollouts {
  constructor(
    private readonly task: Task,
    private readonly policy: Policy,
    /** The training prompts of each replica, and the order in which it draws them. */
    private readonly training: readonly (readonly Example[])[],
    private readonly orders: readonly DataOrder[],
  ) {}

  /**
   * The groups of a step: those of one generation, or with `filterGroups` (DAPO's dynamic sampling, Yu et al. 2025) live
   * ones of as many as that takes, at most `maxGenerationBatches`. A replica that has all of its groups is sampled with the
   * others while they need more, which counts nowhere.
   *
   * @param drawn training prompts that each replica has drawn before
   */
  async collect(population: Population<GrpoConfig>, drawn: readonly number[], step: number): Promise<Rollout> {
    const { filterGroups, maxGenerationBatches, promptsPerStep: prompts, rolloutN: n } = population.config;
    const generations: Generation[] = [];
    /** Of each replica, how many generations count. */
    const used = population.seeds.map(() => 0);
    const live = (replica: number): number => generations.slice(0, used[replica]!).flatMap((of) => of.live[replica]!).filter(Boolean).length;
    const needs = population.seeds.map(() => true);
    while (generations.length < (filterGroups ? maxGenerationBatches : 1) && needs.includes(true)) {
      const from = drawn.map((count, replica) => count + used[replica]! * prompts);
      const stepOfDraws = generationStep(step, generations.length);
      generations.push(await generate(this.task, population, this.policy, this.examples(from, prompts, n), stepOfDraws));
      needs.forEach((needed, replica) => {
        if (!needed) return;
        used[replica]!++;
        needs[replica] = live(replica) < prompts;
      });
    }
    const first = generations[0]!;
    const batch =
      generations.length === 1
        ? first
        : gatherGroups(this.task, generations, used.map((count, replica) => chooseGroups(generations.slice(0, count).map((of) => of.live[replica]!), prompts)), n);
    const generatedGroups = Float64Array.from(used, (count) => count * prompts);
    return {
      ...batch,
      generatedGroups,
      deadGroups: generatedGroups.map((groups, replica) => (groups - live(replica)) / groups),
      promptsDrawn: drawn.map((count, replica) => count + used[replica]! * prompts),
    };
  }

  /** The next examples of each replica, n rows each, replica by replica. */
  private examples(drawn: readonly number[], prompts: number, n: number): Example[] {
    return this.orders.flatMap((order, replica) =>
      Array.from({ length: prompts }, (_, i) => this.training[replica]![order.at(drawn[replica]! + i)]!).flatMap((example) =>
        repeat(example, n),
      ),
    );
  }
}
