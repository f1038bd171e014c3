import type { Lab } from '../../core/labs/lab.js';
import { changedKeys, type Config } from '../../core/parameters.js';
import type { ScheduledChange } from '../../core/protocol.js';
import type { Run, RunRecipe } from './run.svelte.js';
import type { Shelf } from './shelf.svelte.js';

/** The settings as they stand, which can be loaded again. */
interface Settings extends RunRecipe {
  readonly lab: Lab;
  schedule: readonly ScheduledChange[];
  title: string | undefined;
  load(recipe: RunRecipe): void;
}

/** Settings of the reader's own, as they stood. */
interface OwnSettings {
  readonly lab: Lab;
  readonly recipe: RunRecipe;
  readonly schedule: readonly ScheduledChange[];
  readonly title: string | undefined;
  readonly selected: Run | undefined;
  /** What was lost with them. */
  readonly keys: readonly string[];
}

/** What another choice took away: settings of the reader's own, and the run that trained. Both can be had again. */
export class SetAside {
  /** How often settings were set aside: each time is a place in the browser's history. */
  times = $state(0);
  private own = $state.raw<OwnSettings | undefined>();
  private stopped = $state.raw<readonly Run[]>([]);

  /** @param shelf of runs, whose foreground comes back with the settings */
  constructor(private readonly setup: Settings, private readonly shelf: Shelf) {}

  /** Knobs whose own values can be brought back: until they stand again. */
  readonly keys: readonly string[] = $derived.by(() => {
    const { lab, config, preset } = this.setup;
    const { own } = this;
    if (own?.lab !== lab) return [];
    return own.recipe.preset === preset && changedKeys(lab.parameters, own.recipe.config, config).length === 0 ? [] : own.keys;
  });
  /** The run that was stopped, until another begins; of several that trained together the first. */
  readonly run: Run | undefined = $derived.by(() => {
    const { runs } = this.shelf;
    const stopped = this.stopped.filter((run) => runs.includes(run) && run.head.state === 'stopped');
    return stopped.length > 0 && this.stopped.includes(runs.at(-1)!) ? stopped[0] : undefined;
  });

  /** Keeps the knobs as they stand where `next` takes values from them that the reader has set. */
  keep(next: Config): void {
    const { lab, preset, base, config, schedule, title } = this.setup;
    const { selected } = this.shelf;
    const scheduled = schedule.flatMap(({ change }) => Object.keys(change));
    const keys = changedKeys(lab.parameters, config, base).filter((key) => config[key] !== next[key]);
    if (keys.length + scheduled.length === 0) return;
    this.own = { lab, recipe: { preset, base, config }, schedule, title, selected, keys: [...new Set([...keys, ...scheduled])] };
    this.times++;
  }

  /** What trains is about to be stopped for another choice. */
  stop(live: readonly Run[]): void {
    if (live.length > 0) this.stopped = live;
  }

  /** Brings back the settings, and the run that was looked at with them. */
  undo(): void {
    const { setup, shelf, own } = this;
    if (!own || this.keys.length === 0) return;
    setup.load(own.recipe);
    setup.schedule = own.schedule;
    setup.title = own.title;
    if (own.selected && shelf.runs.includes(own.selected)) shelf.select(own.selected);
    else shelf.selected = undefined;
    this.own = undefined;
  }

  /** The reader has read it. */
  dismiss(): void {
    this.own = undefined;
    this.stopped = [];
  }
}
