import { configure } from '../../core/labs/configure.js';
import { findLab } from '../../core/labs/index.js';
import type { Lab, Preset } from '../../core/labs/lab.js';
import { changedKeys, type Config } from '../../core/parameters.js';
import type { Problem } from '../../core/problem.js';
import type { ChangedKnob, ScheduledChange } from '../../core/protocol.js';
import { applyValues } from '../../core/readValues.js';
import { encodeLink, type Decoded, type Embed, type LinkExtras } from '../../core/share.js';
import type { ActiveRuns } from './activeRuns.svelte.js';
import { LeftKnobs, type LeftRecipe } from './leftKnobs.js';
import type { Run, RunRecipe } from './run.svelte.js';
import { SetAside } from './setAside.svelte.js';
import { settings } from './settings.svelte.js';
import type { Shelf } from './shelf.svelte.js';

/** The knobs as they stand, the link that holds them, and what loads and turns them. */
export class Setup {
  lab: Lab = $state.raw()!;
  /** None where a link's values belong to no preset. */
  preset = $state.raw<Preset | undefined>();
  /** The preset's own config. */
  base = $state.raw<Config>({});
  /** The knobs as they stand; always valid. */
  config = $state.raw<Config>({});
  /** Changes that the next run makes as it trains. */
  schedule = $state.raw<readonly ScheduledChange[]>([]);
  /** What a link calls its view; none once something else was chosen. */
  title = $state.raw<string | undefined>();
  /** What was wrong in the link that opened the page, until it is read. */
  linkProblems = $state.raw<readonly Problem[]>([]);
  /** What was wrong with the last value typed for a knob. */
  problems = $state.raw<Readonly<Record<string, Problem>>>({});

  /** What another choice took away. */
  readonly aside: SetAside;
  private readonly left = new LeftKnobs();

  /**
   * @param link that opened the page
   * @param shelf whose run leaves the foreground when other knobs are chosen
   * @param active runs that stop when other knobs are loaded, and take up the knobs that are turned
   */
  constructor(link: Decoded, private readonly shelf: Shelf, private readonly active: ActiveRuns) {
    this.aside = new SetAside(this, shelf);
    this.load(link.configured, link.lab);
    this.schedule = link.schedule;
    this.title = link.view.title;
    this.linkProblems = link.problems;
  }

  readonly changed = $derived(new Set(changedKeys(this.lab.parameters, this.config, this.base)));
  /** The query that holds the knobs as they stand, with what the next run changes as it trains. */
  readonly link = $derived(this.linkWith());

  /** The same for a frame in another page, which shows only what `embed` names. */
  linkWith(embed?: Embed, page?: LinkExtras['page']): string {
    const { lab, preset, base, config, schedule } = this;
    return encodeLink(lab, preset?.id, base, config, embed, { schedule, ...(page && { page }) });
  }

  /** Brings a lab to the foreground, with the knobs as they were left or its first preset, once its texts are there. */
  async chooseLab(id: string): Promise<void> {
    const lab = findLab(id);
    if (!lab) return;
    await settings.chooseLab(id, () => {
      if (lab === this.lab) return;
      this.leave();
      this.show(this.left.ofLab(lab), lab);
    });
  }

  /**
   * Loads a preset's knobs, with as many seeds as the reader has chosen unless it says how many. A run that trains is
   * stopped and stays on the charts for comparison; own settings are set aside.
   */
  choosePreset(id: string): void {
    const { replicas } = this.config;
    const own = this.changed.has('replicas') && !('replicas' in (this.lab.presets.find((preset) => preset.id === id)?.values ?? {}));
    const chosen = configure(this.lab, { preset: id, values: own ? { replicas } : {} });
    this.aside.keep(chosen.config);
    this.leave();
    this.show(chosen);
  }

  /** Goes back, or forward, to what a link holds. What trains goes on where the knobs are those that it has. */
  goTo({ lab, configured, schedule, view }: Decoded): void {
    const differs = lab !== this.lab || changedKeys(lab.parameters, configured.config, this.config).length > 0;
    if (differs) {
      this.leave();
      this.load(configured, lab);
    }
    this.preset = configured.preset;
    this.schedule = schedule;
    this.title = view.title;
  }

  /** Remembers the knobs as they stand, for when the lab or its variant is chosen again. */
  private leave(): void {
    const { lab, preset, base, config, schedule, title } = this;
    this.left.keep(lab, { preset, base, config, schedule, title });
  }

  /** Loads knobs, of another lab where one is given, and shows them instead of a run. */
  private show(recipe: LeftRecipe, lab = this.lab): void {
    this.load(recipe, lab);
    this.schedule = recipe.schedule ?? [];
    this.title = recipe.title;
    this.shelf.selected = undefined;
  }

  /** Loads knobs with what they are told apart from. A run that trains is stopped and stays on the charts for comparison. */
  load({ preset, base, config }: RunRecipe, lab = this.lab): void {
    this.aside.stop(this.active.live);
    this.active.stop();
    this.lab = lab;
    this.preset = preset;
    this.base = base;
    this.config = config;
    this.schedule = [];
    this.problems = {};
  }

  /** The knobs as a run has them; own settings are set aside. */
  loadSettingsOf({ origin, config }: Run): void {
    this.aside.keep(config);
    this.load({ ...origin, config });
  }

  /** Back to the preset's knobs; own settings are set aside. What trains is stopped; its run stays on the shelf. */
  reset(): void {
    const { preset, base } = this;
    this.aside.keep(base);
    this.load({ preset, base, config: base });
    this.shelf.selected = undefined;
  }

  /**
   * Sets a knob from a control or typed text; a wrong value changes nothing and is reported in `problems`. Another variant
   * loads its knobs as they were left, or its first preset, or its defaults where it has none.
   */
  set(key: string, value: unknown): void {
    const { lab } = this;
    const { config, problems } = applyValues(lab.parameters, this.config, { [key]: value });
    if (key === lab.variants?.key && config[key] !== this.config[key]) {
      this.leave();
      return this.show(this.left.ofVariant(lab, key, String(config[key])));
    }
    const { [key]: _, ...others } = this.problems;
    this.problems = problems[0] ? { ...others, [key]: problems[0] } : others;
    this.config = config;
    this.active.queueChange(() => this.config);
  }

  resetKnob(key: string): void {
    this.set(key, this.base[key]);
  }

  /** Knobs that stand as a run had them go with what it changes by its schedule. */
  follow(changes: readonly ChangedKnob[]): void {
    const followed = changes.filter(({ key, from }) => this.config[key] === from);
    if (followed.length > 0) this.config = { ...this.config, ...Object.fromEntries(followed.map(({ key, to }) => [key, to])) };
  }

  /** Whether the knobs stand as a run has them, told apart from the same preset. */
  hasSettingsOf({ origin, config }: Run): boolean {
    return origin.preset === this.preset && changedKeys(origin.lab.parameters, config, this.config).length === 0;
  }
}
