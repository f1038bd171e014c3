import type { Lab } from '../../src/core/labs/lab.js';
import { runConfig } from '../../src/core/labs/runParameters.js';
import type { Config, ConfigChange } from '../../src/core/parameters.js';
import { damagingFailures, type Arm, type ChangedKnob, type Failure, type FailureKind, type Note, type RunState, type ScheduledChange, type Update } from '../../src/core/protocol.js';
import { scheduledAfter } from '../../src/core/schedule.js';
import { ArmReports, type Status } from './armReports.js';
import type { EngineId, Environment } from '../engines/engine.js';
import type { Machine } from './chooseEngine.js';
import { Checkpoints } from './checkpoints.js';
import { StoredCheckpoints, type CheckpointStore } from './checkpointStore.js';
import { EngineFailure, reasonOf } from './engineFailure.js';
import { costKnobs } from './engineWatch.js';
import { NotFiniteError, type Checkpoint, type Row, type Trainer } from '../labs/trainer.js';
import { nextTask } from './nextTask.js';
import { outOfMemoryNote, ranOutOfMemory } from './outOfMemory.js';
import { Pacer } from './pacer.js';
import { prepareTrainer } from './prepareTrainer.js';
import { RunEngine } from './runEngine.js';
import { SessionReports } from './sessionReports.js';
import { Speedometer } from './speedometer.js';
import { Stopped, StopSignal } from './stopSignal.js';
import { TrainingClock } from './trainingClock.js';

export interface SessionOptions {
  /** The runs that train together; one unless they are compared. */
  readonly arms: readonly Arm[];
  readonly lab: Lab;
  readonly config: Config;
  readonly environment: Environment;
  /** Where other engines than the environment's are to be had. */
  readonly machine?: Machine;
  readonly from?: Checkpoint | undefined;
  /** Where `from` is of the run itself, cut off: its checkpoints up to that step, and its best score. */
  readonly goesOn?: { readonly kept: readonly Checkpoint[]; readonly best?: number } | undefined;
  /** Changes that take effect at their steps, of which those up to the step of `from` do not count. */
  readonly schedule?: readonly ScheduledChange[];
  /** Where its checkpoints are stored; of several runs that train together none are. */
  readonly store?: CheckpointStore | undefined;
  /** What did not go as asked before the session began. */
  readonly notes?: readonly Note[];
  /** Stop after preparation. */
  readonly paused?: boolean;
  /** Train no faster than this; 0 is as fast as it goes, the default. */
  readonly stepsPerSecond?: number;
  readonly emit: (update: Update, transfer?: Transferable[]) => void;
}

/**
 * One run, or several as one population, from preparation to its end: prepare, step, pause, live change, checkpoint,
 * stop, dispose. Commands take effect between steps; nothing is lost when a run stops, whatever the reason.
 */
export class Session {
  private config: Config;
  private trainer: Trainer | undefined;
  /** Steps done when the last trainer was given up; or before there was any. */
  private lastStep: number;
  private readonly engine: RunEngine;
  private readonly checkpoints = new Checkpoints();
  private readonly stored: StoredCheckpoints | undefined;
  private change: Record<string, Config[string]> = {};
  /** What is left of the schedule, in the order of its steps. */
  private readonly scheduled: ScheduledChange[];
  private readonly stopSignal = new StopSignal();
  private stepsWanted = Infinity;
  private readonly reports: SessionReports;
  private readonly speedometer = new Speedometer();
  private readonly clock = new TrainingClock();
  private readonly pacer: Pacer;
  /** Seconds spent in training steps: no start-up, no validation, no pauses. */
  trainingSeconds = 0;
  /** Resolves when the run has ended, whatever the reason, and nothing of it goes on. */
  readonly ended: Promise<void>;

  constructor(private readonly options: SessionOptions) {
    this.config = options.config;
    this.lastStep = options.from?.step ?? 0;
    this.scheduled = scheduledAfter(options.schedule ?? [], this.lastStep).sort((a, b) => a.step - b.step);
    const run = runConfig(options.config);
    this.engine = new RunEngine(run.engine, options.machine);
    const arms = new ArmReports(options.arms, run.replicas, options.emit);
    this.reports = new SessionReports(arms, {
      progress: () => this.progress(),
      seconds: () => this.clock.seconds,
      inspection: (replica, item) => this.trainer?.inspect(replica, item),
    });
    this.pacer = new Pacer(options.stepsPerSecond ?? 0);
    if (options.paused) this.stepsWanted = 0;
    this.reports.notes.push(...(options.notes ?? []));
    const { store, goesOn, from } = options;
    if (store && options.arms.length === 1) {
      const refused = (reason: string): void => void this.reports.notes.push({ id: 'note.checkpointsNotStored', values: { reason } });
      this.stored = new StoredCheckpoints(store, options.arms[0]!.run, refused);
    }
    if (goesOn && from) {
      this.checkpoints.restore(goesOn.kept, goesOn.best ?? -Infinity);
      this.reports.goesOn(from.step);
    }
    this.ended = this.run().finally(() => this.stopSignal.settled());
  }

