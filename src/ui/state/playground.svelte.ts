import type { Finding } from '../../core/findings/detector.js';
import { checkArm, configure, longerChange } from '../../core/labs/configure.js';
import { findLab, labs } from '../../core/labs/index.js';
import type { Lab, Preset } from '../../core/labs/lab.js';
import type { OfferedFix } from '../../core/labs/offeredFix.js';
import { chartedMetrics, type Metric } from '../../core/metrics.js';
import { changedKeys, type Config, type ConfigChange } from '../../core/parameters.js';
import type { ChangedKnob, ScheduledChange } from '../../core/protocol.js';
import type { RunArchive } from '../../core/run/archive.js';
import type { Said } from '../../core/run/codec.js';
import { configAt } from '../../core/run/record.js';
import { recordUpTo } from '../../core/run/recorder.js';
import type { Problem } from '../../core/problem.js';
import { applyValues } from '../../core/readValues.js';
import { scheduledAfter, scheduleOf } from '../../core/schedule.js';
import { decodeLink, encodeLink, type Embed, type LinkExtras, type PageFields, type View } from '../../core/share.js';
import { ActiveRuns } from './activeRuns.svelte.js';
import { LeftKnobs } from './leftKnobs.js';
import { Run, type RunOrigin, type RunRecipe } from './run.svelte.js';
import { SetAside } from './setAside.svelte.js';
import { settings, type Pace } from './settings.svelte.js';
import { Shelf, type Recorded } from './shelf.svelte.js';

