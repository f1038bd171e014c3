import { compareConfigs, oneAtATime, type Difference, type Trial } from '../../../core/comparison/differences.js';
import { changedKeys, type Config, type ConfigChange, type NumberParameter, type Parameter } from '../../../core/parameters.js';
import type { Problem } from '../../../core/problem.js';
import { applyValues, checkValue } from '../../../core/readValues.js';
import { maxRuns } from '../../state/launcher.svelte.js';
import type { Playground } from '../../state/playground.svelte.js';
import type { Run, RunRecipe } from '../../state/run.svelte.js';
import { settings } from '../../state/settings.svelte.js';
import { findTrained } from '../../state/trained.js';
import { Fixes } from './fixes.svelte.js';
import { recipesOf, type Recipe } from './recipes.js';

/** A trial, the base that it is tried on with as many replicas as seeds, and the run that tries it. */
export interface Tried extends Trial {
  readonly base: RunRecipe;
  readonly run: Run;
}

const fewestSeeds = 2;

/** What the tool is set to in a lab, and what was tried with it: this belongs to its base by config, seeds included. */
export class Comparison {
  /** As typed. */
  seeds = $state('5');
  fixes = $state.raw(new Fixes());
  private chosen = $state.raw<Partial<Record<'base' | 'other', Recipe>>>({});
  /** On any base, the newest last. */
  private all = $state.raw<readonly Tried[]>([]);

  constructor(private readonly playground: Playground) {}

  /** One that outlives the component that asks for it, what is derived in it included. */
  static lasting(playground: Playground): Comparison {
    let made: Comparison;
    $effect.root(() => void (made = new Comparison(playground)));
    return made!;
  }

  readonly recipes: Recipe[] = $derived.by(() => {
    const { base, other } = this.chosen;
    return recipesOf(this.playground, [base, other].flatMap((recipe) => recipe?.run ?? []), settings.t);
  });

  readonly base: Recipe = $derived.by(() => {
    const { recipes } = this;
    return recipes.find(({ id }) => id === this.chosen.base?.id) ?? recipes[1] ?? recipes[0]!;
  });

  readonly other: Recipe = $derived.by(() => {
    const { recipes } = this;
    return recipes.find(({ id }) => id === this.chosen.other?.id) ?? recipes[0]!;
  });

  /** What was typed and left out for the recipes before is forgotten. */
  choose(side: 'base' | 'other', id: string): void {
    this.chosen = { ...this.chosen, [side]: this.recipes.find((recipe) => recipe.id === id) };
    this.fixes = new Fixes();
  }

  /** Knobs that differ, which can train together or only alone, and those that are equal. */
  readonly compared: { together: Difference[]; alone: Difference[]; equal: Parameter[] } = $derived.by(() => {
    const { different, equal } = compareConfigs(this.playground.setup.lab, this.base.config, this.other.config);
    const together = different.filter((difference) => difference.together);
    return { together, alone: different.filter((difference) => !difference.together), equal };
  });

  /** What a number of seeds can be. */
  readonly seedsParameter: NumberParameter = $derived.by(() => {
    const replicas = this.playground.setup.lab.parameters.find(({ key }) => key === 'replicas') as NumberParameter;
    return { ...replicas, min: fewestSeeds };
  });

  readonly seedsProblem: Problem | undefined = $derived.by(() => {
    return checkValue(this.seedsParameter, this.seeds).problem;
  });

  /** The score that runs of the base would not measure, and the knob that says so; none where they would. */
  readonly unscored: { metric: string; knob: string } | undefined = $derived.by(() => {
    const { lab } = this.playground.setup;
    const { config } = this.base;
    const metric = lab.score(config);
    const validated = lab.metrics.find(({ id }) => id === metric)!.cadence === 'validation';
    return validated && config.validationEvery === 0 ? { metric, knob: 'validationEvery' } : undefined;
  });

  readonly trials: Trial[] = $derived.by(() => {
    return oneAtATime(this.fixes.changeOf(this.compared.together));
  });

