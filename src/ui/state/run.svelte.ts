import type { Finding } from '../../core/findings/detector.js';
import { findLab } from '../../core/labs/index.js';
import type { Lab, Preset } from '../../core/labs/lab.js';
import { runConfig } from '../../core/labs/runParameters.js';
import type { Config, Parameter, Value } from '../../core/parameters.js';
import type { ChangedKnob, Inspection, Note, ScheduledChange, Update } from '../../core/protocol.js';
import { applyValues } from '../../core/readValues.js';
import type { RunLabel, ShelvedRun } from '../../core/run/archive.js';
import { beginRecord, configAt, liveStates, newRunId, type RecordState, type RunHead, type RunRecord } from '../../core/run/record.js';
import { Recorder } from '../../core/run/recorder.js';
import { turnsOf, type LiveChange } from '../../core/run/turns.js';
import type { MetricRows, RunSeries } from '../../core/series/runSeries.js';
import { version } from '../../core/version.js';

/** How a run goes: what its record keeps, and what is only of interest while it trains. */
type Status = Omit<Extract<Update, { type: 'status' }>, 'type' | 'run' | 'state'> & { readonly state: RecordState };

/** What a run trains, and what its name tells it apart from. */
export interface RunRecipe {
  readonly preset: Preset | undefined;
  readonly base: Config;
  readonly config: Config;
}

export interface RunOrigin extends RunRecipe {
  /** Counted from 1 over the shelf. */
  readonly number: number;
  readonly lab: Lab;
  readonly from: RunHead['from'];
  readonly held: RunHead['held'];
  /** Changes that it is to make as it trains. */
  readonly schedule?: readonly ScheduledChange[] | undefined;
}

/**
 * A run as the page shows it: its record, reactive. Measurements grow in typed arrays outside of Svelte's reactivity;
 * `version` tells that they have grown. Those of a run from the archive come when they are asked for.
 */
export class Run {
  readonly origin: RunOrigin;
  readonly replicas: number;
  private recorder: Recorder;
  /** Rows that the archive has. */
  private savedRows = 0;

  version = $state.raw(0);
  head: RunHead = $state.raw()!;
  label: RunLabel = $state.raw()!;
  status: Status = $state.raw()!;
  /** The config with all live changes asked for so far; the worker may still have to take the last one up. */
  config = $state.raw<Config>({});
  inspection = $state.raw<Inspection | undefined>();
  /** Whether its measurements are here. */
  loaded = $state.raw(true);
  /** Whether it is left out of the charts, in this tab. */
  hidden = $state.raw(false);
  /** Whether another tab trains it. */
  elsewhere = $state.raw(false);

  /** The changes of knobs as it trained, those of a drag as one. */
  readonly changes: readonly LiveChange[] = $derived(turnsOf(this.head.events));
  readonly findings: readonly Finding[] = $derived(this.head.findings);
  /** The first of the highest scores, mean over replicas. */
  readonly best = $derived(this.head.best);

  private constructor(number: number, head: RunHead, label: RunLabel, rows: readonly MetricRows[] = []) {
    const lab = findLab(head.lab)!;
    const { base, config, from, held, schedule } = head;
    const preset = lab.presets.find(({ id }) => id === head.preset);
    this.origin = { number, lab, preset, base, config, from, held, schedule };
    this.replicas = head.seeds.length;
    this.recorder = new Recorder(lab, head, rows);
    this.label = label;
    this.showHead();
    this.config = configAt(this.head);
  }

  /** A run that is about to start. */
  static begin(origin: RunOrigin, color: number): Run {
    const { number, lab, preset, base, config, from, held, schedule } = origin;
    const { replicas, seed } = runConfig(config);
    const start = {
      lab: lab.id, base, config, steps: lab.steps(config), seeds: Array.from({ length: replicas }, (_, i) => seed + i),
      ...(preset && { preset: preset.id }), ...(from && { from }), ...(held && { held }), ...(schedule?.length && { schedule }),
    };
    return new Run(number, beginRecord(start, { id: newRunId(), version, created: Date.now() }), { color });
  }

  /** A run of the archive, without its measurements. */
  static shelved(number: number, { head, label }: ShelvedRun): Run {
    const run = new Run(number, head, label);
    run.loaded = false;
    run.hidden = true;
    return run;
  }

  /** A run that came in a file. */
  static recorded(number: number, { series, ...head }: RunRecord, label: RunLabel): Run {
    return new Run(number, head, label, series);
  }

  get id(): string {
    return this.head.id;
  }

  get series(): RunSeries {
    return this.recorder.series;
  }

  get record(): RunRecord {
    return this.recorder.record;
  }

  /** The knobs with which it began, on the engine that it trained on. */
  get beginning(): Config {
    const { origin: { lab, config }, head: { engine } } = this;
    // A run of a file may name an engine that nobody knows.
    return engine ? applyValues(lab.parameters, config, { engine: engine.id }).config : config;
  }

  /** Whether this page's worker still trains it or holds it paused. */
  get live(): boolean {
    return !this.elsewhere && liveStates.includes(this.head.state);
  }

  get color(): string {
    return `var(--series-${this.label.color})`;
  }

  /** Whether it takes up a knob as it trains. */
  takesUp({ key, live }: Parameter): boolean {
    return live && !this.origin.held?.keys.includes(key);
  }