/** Runs that train together. */
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
  /** Changes that the next run makes as it trains. */
  schedule = $state.raw<readonly ScheduledChange[]>([]);
  /** What a link calls its view; none once something else was chosen. */
  title = $state.raw<string | undefined>();
  /** What was wrong in the link that opened the page. */
  linkProblems = $state.raw<readonly Problem[]>([]);
  /** What was wrong with the last value typed for a knob. */
  problems = $state.raw<Readonly<Record<string, Problem>>>({});
  readonly embed: Embed | undefined;
  /** How the link that opened the page wants it to be. */
  readonly view: View;
  /** Whether that link names its lab. */
  readonly namesLab: boolean;
  readonly shelf: Shelf;
  /** What the link asks of the page itself. */
  readonly asked: PageFields;

  private readonly active: ActiveRuns;
  private readonly left = new LeftKnobs();
  readonly aside = new SetAside(this);

  /**
   * `search` is a link's query, `files` the address of the folder of shipped files, ending in '/'. Without an archive, runs
   * last as long as the page.
   */
  constructor(search: string, private readonly files: string, archive?: RunArchive) {
    const { lab, namesLab, configured, schedule, view, embed, page, problems } = decodeLink(search, labs);
    // A frame in somebody's page is looked at, not worked with: its runs last as long as it does.
    this.shelf = new Shelf(embed ? undefined : archive);
    this.active = new ActiveRuns(this.shelf, (changes) => this.follow(changes));
    this.lab = lab;
    this.preset = configured.preset;
    this.base = configured.base;
    this.config = configured.config;
    this.schedule = schedule;
    this.title = view.title;
    this.view = view;
    this.namesLab = namesLab;
    this.linkProblems = problems;
    this.embed = embed;
    this.asked = page;
  }

  /** Of all labs, the oldest first. */
  readonly runs: readonly Run[] = $derived.by(() => this.shelf.runs);
  /** The run in the foreground: the newest, or the one chosen in the list; none after another preset was picked. */
  readonly selected: Run | undefined = $derived.by(() =>
    // What was looked at before a reload may be of another lab than the link.
    this.shelf.selected?.origin.lab === this.lab ? this.shelf.selected : undefined,
  );
  /** The run that trains, prepares or is paused; of several, the one in the foreground if it is among them. */
  readonly live = $derived.by(() => this.active.live.find((run) => run === this.selected) ?? this.active.live[0]);
  /** Whether what trains has not been heard of for long. */
  readonly silent = $derived.by(() => this.active.silent);
  /** What became of a worker, where no run is left to tell it. */
  readonly notices = $derived.by(() => [...this.active.notices, ...this.shelf.notices]);
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
  /** The query that holds the knobs as they stand, with what the next run changes as it trains. */
  readonly link = $derived(this.linkWith());

  /** The same for a frame in another page, which shows only what `embed` names. */
  linkWith(embed?: Embed, page?: LinkExtras['page']): string {
    const { lab, preset, base, config, schedule } = this;
    return encodeLink(lab, preset?.id, base, config, embed, { schedule, ...(page && { page }) });
  }

  /** A query that trains a run again: with its knobs at the start, on its engine if that is asked for, and what it changed as it trained. */
  linkOf(run: Run, { engine = false, embed, page }: { engine?: boolean; embed?: Embed | undefined; page?: LinkExtras['page'] } = {}): string {
    const { lab, preset, base } = run.origin;
    return encodeLink(lab, preset?.id, base, this.beginningOf(run, engine), embed, { schedule: scheduleOf(lab, run.head), ...(page && { page }) });
  }

  /** The query by which a reload comes back to what is looked at: a run by a schedule begins as it began. */
  readonly address = $derived.by(() => {
    const { title, view, embed } = this;
    const page = { ...(title && { title }), ...(view.pace === settings.pace && { pace: String(view.pace) }) };
    const run = this.selected;
    const replays = run?.head.schedule !== undefined && this.schedule.length === 0 && this.hasSettingsOf(run);
    return replays ? this.linkOf(run, { embed, page }) : this.linkWith(embed, page);
  });

  /** The knobs with which a run began. */
  private beginningOf({ origin: { lab, config }, head }: Run, engine: boolean): Config {
    // A run of a file may name an engine that nobody knows.
    return engine && head.engine ? applyValues(lab.parameters, config, { engine: head.engine.id }).config : config;
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
      this.show(this.left.ofLab(lab), lab);
    });
  }

  /** Goes back, or forward, to what a link and a run showed. What trains goes on where the knobs are those that it has. */
  async goTo(search: string, run: string | undefined): Promise<void> {
    const { lab, configured, schedule, view } = decodeLink(search, labs);
    await settings.chooseLab(lab.id, () => {
      const differs = lab !== this.lab || changedKeys(lab.parameters, configured.config, this.config).length > 0;
      if (differs) {
        this.leave();
        this.load(configured, lab);
      }
      this.preset = configured.preset;
      this.schedule = schedule;
      this.title = view.title;
      const selected = this.runs.find(({ id }) => id === run);
      if (selected) this.select(selected);
      else this.shelf.selected = undefined;
    });
  }

  /** Remembers the knobs as they stand, for when the lab or its variant is chosen again. */
  private leave(): void {
    const { lab, preset, base, config } = this;
    this.left.keep(lab, { preset, base, config });
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

  /** Loads knobs, of another lab where one is given, and shows them instead of a run. */
  private show(recipe: RunRecipe, lab = this.lab): void {
    this.load(recipe, lab);
    this.title = undefined;
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

  dismissLinkProblems(): void {
    this.linkProblems = [];
  }

  dismissNotices(): void {
    this.active.notices = [];
    this.shelf.notices = [];
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
    this.active.send({ type: 'pace', run: this.live.id, stepsPerSecond: settings.stepsPerSecond(this.lab.steps(this.live.config)) });
  }

  /** Back to the preset's knobs; own settings are set aside. What trains is stopped; its run stays on the shelf. */
  reset(): void {
    this.aside.keep(this.base);
    this.aside.stop(this.active.live);
    this.active.stop();
    this.shelf.selected = undefined;
    this.config = this.base;
    this.schedule = [];
    this.problems = {};
  }

  /**
   * Starts a run with the knobs as they stand, from the warm start or from a checkpoint of an earlier run; from its end,
   * for as many steps again.
   */
  start(from?: RunOrigin['from'], paused = false): void {
    this.active.stop();
    if (from) this.config = { ...this.config, ...longerChange(this.lab, this.config, from.step) };
    const end = this.lab.steps(this.config);
    const schedule = scheduledAfter(this.schedule, from?.step ?? 0).filter(({ step }) => step <= end);
    this.launch([{}], { from, schedule, paused });
    // From now on it is the run's own.
    this.schedule = [];
  }

  /** Trains a run again from where it began, with what it changed as it trained, on the engine that it trained on. */
  replay(run: Run): void {
    const { lab, preset, base, from } = run.origin;
    this.load({ preset, base, config: this.beginningOf(run, true) }, lab);
    this.schedule = scheduleOf(lab, run.head);
    this.start(from);
  }

  /** Knobs that stand as a run had them go with what it changes by its schedule. */
  private follow(changes: readonly ChangedKnob[]): void {
    const followed = changes.filter(({ key, from }) => this.config[key] === from);
    if (followed.length > 0) this.config = { ...this.config, ...Object.fromEntries(followed.map(({ key, to }) => [key, to])) };
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
    { recipe, from, schedule = [], paused = false }: { recipe?: RunRecipe | undefined; from?: RunOrigin['from']; schedule?: readonly ScheduledChange[]; paused?: boolean } = {},
  ): readonly Run[] {
    const { lab, files } = this;
    const { preset, base, config } = recipe ?? this;
    const keys = recipe ? lab.parameters.map(({ key }) => key) : [...new Set(changes.flatMap(Object.keys))];
    const held = keys.length > 0 ? { keys, knobs: this.config } : undefined;
    this.shelf.makeRoom(lab, changes.length);
    const started: Run[] = [];
    for (const change of changes) {
      const origin = { number: this.shelf.nextNumber(), lab, preset, base, config: { ...config, ...change }, from, held, schedule };
      started.push(Run.begin(origin, this.shelf.freeColor(lab, started)));
    }
    this.shelf.begin(started);
    this.active.start(started, {
      arms: started.map(({ id }, i) => ({ run: id, change: changes[i]! })),
      lab: lab.id,
      config,
      files,
      paused,
      stepsPerSecond: settings.stepsPerSecond(lab.steps(config)),
      ...(from ? { from } : {}),
      ...(schedule.length > 0 && { schedule }),
    });
    return started;
  }

  /** Trains a run on that was cut off or stopped, as if it never had been, from the last checkpoint that is kept of it. */
  async goOn(run: Run): Promise<void> {
    await this.shelf.load(run);
    const step = run.resumeStep;
    if (!run.loaded || step === undefined) return;
    this.active.stop();
    const { lab } = run.origin;
    // What it has changed since, it changes again.
    const schedule = scheduledAfter(scheduleOf(lab, run.head), step);
    const record = { ...recordUpTo(run.record, step), ...(schedule.length > 0 && { schedule }) };
    // Another engine computes other last digits.
    const config = { ...configAt(record, step), ...(record.engine && { engine: record.engine.id }) };
    this.shelf.goOn(run, record, step);
    const best = run.head.best?.score;
    this.active.start([run], {
      arms: [{ run: run.id, change: {} }],
      lab: lab.id,
      config,
      files: this.files,
      stepsPerSecond: settings.stepsPerSecond(lab.steps(config)),
      from: { run: run.id, step },
      goesOn: best === undefined ? {} : { best },
      ...(schedule.length > 0 && { schedule }),
    });
  }

  /** Whether a run with the knobs as they stand can begin with weights of `run`. */
  canContinue(run: Run, config = this.config): boolean {
    return run.origin.lab === this.lab && this.lab.weightKeys.every((key) => run.config[key] === config[key]);
  }

  /** Starts again with the knobs as they stand and the newest weights of the live run. */
  restartWithWeights(): void {
    const step = this.live?.status.checkpoints.at(-1);
    if (this.live && step !== undefined) this.start({ run: this.live.id, step });
  }

  /**
   * Whether a fix changes the run as it trains: where that was measured to cure. After an alarm it is too late (a policy
   * that has collapsed does not come back), and of several that train together none can change alone.
   */
  appliesLive(run: Run, finding: Finding, { change, live }: OfferedFix): boolean {
    if (run !== this.live || run.origin.held || finding.severity !== 'warning' || !live) return false;
    return run.differences({ ...run.config, ...change }, false).length === 0;
  }

  /** Tries what a finding suggests, in the run itself or in a new one, beside which the old one stays for comparison. */
  apply(run: Run, finding: Finding, fix: OfferedFix): void {
    const { config } = applyValues(this.lab.parameters, run.config, fix.change);
    if (this.appliesLive(run, finding, fix)) {
      this.preset = run.origin.preset;
      this.base = run.origin.base;
      this.config = config;
      return this.active.queueChange(() => this.config);
    }
    this.load({ ...run.origin, config });
    this.start();
  }

  /**
   * Takes up runs of a file and brings the first of this lab to the foreground. What is here already, as it is in the file,
   * is shown and does not come again.
   */
  take(records: readonly (Recorded & { readonly said: Said })[]): { readonly opened: readonly Run[]; readonly known: readonly Run[] } {
    const { selected } = this.shelf;
    const here = ({ record }: Recorded): Run | undefined =>
      this.runs.find(({ id, head }) => id === record.id && head.step === record.step && head.state === record.state);
    const known = records.flatMap((each) => here(each) ?? []);
    const fresh = records.filter((each) => !here(each));
    const opened = this.shelf.take(fresh);
    opened.forEach((run, i) => this.shelf.label(run, fresh[i]!.said));
    for (const run of known) this.shelf.show(run);
    this.shelf.selected = selected;
    const first = [...opened, ...known].find((run) => run.origin.lab === this.lab);
    if (first) this.select(first);
    return { opened, known };
  }

  select(run: Run): void {
    this.shelf.select(run);
    if (run.origin.held) this.inspect(run, run.inspection?.replica ?? 0);
  }

  /** Takes runs off the shelf; one that trains is stopped, unless others train with it. Those of another tab are left to it. */
  remove(...runs: readonly Run[]): void {
    const own = runs.filter(({ elsewhere }) => !elsewhere);
    for (const run of own) {
      this.active.remove(run);
      if (run.live) run.end('stopped');
    }
    this.shelf.remove(own);
  }

  /** Shows another replica, or another of the lab's examples; of an earlier run too, as long as the worker knows it. */
  inspect(run: Run, replica: number, item = 0): void {
    this.active.send({ type: 'inspect', run: run.id, replica, item });
  }

  private sameVariant(a: Config, b: Config): boolean {
    const { variants } = this.lab;
    return !variants || variants.comparable === true || a[variants.key] === b[variants.key];
  }
}