  /** Whether a run of the base can be started. */
  readonly ready: boolean = $derived.by(() => {
    return !this.seedsProblem && !this.unscored;
  });

  /** Those of the trials that no run on the shelf has trained already. */
  readonly untrained: Trial[] = $derived.by(() => {
    return this.trials.filter(({ change }) => !this.trainedWith(change));
  });

  /** Whether all trials can be started together. */
  readonly readyTogether: boolean = $derived.by(() => {
    const wrong = this.compared.together.some((difference) => this.fixes.problem(difference));
    return this.ready && this.trials.length > 1 && this.untrained.length <= maxRuns && !wrong;
  });

  /** What was tried on the base over these seeds; else on the base that was tried last. The base itself comes first. */
  readonly shown: readonly Tried[] = $derived.by(() => {
    const { tried } = this;
    const shown = tried.length > 0 ? tried : this.triedOn(this.results.at(-1)?.base);
    return [...shown].sort((a, b) => Number(b.id === 'base') - Number(a.id === 'base'));
  });

  tryTogether(): void {
    const { trials, untrained, repeated } = this;
    if (!repeated) return;
    const known = trials.flatMap((trial) => this.knownTrial(trial, repeated));
    const runs = untrained.length === 0 ? [] : this.playground.launcher.startArms(untrained.map(({ change }) => change), repeated);
    this.keep([...untrained.map((trial, i) => ({ ...trial, base: repeated, run: runs[i]! })), ...known]);
  }

  /** A change that cannot train together with the base is a run of its own, as can be the base. */
  tryAlone(trial: Trial): void {
    const { repeated } = this;
    if (!repeated) return;
    const known = this.knownTrial(trial, repeated);
    if (known.length > 0) return this.keep(known);
    const config = this.configWith(repeated, trial.change);
    const [run] = this.playground.launcher.startArms([{}], { ...repeated, config });
    this.keep([{ ...trial, base: repeated, run: run! }]);
  }

  private configWith(base: RunRecipe, change: ConfigChange): Config {
    return applyValues(this.playground.setup.lab.parameters, base.config, change).config;
  }

  /** A run on the shelf that has trained just what a trial would. */
  private trainedWith(change: ConfigChange): Run | undefined {
    const { repeated } = this;
    return repeated && findTrained(this.playground, this.configWith(repeated, change));
  }

  /** A trial that has its run already, which comes back to the charts. */
  private knownTrial(trial: Trial, base: RunRecipe): Tried[] {
    const run = this.trainedWith(trial.change);
    if (run) this.playground.shelf.show(run);
    return run ? [{ ...trial, base, run }] : [];
  }

  /** Trials take the place of earlier ones of the same knobs; what several fixes did together goes with any of them. */
  private keep(trials: readonly Tried[]): void {
    const ids = [...trials.map(({ id }) => id), ...(trials.length > 1 ? ['all'] : [])];
    const replaced = this.tried.filter(({ id }) => ids.includes(id));
    this.all = [...this.all.filter((one) => !replaced.includes(one)), ...trials];
  }

  private readonly tried: readonly Tried[] = $derived.by(() => {
    return this.triedOn(this.repeated);
  });

  private triedOn(base: RunRecipe | undefined): Tried[] {
    const { parameters } = this.playground.setup.lab;
    return this.results.filter((one) => base && changedKeys(parameters, one.base.config, base.config).length === 0);
  }

  /** Of a run that the page forgot before its end nothing more will be heard. */
  private readonly results: readonly Tried[] = $derived.by(() => {
    return this.all.filter(({ run }) => run.status.state === 'finished' || this.playground.shelf.runs.includes(run));
  });

  /** The base over as many seeds as asked for; none where their number is wrong. */
  private readonly repeated: RunRecipe | undefined = $derived.by(() => {
    const { preset, base, config } = this.base;
    const { value } = checkValue(this.seedsParameter, this.seeds);
    return value === undefined ? undefined : { preset, base, config: { ...config, replicas: value } };
  });
}
