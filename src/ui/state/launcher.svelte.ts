import type { Finding } from '../../core/findings/detector.js';
import { checkArm, longerChange } from '../../core/labs/configure.js';
import type { OfferedFix } from '../../core/labs/offeredFix.js';
import type { ConfigChange } from '../../core/parameters.js';
import type { ScheduledChange } from '../../core/protocol.js';
import { applyValues } from '../../core/readValues.js';
import { configAt } from '../../core/run/record.js';
import { recordUpTo } from '../../core/run/recorder.js';
import { scheduledAfter, scheduleOf } from '../../core/schedule.js';
import type { ActiveRuns } from './activeRuns.svelte.js';
import { Run, type RunOrigin, type RunRecipe } from './run.svelte.js';
import { settings, type Pace } from './settings.svelte.js';
import type { Setup } from './setup.svelte.js';
import type { Shelf } from './shelf.svelte.js';

/** Runs that train together. */
export const maxRuns = 6;

/** Starts runs, with the knobs as they stand or as a run had them, and steers what trains. */
export class Launcher {
  /** @param files the address of the folder of shipped files, ending in '/' */
  constructor(
    private readonly setup: Setup,
    private readonly shelf: Shelf,
    private readonly active: ActiveRuns,
    private readonly files: string,
  ) {}

  /** The run that trains, prepares or is paused; of several, the one in the foreground if it is among them. */
  readonly live = $derived.by(() => this.active.live.find((run) => run === this.shelf.selected) ?? this.active.live[0]);
  /** Whether what trains has not been heard of for long. */
  readonly silent = $derived.by(() => this.active.silent);
  /** Knobs that differ from the live run and cannot change in it. */
  readonly waiting = $derived.by(() => this.live?.differences(this.setup.config, false) ?? []);

  /** Loads what trains before it is needed. */
  warm(): void {
    this.active.warm();
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
    const { id, origin, config } = this.live;
    this.active.send({ type: 'pace', run: id, stepsPerSecond: settings.stepsPerSecond(origin.lab.steps(config)) });
  }

  /** Shows another replica, or another of the lab's examples; of an earlier run too, as long as the worker knows it. */
  inspect(run: Run, replica: number, item = 0): void {
    this.active.send({ type: 'inspect', run: run.id, replica, item });
  }

  /**
   * Starts a run with the knobs as they stand, from the warm start or from a checkpoint of an earlier run; from its end,
   * for as many steps again.
   */
  start(from?: RunOrigin['from'], paused = false): void {
    const { setup } = this;
    const { lab } = setup;
    this.active.stop();
    if (from) setup.config = { ...setup.config, ...longerChange(lab, setup.config, from.step) };
    const end = lab.steps(setup.config);
    const schedule = scheduledAfter(setup.schedule, from?.step ?? 0).filter(({ step }) => step <= end);
    this.launch([{}], { from, schedule, paused });
    // From now on it is the run's own.
    setup.schedule = [];
  }

  /** Trains a run again from where it began, with what it changed as it trained, on the engine that it trained on. */
  replay(run: Run): void {
    const { lab, preset, base, from } = run.origin;
    this.setup.load({ preset, base, config: run.beginning }, lab);
    this.setup.schedule = scheduleOf(lab, run.head);
    this.start(from);
  }

  /**
   * Starts a run for each change of the knobs as they stand, all together as one population: what is done to one of them
   * is done to all, but a knob in which they differ stays as it is. With a recipe they are changes of that: the knobs
   * stay as they stand, and turning them changes nothing in these runs. Throws where there are more than fit on the
   * charts, or where a value is wrong or of a knob that runs of one population share.
   */
  startArms(changes: readonly ConfigChange[], recipe?: RunRecipe): readonly Run[] {
    if (changes.length < 1 || changes.length > maxRuns) throw new RangeError(`arms: ${changes.length} (expected 1 to ${maxRuns})`);
    for (const change of changes) checkArm(this.setup.lab, (recipe ?? this.setup).config, change);
    this.active.stop();
    return this.launch(changes, { recipe });
  }

  /** One run for each change, in the foreground the first of them. */
  private launch(
    changes: readonly ConfigChange[],
    { recipe, from, schedule = [], paused = false }: { recipe?: RunRecipe | undefined; from?: RunOrigin['from']; schedule?: readonly ScheduledChange[]; paused?: boolean } = {},
  ): readonly Run[] {
    const { files, setup, setup: { lab } } = this;
    const { preset, base, config } = recipe ?? setup;
    const keys = recipe ? lab.parameters.map(({ key }) => key) : [...new Set(changes.flatMap(Object.keys))];
    const held = keys.length > 0 ? { keys, knobs: setup.config } : undefined;
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
  canContinue(run: Run): boolean {
    const { lab, config } = this.setup;
    return run.origin.lab === lab && lab.weightKeys.every((key) => run.config[key] === config[key]);
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
    const { setup } = this;
    const { preset, base } = run.origin;
    const { config } = applyValues(setup.lab.parameters, run.config, fix.change);
    if (this.appliesLive(run, finding, fix)) {
      setup.preset = preset;
      setup.base = base;
      setup.config = config;
      return this.active.queueChange(() => setup.config);
    }
    setup.load({ preset, base, config });
    this.start();
  }
}
