import { findLab } from '../../src/core/labs/index.js';
import type { Lab } from '../../src/core/labs/lab.js';
import { runConfig } from '../../src/core/labs/runParameters.js';
import type { Config, ConfigChange } from '../../src/core/parameters.js';
import type { Arm, ChangedKnob, Note, RunState, Update } from '../../src/core/protocol.js';
import { ArmReports, type Status } from './armReports.js';
import { chooseEngine, type ChosenEngine } from './chooseEngine.js';
import type { Rehearsal, Engine, Environment } from '../engines/engine.js';
import { Checkpoints } from './checkpoints.js';
import { EngineFailure, guardOf, guardedTrainer } from './engineFailure.js';
import { trainings } from '../labs/index.js';
import { Population } from '../labs/population.js';
import { NotFiniteError, type Checkpoint, type Row, type Trainer } from '../labs/trainer.js';
import { nextTask } from './nextTask.js';
import { outOfMemoryNote, ranOutOfMemory } from './outOfMemory.js';
import { Pacer } from './pacer.js';
import { SessionReports } from './sessionReports.js';
import { Speedometer } from './speedometer.js';

export interface SessionOptions {
  /** The runs that train together; one unless they are compared. */
  readonly arms: readonly Arm[];
  readonly lab: string;
  readonly config: Config;
  readonly environment: Environment;
  readonly from?: Checkpoint | undefined;
  /** What did not go as asked before the session began. */
  readonly notes?: readonly Note[];
  /** Stop after preparation. */
  readonly paused?: boolean;
  /** Train no faster than this; 0 is as fast as it goes, the default. */
  readonly stepsPerSecond?: number;
  readonly emit: (update: Update, transfer?: Transferable[]) => void;
}

/** Raised where a run that was asked to stop would otherwise go on preparing. */
class Stopped extends Error {}

function reasonOf(error: unknown): string {
  if (error instanceof EngineFailure) return String(error.note.values?.['reason'] ?? error.note.id);
  return error instanceof Error ? error.message : String(error);
}

/**
 * One run, or several as one population, from preparation to its end: prepare, step, pause, live change, checkpoint,
 * stop, dispose. Commands take effect between steps; nothing is lost when a run stops, whatever the reason.
 */
export class Session {
  private config: Config;
  private trainer: Trainer | undefined;
  private chosen: ChosenEngine | undefined;
  private readonly checkpoints = new Checkpoints();
  private change: Record<string, Config[string]> = {};
  private stopping = false;
  private recovered = false;
  private stepsWanted = Infinity;
  private readonly reports: SessionReports;
  private readonly speedometer = new Speedometer();
  private readonly pacer: Pacer;
  /** Seconds spent in training steps: no start-up, no validation, no pauses. */
  trainingSeconds = 0;
  /** Resolves when the run has ended, whatever the reason. */
  readonly ended: Promise<void>;

  constructor(private readonly options: SessionOptions) {
    this.config = options.config;
    const arms = new ArmReports(options.arms, runConfig(options.config).replicas, options.emit);
    this.reports = new SessionReports(arms, {
      progress: () => this.progress(),
      inspection: (replica, item) => this.trainer?.inspect(replica, item),
    });
    this.pacer = new Pacer(options.stepsPerSecond ?? 0);
    if (options.paused) this.stepsWanted = 0;
    this.reports.notes.push(...(options.notes ?? []));
    this.ended = this.run();
  }

  get lab(): Lab {
    return findLab(this.options.lab)!;
  }

