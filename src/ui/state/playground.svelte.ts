import type { Finding } from '../../core/findings/detector.js';
import { checkArm, configure, longerChange, presetConfig } from '../../core/labs/configure.js';
import { findLab, labs } from '../../core/labs/index.js';
import type { Lab, Preset } from '../../core/labs/lab.js';
import { chartedMetrics, type Metric } from '../../core/metrics.js';
import { changedKeys, type Config, type ConfigChange } from '../../core/parameters.js';
import type { Problem } from '../../core/problem.js';
import { applyValues } from '../../core/readValues.js';
import { decodeLink, encodeLink, type Embed, type PageFields } from '../../core/share.js';
import { ActiveRuns } from './activeRuns.svelte.js';
import { Run, type RunOrigin, type RunRecipe } from './run.svelte.js';
import { settings, type Pace } from './settings.svelte.js';

/** Runs of a lab that are kept for comparison. */
export const maxRuns = 6;

/** Everything the page shows and does: the knobs as they stand, the runs, and the commands to the worker. */
export class Playground {
  lab = $state.raw<Lab>(labs[0]!);
  /** None where a link's values belong to no preset. */
  preset = $state.raw<Preset | undefined>();
  /** The preset's own config. */
  base = $state.raw<Config>({});
  /** The knobs as they stand; always valid. */
  config = $state.raw<Config>({});
  /** What was wrong in the link that opened the page. */
  linkProblems = $state.raw<readonly Problem[]>([]);
  /** What was wrong with the last value typed for a knob. */
  problems = $state.raw<Readonly<Record<string, Problem>>>({});
  /** Of all labs, the newest of each last. */
  runs = $state.raw<readonly Run[]>([]);
  /** The run in the foreground: the newest, or the one chosen in the list; none after another preset was picked. */
  selected = $state.raw<Run | undefined>();
  readonly embed: Embed | undefined;
  /** What the link asks of the page itself. */
  readonly asked: PageFields;

  private readonly active = new ActiveRuns(() => this.runs);
  /** The knobs of labs and variants that were left, by `lab` and `lab/variant`. */
  private readonly left = new Map<string, RunRecipe>();
  private started = 0;

  /** `search` is a link's query, `files` the address of the folder of shipped files, ending in '/'. */
  constructor(search: string, private readonly files: string) {
    const { lab, configured, embed, page, problems } = decodeLink(search, labs);
    this.lab = lab;
    this.preset = configured.preset;
    this.base = configured.base;
    this.config = configured.config;
    this.linkProblems = problems;
    this.embed = embed;
    this.asked = page;
  }

  /** The run that trains, prepares or is paused; of several, the one in the foreground if it is among them. */
  readonly live = $derived(this.active.live.find((run) => run === this.selected) ?? this.active.live[0]);
  /** Whether what trains has not been heard of for long. */
  readonly silent = $derived(this.active.silent);
  /** What became of a worker, where no run is left to tell it. */
  readonly notices = $derived(this.active.notices);
  /** The config whose charts are shown. */
  readonly viewed = $derived(this.selected?.config ?? this.config);
  /** The preset that it began with; none where it belongs to no preset. */
  readonly viewedPreset: Preset | undefined = $derived((this.selected?.origin ?? this).preset);
  readonly changed = $derived(new Set(changedKeys(this.lab.parameters, this.config, this.base)));
  /** Knobs that differ from the live run and cannot change in it. */
  readonly waiting = $derived(this.live?.differences(this.config, false) ?? []);
  /** The runs of the lab in the foreground. */
  readonly labRuns = $derived(this.runs.filter((run) => run.origin.lab === this.lab));
  /** Those that can be drawn together with what is shown: of the same variant, such as GRPO's task. */
  readonly comparable = $derived(this.labRuns.filter((run) => !run.hidden && this.sameVariant(run.config, this.viewed)));
  /** Those with a chart. */
  readonly metrics = $derived(chartedMetrics(this.lab.metrics, this.viewed));
  readonly headlines = $derived(
    this.lab.headlines(this.viewed).flatMap((id) => this.metrics.filter((metric) => metric.id === id)),
  );
  readonly details: readonly Metric[] = $derived(this.metrics.filter((metric) => !this.headlines.includes(metric)));
  /** The query that holds the knobs as they stand. */
  readonly link = $derived(this.linkWith());

  /** The same for a frame in another page, which shows only what `embed` names. */
  linkWith(embed?: Embed): string {
    return encodeLink(this.lab, this.preset?.id, this.base, this.config, embed);
  }

  /** Loads what trains before it is needed. */
  warm(): void {
    this.active.warm();
  }