  get lab(): Lab {
    return this.options.lab;
  }

  get engineId(): EngineId | undefined {
    return this.engine.chosen?.engine.id;
  }

  pause(): void {
    this.stepsWanted = 0;
    this.pacer.wake();
  }

  resume(): void {
    this.stepsWanted = Infinity;
    this.pacer.wake();
  }

  /** One step, then pause. */
  stepOnce(): void {
    this.stepsWanted = this.stepsWanted === Infinity ? 1 : this.stepsWanted + 1;
    this.pacer.wake();
  }

  /** Trains no faster than this; 0 is as fast as it goes. */
  setPace(stepsPerSecond: number): void {
    this.pacer.set(stepsPerSecond);
  }

  /** Live parameters with valid values; takes effect at the next step. */
  changeLive(change: ConfigChange): void {
    Object.assign(this.change, change);
  }

  /** Shows another replica of one of the runs, or another of the lab's examples. */
  inspect(run: string, replica: number, item: number): void {
    this.reports.inspect(run, replica, item);
  }

  stop(): void {
    this.stopSignal.ask();
    this.pacer.wake();
  }

  /** The latest checkpoint at or before `step`; that of the best validation is one of them. */
  checkpointAt(step: number): Checkpoint | undefined {
    return this.checkpoints.find(step);
  }

  private async run(): Promise<void> {
    try {
      this.reports.sendStatus();
      await this.train(this.options.from);
      this.end(this.stopSignal.asked ? 'stopped' : 'finished');
    } catch (error) {
      if (error instanceof Stopped) return this.end('stopped');
      const failure = await this.failureOf(error);
      // A run that was to stop has stopped, whatever came in between, unless that may have damaged the worker.
      if (this.stopSignal.asked && !damagingFailures.includes(failure.kind)) this.end('stopped');
      else this.fail(failure);
    }
  }

  /** What has failed; where numbers have, they are told, and what came of them is forgotten. */
  private async failureOf(error: unknown): Promise<Failure> {
    if (error instanceof NotFiniteError) {
      const { rows, step, what, kept } = error;
      await this.record(rows);
      this.checkpoints.dropAfter(kept);
      return { kind: 'notFinite', note: { id: 'note.notFinite', values: { step, what, kept } } };
    }
    if (ranOutOfMemory(error, this.engineId)) return { kind: 'memory', note: outOfMemoryNote(this.config) };
    if (error instanceof EngineFailure) return error;
    return { kind: 'fault', note: { id: 'note.failed', values: { reason: reasonOf(error) } } };
  }

  /** Trains to the end, also where the engine fails on the way or another one turns out faster. */
  private async train(from: Checkpoint | undefined): Promise<void> {
    let start = from;
    for (;;) {
      try {
        await this.prepare(start);
        const changesOver = await this.loop();
        await this.record(await this.trainer!.flush());
        await this.keepCheckpoint();
        if (!changesOver) return;
      } catch (error) {
        if (error instanceof Stopped) throw error;
        const cause = await this.engine.causeOf(error);
        const hasCheckpoint = this.checkpoints.find(Infinity) !== undefined;
        if (this.stopSignal.asked || !this.engine.survives(cause, hasCheckpoint)) throw cause;
      }
      start = this.checkpoints.find(Infinity) ?? from;
      this.freeTrainer();
    }
  }

  /** What is left of a trainer whose engine has failed may not be freed: it is given up all the same. */
  private freeTrainer(): void {
    const { trainer } = this;
    this.lastStep = trainer?.step ?? this.lastStep;
    this.trainer = undefined;
    try {
      trainer?.dispose();
    } catch {}
  }

  private async prepare(from: Checkpoint | undefined): Promise<void> {
    const { config, engine, reports, stopSignal: stop } = this;
    this.trainer = await prepareTrainer({ ...this.options, config, from, engine, reports, stop });
    stop.throwIfAsked();
    this.clock.begin();
    const validates = runConfig(config).validationEvery > 0;
    if (validates && this.reports.isNew(this.trainer.step)) await this.record([await this.trainer.validate()]);
    await this.keepCheckpoint();
  }