  get engineId(): string | undefined {
    return this.chosen?.engine.id;
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
    this.stopping = true;
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
      this.end(this.stopping ? 'stopped' : 'finished');
    } catch (error) {
      if (error instanceof Stopped) return this.end('stopped');
      if (error instanceof NotFiniteError) {
        await this.record(error.rows);
        const { step, what, kept } = error;
        this.checkpoints.dropAfter(kept);
        this.reports.notes.push({ id: 'note.notFinite', values: { step, what, kept } });
      } else if (ranOutOfMemory(reasonOf(error))) {
        this.reports.notes.push(outOfMemoryNote(this.config));
      } else {
        const failed = { id: 'note.failed', values: { reason: reasonOf(error) } };
        this.reports.notes.push(error instanceof EngineFailure ? error.note : failed);
      }
      this.end('failed');
    }
  }

  /** Trains to the end. A lost engine is made anew, once, and the run goes on from its last checkpoint. */
  private async train(from: Checkpoint | undefined): Promise<void> {
    try {
      await this.prepare(from);
      await this.loop();
      await this.record(await this.trainer!.flush());
      await this.keepCheckpoint();
    } catch (error) {
      const last = this.checkpoints.find(Infinity);
      const lost = error instanceof EngineFailure && error.note.id !== 'note.failed';
      if (!lost || !last || this.recovered) throw error;
      this.recovered = true;
      this.trainer?.dispose();
      this.trainer = undefined;
      this.reports.notes.push(error.note, { id: 'note.recovered', values: { step: last.step } });
      await this.train(last);
    }
  }

  private async prepare(from: Checkpoint | undefined): Promise<void> {
    const { config } = this;
    const { environment } = this.options;
    const training = trainings[this.options.lab];
    if (!training) throw new Error(`no training for lab '${this.options.lab}'`);
    const population = new Population(config, this.options.arms.map(({ change }) => change));
    const rehearse = (engine: Engine): Rehearsal => training.rehearse(population, engine);
    const chosen = await chooseEngine(runConfig(config).engine, environment, rehearse, training.engines);
    const { engine } = chosen;
    if (!this.chosen) this.reports.notes.push(...chosen.notes);
    this.chosen = chosen;
    const guard = guardOf(engine);
    const preparing = training.prepare({
      population,
      engine,
      environment,
      from,
      note: (note) => this.reports.notes.push(note),
      announce: (step, changes) => this.reports.isNew(step) && this.reports.changed(step, changes),
      onWarmStart: async (progress) => {
        this.reports.warmStart = progress;
        this.reports.sendIfDue();
        await nextTask();
        if (this.stopping) throw new Stopped();
      },
    });
    this.trainer = guardedTrainer(await guard(preparing), guard);
    this.reports.warmStart = undefined;
    const validates = runConfig(config).validationEvery > 0;
    if (validates && this.reports.isNew(this.trainer.step)) await this.record([await this.trainer.validate()]);
    await this.keepCheckpoint();
  }

  private async loop(): Promise<void> {
    const trainer = this.trainer!;
    const steps = this.lab.steps(this.config);
    const every = runConfig(this.config).validationEvery;
    this.speedometer.resume();
    while (trainer.step < steps && !trainer.endsEarly) {
      await nextTask();
      if (!this.stopping && this.stepsWanted === 0) await this.waitPaused();
      if (this.stopping) return;
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
      if (step < steps && !trainer.endsEarly) await this.keepPace(started);
    }
  }

  private async keepPace(started: number): Promise<void> {
    const rest = this.stepsWanted === 0 || this.stopping ? 0 : this.pacer.rest(started);
    if (rest === 0) return;
    this.reports.sendIfDue();
    this.speedometer.waited(await this.pacer.wait(rest));
  }

  private async waitPaused(): Promise<void> {
    await this.record(await this.trainer!.flush());
    await this.keepCheckpoint();
    this.reports.send();
    this.reports.setState('paused');
    while (this.stepsWanted === 0 && !this.stopping) await this.pacer.wait();
    this.speedometer.resume();
  }

  private async keepCheckpoint(): Promise<void> {
    this.checkpoints.add(await this.presentState());
  }

  /** The checkpoint of the present step, made unless there is one. */
  private async presentState(): Promise<Checkpoint> {
    const trainer = this.trainer!;
    return this.checkpoints.at(trainer.step) ?? trainer.checkpoint();
  }

  private async applyChange(): Promise<void> {
    const changes: ChangedKnob[] = Object.entries(this.change)
      .filter(([key, value]) => this.config[key] !== value)
      .map(([key, value]) => ({ key, from: this.config[key]!, to: value }));
    this.change = {};
    if (changes.length === 0) return;
    // A run that goes on from its last checkpoint goes on with the config of that moment.
    await this.record(await this.trainer!.flush());
    await this.keepCheckpoint();
    this.config = { ...this.config, ...Object.fromEntries(changes.map(({ key, to }) => [key, to])) };
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

  private progress(): Omit<Status, 'state' | 'warmStart' | 'notes'> {
    return {
      step: this.trainer?.step ?? 0,
      steps: this.lab.steps(this.config),
      ...(this.chosen ? { engine: this.chosen.description } : {}),
      ...this.speedometer.speed,
      checkpoints: this.checkpoints.steps,
    };
  }

  private end(state: RunState): void {
    this.trainer?.dispose();
    this.reports.end(state);
  }
}
