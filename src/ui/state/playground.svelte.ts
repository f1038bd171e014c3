import type { Finding } from '../../core/findings/detector.js';
import { configure, presetConfig } from '../../core/labs/configure.js';
import { findLab, labs } from '../../core/labs/index.js';
import type { Lab, Preset } from '../../core/labs/lab.js';
import { chartedMetrics, type Metric } from '../../core/metrics.js';
import { applyValues, changedKeys, numberOf, type Config, type ConfigChange, type Problem } from '../../core/parameters.js';
import type { Update } from '../../core/protocol.js';
import { decodeLink, encodeLink, type Embed } from '../../core/share.js';
import { Run } from './run.svelte.js';
import { settings, type Pace } from './settings.svelte.js';
import { TrainingClient } from './trainingClient.js';

/** Runs that are kept for comparison. */
const maxRuns = 6;
/** While a slider is dragged, one change is sent for all its values in this time, ms. */
const changeDelay = 150;
/** What a run's length is counted in; a lab may have both, and 0 for no limit by the other. */
const lengths = ['steps', 'epochs'];

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
  /** Of all labs, the newest last. */
  runs = $state.raw<readonly Run[]>([]);
  /** The run in the foreground: the newest, or the one chosen in the list; none after another preset was picked. */
  selected = $state.raw<Run | undefined>();
  /** The run that the worker has. */
  private active = $state.raw<Run | undefined>();
  readonly embed: Embed | undefined;

  private readonly client: TrainingClient;
  private changeTimer: ReturnType<typeof setTimeout> | undefined;
  private stepWhenReady: string | undefined;
  private started = 0;

  /** `search` is a link's query, `files` the address of the folder of shipped files, ending in '/'. */
  constructor(search: string, private readonly files: string) {
    const { lab, configured, embed, problems } = decodeLink(search, labs);
    this.lab = lab;
    this.preset = configured.preset;
    this.base = configured.base;
    this.config = configured.config;
    this.linkProblems = problems;
    this.embed = embed;
    this.client = new TrainingClient(
      (update) => this.receive(update),
      (reason) => this.workerFailed(reason),
    );
  }

  /** The run that trains, prepares or is paused. */
  readonly live = $derived(this.active?.live ? this.active : undefined);
  /** The config whose charts are shown. */
  readonly viewed = $derived(this.selected?.config ?? this.config);
  readonly changed = $derived(new Set(changedKeys(this.lab.parameters, this.config, this.base)));
  /** Knobs that differ from the live run and cannot change in it. */
  readonly waiting = $derived(this.live ? this.differences(this.live, false) : []);
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

  /** Brings a lab to the foreground, with its first preset, once its texts are there. */
  async chooseLab(id: string): Promise<void> {
    const lab = findLab(id);
    if (!lab) return;
    await settings.chooseLab(id, () => {
      if (lab === this.lab) return;
      this.lab = lab;
      this.choosePreset(lab.presets[0]!.id);
    });
  }

  /** Loads a preset's knobs. A run that trains is stopped and stays on the charts for comparison. */
  choosePreset(id: string): void {
    this.stop();
    const { preset, base, config } = configure(this.lab, { preset: id, values: {} });
    this.preset = preset;
    this.base = base;
    this.config = config;
    this.problems = {};
    this.selected = undefined;
  }

  /** Sets a knob from a control or typed text; a wrong value changes nothing and is reported in `problems`. */
  set(key: string, value: unknown): void {
    const { variants } = this.lab;
    if (key === variants?.key) {
      const preset = this.lab.presets.find((candidate) => presetConfig(this.lab, candidate)[key] === value);
      if (preset) this.choosePreset(preset.id);
      return;
    }
    const { config, problems } = applyValues(this.lab.parameters, this.config, { [key]: value });
    const { [key]: _, ...others } = this.problems;
    this.problems = problems[0] ? { ...others, [key]: problems[0] } : others;
    this.config = config;
    this.queueChange();
  }

  resetKnob(key: string): void {
    this.set(key, this.base[key]);
  }

  dismissLinkProblems(): void {
    this.linkProblems = [];
  }

  /** Run, Pause or Resume, whichever is meant now. */
  toggle(): void {
    if (!this.live) return this.start();
    const { id, status } = this.live;
    if (status.state === 'running') this.client.send({ type: 'pause', run: id });
    else if (status.state === 'paused') this.client.send({ type: 'resume', run: id });
  }

  /** Trains one step and waits: the next one of a live run, or the first of a new one. */
  step(): void {
    if (!this.live) {
      this.start(undefined, true);
      this.stepWhenReady = this.active!.id;
    } else if (this.live.status.state !== 'preparing') this.client.send({ type: 'step', run: this.live.id });
  }

  /** How fast runs may train, the present one too. */
  setPace(pace: Pace): void {
    settings.setPace(pace);
    if (this.live) this.client.send({ type: 'pace', run: this.live.id, stepsPerSecond: pace });
  }

  /** Back to the preset's knobs, without the run in the foreground. */
  reset(): void {
    this.stop();
    if (this.selected) this.remove(this.selected);
    this.config = this.base;
    this.problems = {};
  }

  /**
   * Starts a run with the knobs as they stand, from the warm start or from a checkpoint of an earlier run; from its end,
   * for as many steps again.
   */
  start(from?: { readonly run: string; readonly step: number }, paused = false): void {
    this.stop();
    if (from) this.makeRoom(from.step);
    const { lab, preset, base, config, files } = this;
    const kept = this.runs.slice(-(maxRuns - 1));
    const color = [...Array(maxRuns).keys()].find((place) => kept.every((run) => run.origin.color !== place))!;
    const run = new Run({ number: ++this.started, lab, preset, base, config, color, from });
    this.runs = [...kept, run];
    this.selected = run;
    this.active = run;
    this.client.send({ type: 'start', arms: [{ run: run.id, change: {} }], lab: lab.id, config, files, paused, stepsPerSecond: settings.pace, ...(from ? { from } : {}) });
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
   * (a policy that has collapsed does not come back), so a new run starts and the old one stays for comparison.
   */
  apply(run: Run, finding: Finding, change: ConfigChange): void {
    const { config } = applyValues(this.lab.parameters, run.config, change);
    this.config = config;
    if (run === this.live && finding.severity === 'warning' && this.differences(run, false).length === 0) {
      return this.queueChange();
    }
    this.start();
  }

  select(run: Run): void {
    run.hidden = false;
    this.selected = run;
  }

  remove(run: Run): void {
    if (run === this.live) this.stop();
    this.runs = this.runs.filter((other) => other !== run);
    if (this.active === run) this.active = undefined;
    if (this.selected === run) this.selected = undefined;
  }

  inspect(run: Run, replica: number, item = 0): void {
    if (run === this.active) this.client.send({ type: 'inspect', run: run.id, replica, item });
  }

  /** Raises the number of steps, or epochs, where a run that goes on from `step` would be over at once. */
  private makeRoom(step: number): void {
    const steps = this.lab.steps(this.config);
    if (step < steps) return;
    for (const parameter of this.lab.parameters) {
      if (parameter.kind !== 'number' || !lengths.includes(parameter.key)) continue;
      const longer = Math.ceil((numberOf(this.config, parameter.key) * (step + steps)) / steps);
      this.set(parameter.key, Math.min(parameter.max, longer));
    }
  }

  private stop(): void {
    clearTimeout(this.changeTimer);
    this.stepWhenReady = undefined;
    if (!this.live) return;
    this.client.send({ type: 'stop', run: this.live.id });
    this.live.end('stopped');
    this.active = undefined;
  }

  private workerFailed(reason: string | undefined): void {
    this.live?.end('failed', reason ? { id: 'page.workerFailed', values: { reason } } : { id: 'page.workerNotLoaded' });
    this.loseCheckpoints();
  }

  private loseCheckpoints(): void {
    for (const run of this.runs) run.loseCheckpoints();
  }

  private sameVariant(a: Config, b: Config): boolean {
    const key = this.lab.variants?.key;
    return key === undefined || a[key] === b[key];
  }

  /** Keys in which the knobs differ from a run, those that can change live or those that cannot. */
  private differences(run: Run, live: boolean): string[] {
    const keys = this.lab.parameters.filter((parameter) => parameter.live === live).map(({ key }) => key);
    return keys.filter((key) => this.config[key] !== run.config[key]);
  }

  private queueChange(): void {
    clearTimeout(this.changeTimer);
    if (!this.live) return;
    this.changeTimer = setTimeout(() => {
      const run = this.live;
      const keys = run ? this.differences(run, true) : [];
      if (!run || keys.length === 0) return;
      const change = Object.fromEntries(keys.map((key) => [key, this.config[key]!]));
      run.config = { ...run.config, ...change };
      this.client.send({ type: 'change', run: run.id, change });
    }, changeDelay);
  }

  private receive(update: Update): void {
    const run = this.runs.find(({ id }) => id === update.run);
    if (!run) return;
    run.receive(update);
    // What stopped the run may have left the engine unusable: WebAssembly does not recover from running out of memory.
    if (run === this.active && update.type === 'status' && update.notes.some(({ id }) => id === 'note.failed')) {
      this.client.discard();
      this.loseCheckpoints();
    }
    if (update.type === 'status' && update.state === 'paused' && this.stepWhenReady === run.id) {
      this.stepWhenReady = undefined;
      this.client.send({ type: 'step', run: run.id });
    }
  }
}