  /** Brings a lab to the foreground, with the knobs as they were left or its first preset, once its texts are there. */
  async chooseLab(id: string): Promise<void> {
    const lab = findLab(id);
    if (!lab) return;
    await settings.chooseLab(id, () => {
      if (lab === this.lab) return;
      this.leave();
      this.show(this.left.get(id) ?? configure(lab, { preset: lab.presets[0]!.id, values: {} }), lab);
    });
  }

  /** Remembers the knobs as they stand, for when the lab or its variant is chosen again. */
  private leave(): void {
    const { lab, preset, base, config } = this;
    const recipe = { preset, base, config };
    this.left.set(lab.id, recipe);
    if (lab.variants) this.left.set(`${lab.id}/${config[lab.variants.key]}`, recipe);
  }

  /** Loads a preset's knobs. A run that trains is stopped and stays on the charts for comparison. */
  choosePreset(id: string): void {
    this.leave();
    this.show(configure(this.lab, { preset: id, values: {} }));
  }

  /** Loads knobs, of another lab where one is given, and shows them instead of a run. */
  private show(recipe: RunRecipe, lab = this.lab): void {
    this.load(recipe, lab);
    this.selected = undefined;
  }

  /** Loads knobs with what they are told apart from. A run that trains is stopped and stays on the charts for comparison. */
  load({ preset, base, config }: RunRecipe, lab = this.lab): void {
    this.active.stop();
    this.lab = lab;
    this.preset = preset;
    this.base = base;
    this.config = config;
    this.problems = {};
  }

  /** Whether the knobs stand as a run has them, told apart from the same preset. */
  hasSettingsOf({ origin, config }: Run): boolean {
    return origin.preset === this.preset && changedKeys(origin.lab.parameters, config, this.config).length === 0;
  }

  /**
   * Sets a knob from a control or typed text; a wrong value changes nothing and is reported in `problems`. Another variant
   * loads its knobs as they were left, or its first preset, or its defaults where it has none.
   */
  set(key: string, value: unknown): void {
    const { lab } = this;
    const { config, problems } = applyValues(lab.parameters, this.config, { [key]: value });
    if (key === lab.variants?.key && config[key] !== this.config[key]) return this.chooseVariant(key, String(config[key]));
    const { [key]: _, ...others } = this.problems;
    this.problems = problems[0] ? { ...others, [key]: problems[0] } : others;
    this.config = config;
    this.active.queueChange(this.config);
  }

  private chooseVariant(key: string, variant: string): void {
    const { lab } = this;
    this.leave();
    const preset = lab.presets.find((candidate) => presetConfig(lab, candidate)[key] === variant);
    const begun = preset ? { preset: preset.id, values: {} } : { values: { [key]: variant } };
    this.show(this.left.get(`${lab.id}/${variant}`) ?? configure(lab, begun));
  }

  resetKnob(key: string): void {
    this.set(key, this.base[key]);
  }

  dismissLinkProblems(): void {
    this.linkProblems = [];
  }

  dismissNotices(): void {
    this.active.notices = [];
  }

  /** Ends a run whose worker no longer answers, with everything measured kept. */
  endSilent(): void {
    this.active.endSilent();
  }

  /** Run, Pause or Resume, whichever is meant now. */
  toggle(): void {
    if (!this.live) return this.start();
    const { id, status } = this.live;
    if (status.state === 'running') this.active.send({ type: 'pause', run: id });
    else if (status.state === 'paused') this.active.send({ type: 'resume', run: id });
  }

  /** Trains one step and waits: the next one of a live run, or the first of a new one. */
  step(): void {
    if (!this.live) {
      this.start(undefined, true);
      this.active.stepWhenReady();
    } else if (this.live.status.state !== 'preparing') this.active.send({ type: 'step', run: this.live.id });
  }

  /** How fast runs may train, the present one too. */
  setPace(pace: Pace): void {
    settings.setPace(pace);
    if (!this.live) return;
    this.active.send({ type: 'pace', run: this.live.id, stepsPerSecond: this.stepsPerSecond(this.live.config) });
  }

  /** Back to the preset's knobs, without the run in the foreground. */
  reset(): void {
    this.active.stop();
    if (this.selected) this.remove(this.selected);
    this.config = this.base;
    this.problems = {};
  }

  /**
   * Starts a run with the knobs as they stand, from the warm start or from a checkpoint of an earlier run; from its end,
   * for as many steps again.
   */
  start(from?: RunOrigin['from'], paused = false): void {
    this.active.stop();
    if (from) this.config = { ...this.config, ...longerChange(this.lab, this.config, from.step) };
    this.launch([{}], { from, paused });
  }

