import { untrack } from 'svelte';
import { family } from '../../../core/labs/grpo/family.js';
import type { Config, NumberParameter } from '../../../core/parameters.js';
import { applyValues, checkValue } from '../../../core/readValues.js';
import type { Problem } from '../../../core/problem.js';
import { liveStates } from '../../../core/run/record.js';
import type { Playground } from '../../state/playground.svelte.js';
import type { Run, RunRecipe } from '../../state/run.svelte.js';
import { findTrained } from '../../state/trained.js';

/** One of the family on a base, and the run that trains it, once there is one. */
export interface Member {
  readonly id: string;
  readonly config: Config;
  readonly run: Run | undefined;
}

/**
 * Trains the family on one base, a population each, one after the other. It ends where somebody stops a run or begins
 * another.
 */
export class Family {
  /** As typed. */
  seeds = $state('5');
  /** Who takes part. */
  chosen: readonly string[] = $state.raw(family.map(({ id }) => id));
  members: readonly Member[] = $state.raw([]);
  /** What all of them are changes of. */
  base: RunRecipe | undefined = $state.raw();
  private current: Run | undefined = $state.raw();

  constructor(private readonly playground: Playground) {
    $effect(() => {
      const state = this.current?.status.state;
      if (state === undefined || liveStates.includes(state)) return;
      untrack(() => (state === 'finished' ? this.trainNext() : this.end()));
    });
  }

  /** One that outlives the component that asks for it, its effect included. */
  static lasting(playground: Playground): Family {
    let made: Family;
    $effect.root(() => void (made = new Family(playground)));
    return made!;
  }

  /** Whether there are more to come. */
  readonly trains: boolean = $derived.by(() => this.current !== undefined);

  readonly seedsParameter: NumberParameter = $derived.by(() => {
    const replicas = this.playground.setup.lab.parameters.find(({ key }) => key === 'replicas') as NumberParameter;
    return { ...replicas, min: 2 };
  });

  readonly seedsProblem: Problem | undefined = $derived.by(() => checkValue(this.seedsParameter, this.seeds).problem);

  /** Why one of the family is the same as the plain way with the knobs as they stand; undefined where it is not. */
  sameAsPlain(id: string): string | undefined {
    const { setup } = this.playground;
    const { change } = family.find((one) => one.id === id)!;
    const { config } = applyValues(setup.lab.parameters, setup.config, change);
    const [key] = Object.keys(change);
    return setup.lab.parameters.find((parameter) => parameter.key === key)?.inert?.(config);
  }

  choose(id: string, isChosen: boolean): void {
    this.chosen = family.map((one) => one.id).filter((one) => (one === id ? isChosen : this.chosen.includes(one)));
  }

  /** Trains who was chosen on the knobs as they stand; what a run on the shelf has trained already is not trained again. */
  start(): void {
    const { playground: { setup }, chosen } = this;
    const { value: replicas } = checkValue(this.seedsParameter, this.seeds);
    if (replicas === undefined) return;
    const { preset, base, lab } = setup;
    const config = { ...setup.config, replicas };
    this.base = { preset, base, config };
    this.members = family
      .filter(({ id }) => chosen.includes(id) && (id === 'plain' || this.sameAsPlain(id) === undefined))
      .map(({ id, change }) => {
        const own = applyValues(lab.parameters, config, change).config;
        return { id, config: own, run: findTrained(this.playground, own) };
      });
    for (const { run } of this.members) if (run) this.playground.shelf.show(run);
    this.trainNext();
  }

  end(): void {
    this.current = undefined;
  }

  private trainNext(): void {
    const next = this.members.find(({ run }) => run === undefined);
    const { launcher, setup } = this.playground;
    if (!next || setup.lab.id !== 'grpo') return this.end();
    const [run] = launcher.startArms([{}], { ...this.base!, config: next.config });
    this.members = this.members.map((member) => (member === next ? { ...member, run } : member));
    this.current = run;
  }
}