  /** Whether it ended because the run should go on on another engine. */
  private async loop(): Promise<boolean> {
    const trainer = this.trainer!;
    const steps = this.lab.steps(this.config);
    const every = runConfig(this.config).validationEvery;
    this.speedometer.resume();
    while (trainer.step < steps && !trainer.endsEarly) {
      await nextTask();
      if (!this.stopSignal.asked && this.stepsWanted === 0) await this.waitPaused();
      if (this.stopSignal.asked) return false;
      this.reports.setState('running');
      await this.applyChange();
      const started = performance.now();
      const rows = await trainer.train();
      const milliseconds = performance.now() - started;
      this.trainingSeconds += milliseconds / 1000;
      this.speedometer.add(milliseconds);
      this.stepsWanted--;
      const { step } = trainer;
      if (every > 0 && (step % every === 0 || step === steps)) {
        const measured = [...rows, ...(await trainer.flush())];
        const trained = measured.at(-1)?.step === step ? measured.pop() : undefined;
        const validated = await trainer.validate();
        await this.record([...measured, { step, values: { ...trained?.values, ...validated.values } }]);
      } else {
        await this.record(rows);
      }
      if (this.checkpoints.isDue(step)) await this.keepCheckpoint();
      if (step >= steps || trainer.endsEarly) break;
      if (this.engine.isTooSlow(milliseconds)) return true;
      await this.keepPace(started);
    }
    return false;
  }

  private async keepPace(started: number): Promise<void> {
    const rest = this.stepsWanted === 0 || this.stopSignal.asked ? 0 : this.pacer.rest(started);
    if (rest === 0) return;
    this.reports.sendIfDue();
    const waited = await this.pacer.wait(rest);
    this.speedometer.waited(waited);
    this.clock.waited(waited);
  }

  private async waitPaused(): Promise<void> {
    await this.record(await this.trainer!.flush());
    await this.keepCheckpoint();
    this.reports.send();
    this.reports.setState('paused');
    while (this.stepsWanted === 0 && !this.stopSignal.asked) this.clock.waited(await this.pacer.wait());
    this.speedometer.resume();
  }

  private async keepCheckpoint(): Promise<void> {
    this.checkpoints.add(await this.presentState());
    this.stored?.changed(this.checkpoints.all);
  }

  /** The checkpoint of the present step, made unless there is one. */
  private async presentState(): Promise<Checkpoint> {
    const trainer = this.trainer!;
    return this.checkpoints.at(trainer.step) ?? trainer.checkpoint();
  }

  /** Takes up the changes of the next step; what was asked for meanwhile counts before them. */
  private takeScheduled(): void {
    const step = this.trainer!.step + 1;
    while (this.scheduled[0] && this.scheduled[0].step <= step) this.change = { ...this.scheduled.shift()!.change, ...this.change };
  }

  private async applyChange(): Promise<void> {
    this.takeScheduled();
    const changes: ChangedKnob[] = Object.entries(this.change)
      .filter(([key, value]) => this.config[key] !== value)
      .map(([key, value]) => ({ key, from: this.config[key]!, to: value }));
    this.change = {};
    if (changes.length === 0) return;
    // A run that goes on from its last checkpoint goes on with the config of that moment.
    await this.record(await this.trainer!.flush());
    await this.keepCheckpoint();
    this.config = { ...this.config, ...Object.fromEntries(changes.map(({ key, to }) => [key, to])) };
    if (changes.some(({ key }) => costKnobs.includes(key))) this.engine.stopWatching();
    const trainer = this.trainer!;
    trainer.change(this.config);
    this.reports.changed(trainer.step + 1, changes);
  }

  /** Tells rows, and keeps the state where the mean score over replicas is the highest so far. */
  private async record(measured: readonly Row[]): Promise<void> {
    const metric = this.lab.score(this.config);
    for (const { values } of this.reports.add(measured)) {
      const scores = values[metric];
      if (!scores) continue;
      const mean = Array.from(scores).reduce((sum, value) => sum + value, 0) / scores.length;
      await this.checkpoints.keepBest(mean, () => this.presentState());
    }
    this.reports.sendIfDue();
  }

  private progress(): Omit<Status, 'state' | 'bytes' | 'warmStart' | 'notes'> {
    return {
      step: this.trainer?.step ?? this.lastStep,
      steps: this.lab.steps(this.config),
      ...(this.engine.chosen ? { engine: this.engine.chosen.description } : {}),
      ...this.speedometer.speed,
      checkpoints: this.checkpoints.steps,
    };
  }

  private fail({ kind, note }: Failure): void {
    this.reports.notes.push(note);
    this.end('failed', kind);
  }

  private end(state: RunState, failure?: FailureKind): void {
    void this.stored?.finish(this.checkpoints.all);
    try {
      this.trainer?.dispose();
    } finally {
      this.reports.end(state, failure);
    }
  }
}