  /** Whether it takes up any knob: a trial of the differences tool has settings of its own. */
  get followsKnobs(): boolean {
    return this.origin.lab.parameters.some((parameter) => this.takesUp(parameter));
  }

  /** Keys in which knobs differ from it: those that it can take up as it trains, or those that it cannot. */
  differences(knobs: Config, live: boolean): string[] {
    const { lab, held } = this.origin;
    const own = (key: string): Value | undefined => (held?.keys.includes(key) ? held.knobs : this.config)[key];
    const differing = lab.parameters.filter((each) => this.takesUp(each) === live && knobs[each.key] !== own(each.key));
    return differing.map(({ key }) => key);
  }

  /** The checkpoint to begin another run with: the last before anything was found, no later than the best; without findings the newest. */
  get suggestedCheckpoint(): number | undefined {
    const { checkpoints, findings, best } = this.head;
    if (findings.length === 0) return checkpoints.at(-1);
    const found = Math.min(...findings.map(({ step }) => step));
    const good = Math.min(found - 1, best?.step ?? Infinity);
    return checkpoints.findLast((checkpoint) => checkpoint <= good) ?? checkpoints[0];
  }

  /** The checkpoint from which a run that was cut off or stopped can go on; none where it is over, or trained by others. */
  get resumeStep(): number | undefined {
    const { state, step, steps, checkpoints, held } = this.head;
    const over = liveStates.includes(state) || state === 'finished' || step >= steps;
    if (over || held || this.label.recorded !== undefined) return undefined;
    const { lastStep } = this.loaded ? this.series : { lastStep: step };
    return checkpoints.findLast((checkpoint) => checkpoint <= lastStep);
  }

  /** Whether it is over before its first step: nothing to come back to. */
  get isNothing(): boolean {
    const { step, from } = this.head;
    return !liveStates.includes(this.head.state) && step <= (from?.step ?? 0);
  }

  /** Ends it from the page's side, with everything measured kept. */
  end(state: 'stopped' | 'failed' | 'interrupted', note?: Note): void {
    this.recorder.amend({ state, notes: note ? [...this.head.notes, note] : this.head.notes });
    this.showHead();
  }

  /** Those of which a checkpoint is still to be had. */
  keepCheckpoints(checkpoints: readonly number[]): void {
    this.recorder.amend({ checkpoints });
    this.showHead();
  }

  receive(update: Update): void {
    if (update.type === 'inspection') {
      this.inspection = update.inspection;
      return;
    }
    // What was on its way when the page ended the run does not bring it back.
    if (update.type === 'status' && !this.live && liveStates.includes(update.state)) return;
    this.recorder.apply(update, Date.now());
    if (update.type === 'changed') this.config = { ...this.config, ...Object.fromEntries(this.scheduled(update).map(({ key, to }) => [key, to])) };
    if (update.type === 'metrics') this.version++;
    this.showHead(update.type === 'status' ? update : undefined);
  }

  /** Those of the changes before a step that nobody has asked for as it trained: its schedule has. */
  scheduled({ step, changes }: LiveChange): readonly ChangedKnob[] {
    const due = this.head.schedule?.find((each) => each.step === step)?.change;
    return due ? changes.filter(({ key, to }) => due[key] === to) : [];
  }

  /** Takes up the whole record: what the archive has, or what the run goes on from. */
  load({ series, ...head }: RunRecord): void {
    this.recorder = new Recorder(this.origin.lab, head, series);
    this.savedRows = this.series.rows;
    this.loaded = true;
    this.config = configAt(head);
    this.version++;
    this.showHead();
  }

  /** Lets go of measurements that the archive has, and of what was last looked into. Tells whether it could. */
  unload(): boolean {
    if (this.series.rows > this.savedRows) return false;
    this.recorder = new Recorder(this.origin.lab, this.head);
    this.inspection = undefined;
    this.loaded = false;
    return true;
  }

  /** Trains on from a checkpoint of its own, up to which it has been cut back. */
  goOn(step: number): void {
    this.recorder.amend({ state: 'preparing' });
    this.recorder.continued(step, Date.now());
    this.showHead();
  }

  /** Takes up what another tab has made of it since. */
  follow(head: RunHead): void {
    if (this.loaded && !this.elsewhere) return this.keepCheckpoints(head.checkpoints);
    this.recorder = new Recorder(this.origin.lab, head);
    this.loaded = false;
    this.config = configAt(head);
    this.showHead();
  }

  /** Rows that the archive does not have yet. `saved` is called once it has them. */
  unsaved(): { readonly rows: readonly MetricRows[]; readonly saved: () => void } {
    const { rows: end } = this.series;
    const rows = end > this.savedRows ? [this.series.slice(this.savedRows, end)] : [];
    return { rows, saved: () => (this.savedRows = Math.max(this.savedRows, end)) };
  }

  private showHead(status?: Extract<Update, { type: 'status' }>): void {
    const { head } = this.recorder;
    this.head = head;
    const { state, step, steps, notes, checkpoints, engine, failure } = head;
    this.status = { ...(status ?? this.status), state, step, steps, notes, checkpoints, ...(engine && { engine }), ...(failure && { failure }) };
  }
}