  /**
   * Starts a run for each change of the knobs as they stand, all together as one population: what is done to one of them
   * is done to all, but a knob in which they differ stays as it is. With a recipe they are changes of that: the knobs
   * stay as they stand, and turning them changes nothing in these runs. Throws where there are more than fit on the
   * charts, or where a value is wrong or of a knob that runs of one population share.
   */
  startArms(changes: readonly ConfigChange[], recipe?: RunRecipe): readonly Run[] {
    if (changes.length < 1 || changes.length > maxRuns) throw new RangeError(`arms: ${changes.length} (expected 1 to ${maxRuns})`);
    for (const change of changes) checkArm(this.lab, (recipe ?? this).config, change);
    this.active.stop();
    return this.launch(changes, { recipe });
  }

  /** One run for each change, in the foreground the first of them. */
  private launch(
    changes: readonly ConfigChange[],
    { recipe, from, paused = false }: { recipe?: RunRecipe | undefined; from?: RunOrigin['from']; paused?: boolean } = {},
  ): readonly Run[] {
    const { lab, files } = this;
    const { preset, base, config } = recipe ?? this;
    const kept = this.labRuns.slice(Math.max(0, this.labRuns.length - (maxRuns - changes.length)));
    const elsewhere = this.runs.filter((run) => run.origin.lab !== lab);
    const colors = [...Array(maxRuns).keys()].filter((place) => kept.every((run) => run.origin.color !== place));
    const keys = recipe ? lab.parameters.map(({ key }) => key) : [...new Set(changes.flatMap(Object.keys))];
    const held = keys.length > 0 ? { keys, knobs: this.config } : undefined;
    const started = changes.map((change, i) => {
      const own = { ...config, ...change };
      return new Run({ number: ++this.started, lab, preset, base, config: own, color: colors[i]!, from, held });
    });
    this.runs = [...elsewhere, ...kept, ...started];
    this.selected = started[0];
    this.active.start(started, {
      arms: started.map(({ id }, i) => ({ run: id, change: changes[i]! })),
      lab: lab.id,
      config,
      files,
      paused,
      stepsPerSecond: this.stepsPerSecond(config),
      ...(from ? { from } : {}),
    });
    return started;
  }

  /** Whether a run with the knobs as they stand can go on from weights of `run`. */
  canContinue(run: Run, config = this.config): boolean {
    return run.origin.lab === this.lab && this.lab.weightKeys.every((key) => run.config[key] === config[key]);
  }

  /** Starts again with the knobs as they stand and the newest weights of the live run. */
  restartWithWeights(): void {
    const step = this.live?.status.checkpoints.at(-1);
    if (this.live && step !== undefined) this.start({ run: this.live.id, step });
  }

  /**
   * Tries what a finding suggests. A warning changes a live run as it trains; after an alarm it is too late for that
   * (a policy that has collapsed does not come back), so a new run starts and the old one stays for comparison. So it
   * is for one of several that train together.
   */
  apply(run: Run, finding: Finding, change: ConfigChange): void {
    const { config } = applyValues(this.lab.parameters, run.config, change);
    if (run === this.live && !run.origin.held && finding.severity === 'warning' && run.differences(config, false).length === 0) {
      this.preset = run.origin.preset;
      this.base = run.origin.base;
      this.config = config;
      return this.active.queueChange(config);
    }
    this.load({ ...run.origin, config });
    this.start();
  }

  select(run: Run): void {
    run.hidden = false;
    this.selected = run;
    if (run.origin.held) this.inspect(run, run.inspection?.replica ?? 0);
  }

  /** Forgets a run; where it trains, it is stopped, unless others train with it. */
  remove(run: Run): void {
    this.active.remove(run);
    this.runs = this.runs.filter((other) => other !== run);
    if (this.selected === run) this.selected = undefined;
  }

  /** Shows another replica, or another of the lab's examples; of an earlier run too, as long as the worker knows it. */
  inspect(run: Run, replica: number, item = 0): void {
    this.active.send({ type: 'inspect', run: run.id, replica, item });
  }

  private sameVariant(a: Config, b: Config): boolean {
    const { variants } = this.lab;
    return !variants || variants.comparable === true || a[variants.key] === b[variants.key];
  }

  /** The most steps a second that the chosen pace allows a run with this config; 0 is as fast as it goes. */
  private stepsPerSecond(config: Config): number {
    return settings.pace === 0 ? 0 : this.lab.steps(config) / settings.pace;
  }
}
