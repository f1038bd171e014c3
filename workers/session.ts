import { findLab } from '../src/core/labs/index.js';
import type { Lab } from '../src/core/labs/lab.js';
import { numberOf, textOf, type Config, type ConfigChange } from '../src/core/parameters.js';
import type { Arm, ChangedKnob, Note, RunState, Update } from '../src/core/protocol.js';
import { ArmReports } from './armReports.js';
import { chooseEngine, type ChosenEngine, type Rehearsal } from './backend/chooseEngine.js';
import type { Engine, Environment } from './backend/engine.js';
import { Checkpoints } from './checkpoints.js';
import { trainings } from './labs/index.js';
import { Population } from './labs/population.js';
import { NotFiniteError, type Checkpoint, type Row, type Trainer } from './labs/trainer.js';
import { nextTask } from './nextTask.js';
import { outOfMemoryNote, ranOutOfMemory } from './outOfMemory.js';
import { Pacer } from './pacer.js';
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

/** Batches of metrics leave at most this often, ms. */
const batchInterval = 50;

/** Raised where a run that was asked to stop would otherwise go on preparing. */
class Stopped extends Error {}

/** The engine is gone: a lost device, a crashed worker, a shader that does not compile. */
class EngineFailure extends Error {
  constructor(readonly note: Note) {
    super(note.id);
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof EngineFailure) return String(error.note.values?.['reason'] ?? error.note.id);
  return error instanceof Error ? error.message : String(error);
}

/**
 * One run, or several as one population, from preparation to its end: prepare, step, pause, live change, checkpoint,
 * stop, dispose. Commands take effect between steps; nothing is lost when a run stops, whatever the reason.
 */
export class Session {
  private state: RunState = 'preparing';
  private config: Config;
  private trainer: Trainer | undefined;
  private chosen: ChosenEngine | undefined;
  private readonly checkpoints = new Checkpoints();
  private bestScore = -Infinity;
  private readonly notes: Note[] = [];
  private warmStart: { step: number; steps: number; loss: number } | undefined;
  private change: Record<string, Config[string]> = {};
  private stopping = false;
  /** Rejects when the engine fails, so that nothing waits for an answer that will not come. */
  private engineFailure: Promise<never> | undefined;
  private recovered = false;
  /** The last step whose row has been told. */
  private toldStep = -1;
  private stepsWanted = Infinity;
  private rows: Row[] = [];
  private lastBatch = 0;
  private inspected = { replica: 0, item: 0 };
  private readonly reports: ArmReports;
  private readonly speedometer = new Speedometer();
  private readonly pacer: Pacer;
  /** Seconds spent in training steps: no start-up, no validation, no pauses. */
  trainingSeconds = 0;
  /** Resolves when the run has ended, whatever the reason. */
  readonly ended: Promise<void>;

  constructor(private readonly options: SessionOptions) {
    this.config = options.config;
    this.reports = new ArmReports(options.arms, numberOf(options.config, 'replicas'), options.emit);
    this.pacer = new Pacer(options.stepsPerSecond ?? 0);
    if (options.paused) this.stepsWanted = 0;
    this.notes.push(...(options.notes ?? []));
    this.ended = this.run();
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
    const within = (value: number, end: number): number => Math.min(Math.max(0, Math.trunc(value) || 0), end - 1);
    const place = this.reports.placeOf(run, within(replica, numberOf(this.config, 'replicas')));
    this.inspected = { replica: place, item: within(item, Infinity) };
    this.sendInspection();
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
      this.sendStatus();
      await this.train(this.options.from);
      this.end(this.stopping ? 'stopped' : 'finished');
    } catch (error) {
      if (error instanceof Stopped) return this.end('stopped');
      if (error instanceof NotFiniteError) {
        await this.record([...error.rows]);
        const { step, what, kept } = error;
        this.checkpoints.dropAfter(kept);
        this.notes.push({ id: 'note.notFinite', values: { step, what, kept } });
      } else if (ranOutOfMemory(reasonOf(error))) {
        this.notes.push(outOfMemoryNote(this.config));
      } else {
        this.notes.push(error instanceof EngineFailure ? error.note : { id: 'note.failed', values: { reason: reasonOf(error) } });
      }
      this.end('failed');
    }
  }

  /** Trains to the end. A lost engine is made anew, once, and the run goes on from its last checkpoint. */
  private async train(from: Checkpoint | undefined): Promise<void> {
    try {
      await this.prepare(from);
      await this.loop();
      await this.record(await this.guard(this.trainer!.flush()));
      await this.keepCheckpoint();
    } catch (error) {
      const last = this.checkpoints.find(Infinity);
      const lost = error instanceof EngineFailure && error.note.id !== 'note.failed';
      if (!lost || !last || this.recovered) throw error;
      this.recovered = true;
      this.trainer?.dispose();
      this.trainer = undefined;
      this.notes.push(error.note, { id: 'note.recovered', values: { step: last.step } });
      await this.train(last);
    }
  }

  /** The result of work on the engine, or the engine's failure if that comes first. */
  private guard<T>(work: Promise<T>): Promise<T> {
    return this.engineFailure ? Promise.race([work, this.engineFailure]) : work;
  }

  private async prepare(from: Checkpoint | undefined): Promise<void> {
    const { config, environment } = this;
    const training = trainings[this.options.lab];
    if (!training) throw new Error(`no training for lab '${this.options.lab}'`);
    const population = new Population(config, this.options.arms.map(({ change }) => change));
    const rehearse = (engine: Engine): Rehearsal => training.rehearse(population, engine);
    const chosen = await chooseEngine(textOf(config, 'engine'), environment, rehearse, training.engines);
    const { engine } = chosen;
    if (!this.chosen) this.notes.push(...chosen.notes);
    this.chosen = chosen;
    this.engineFailure = new Promise((_, reject) => engine.onFailure((note) => reject(new EngineFailure(note))));
    // Nobody may be waiting for the engine when it fails; the next one who does is told.
    this.engineFailure.catch(() => undefined);
    const preparing = training.prepare({
      population,
      engine,
      environment,
      from,
      note: (note) => this.notes.push(note),
      announce: (step, changes) => step > this.toldStep && this.reports.changed(step, changes),
      onWarmStart: async (progress) => {
        this.warmStart = progress;
        this.sendIfDue();
        await nextTask();
        if (this.stopping) throw new Stopped();
      },
    });
    this.trainer = await this.guard(preparing);
    this.warmStart = undefined;
    const { step } = this.trainer;
    if (numberOf(config, 'validationEvery') > 0 && step > this.toldStep) await this.record([await this.guard(this.trainer.validate())]);
    await this.keepCheckpoint();
  }

  private get lab(): Lab {
    return findLab(this.options.lab)!;
  }

  private get environment(): Environment {
    return this.options.environment;
  }

  private async loop(): Promise<void> {
    const trainer = this.trainer!;
    const steps = this.lab.steps(this.config);
    const every = numberOf(this.config, 'validationEvery');
    while (trainer.step < steps && !trainer.endsEarly) {
      await nextTask();
      if (!this.stopping && this.stepsWanted === 0) await this.waitPaused();
      if (this.stopping) return;
      this.setState('running');
      await this.applyChange();
      const started = performance.now();
      const rows = await this.guard(trainer.train());
      const milliseconds = performance.now() - started;
      this.trainingSeconds += milliseconds / 1000;
      this.speedometer.add(milliseconds);
      this.stepsWanted--;
      const { step } = trainer;
      if (every > 0 && (step % every === 0 || step === steps)) {
        const measured = [...rows, ...(await this.guard(trainer.flush()))];
        const trained = measured.at(-1)?.step === step ? measured.pop() : undefined;
        const validated = await this.guard(trainer.validate());
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
    this.sendIfDue();
    await this.pacer.wait(rest);
  }

  private async waitPaused(): Promise<void> {
    await this.record(await this.guard(this.trainer!.flush()));
    await this.keepCheckpoint();
    this.send();
    this.setState('paused');
    while (this.stepsWanted === 0 && !this.stopping) await this.pacer.wait();
  }

  private async keepCheckpoint(): Promise<void> {
    this.checkpoints.add(await this.presentState());
  }

  /** The checkpoint of the present step, made unless there is one. */
  private async presentState(): Promise<Checkpoint> {
    const trainer = this.trainer!;
    return this.checkpoints.at(trainer.step) ?? this.guard(trainer.checkpoint());
  }

  private async applyChange(): Promise<void> {
    const changes: ChangedKnob[] = Object.entries(this.change)
      .filter(([key, value]) => this.config[key] !== value)
      .map(([key, value]) => ({ key, from: this.config[key]!, to: value }));
    this.change = {};
    if (changes.length === 0) return;
    // A run that goes on from its last checkpoint goes on with the config of that moment.
    await this.record(await this.guard(this.trainer!.flush()));
    await this.keepCheckpoint();
    this.config = { ...this.config, ...Object.fromEntries(changes.map(({ key, to }) => [key, to])) };
    const trainer = this.trainer!;
    trainer.change(this.config);
    this.reports.changed(trainer.step + 1, changes);
  }

  /** Rows to tell. A run that went on from a checkpoint trains some steps again: their rows are known. */
  private async record(measured: Row[]): Promise<void> {
    const rows = measured.filter(({ step }) => step > this.toldStep);
    this.rows.push(...rows);
    this.toldStep = Math.max(this.toldStep, ...rows.map(({ step }) => step));
    const score = this.lab.score(this.config);
    for (const { step, values } of rows) {
      const scores = values[score];
      if (!scores) continue;
      const mean = Array.from(scores).reduce((sum, value) => sum + value, 0) / scores.length;
      if (!(mean > this.bestScore)) continue;
      this.bestScore = mean;
      this.checkpoints.keepBest(await this.presentState());
      this.reports.best(step, mean);
    }
    this.sendIfDue();
  }

  private sendIfDue(): void {
    if (performance.now() - this.lastBatch >= batchInterval) this.send();
  }

  /** Everything measured since the last batch, with the state of the run. */
  private send(): void {
    this.lastBatch = performance.now();
    this.reports.metrics(this.rows);
    this.rows = [];
    this.sendInspection();
    this.sendStatus();
  }

  private sendInspection(): void {
    this.reports.inspection(this.trainer?.inspect(this.inspected.replica, this.inspected.item));
  }

  private sendStatus(): void {
    const { msPerStep } = this.speedometer;
    this.reports.status({
      state: this.state,
      step: this.trainer?.step ?? 0,
      steps: this.lab.steps(this.config),
      ...(this.chosen ? { engine: this.chosen.description } : {}),
      ...(msPerStep === undefined ? {} : { msPerStep }),
      ...(this.warmStart ? { warmStart: this.warmStart } : {}),
      notes: [...this.notes],
      checkpoints: this.checkpoints.steps,
    });
  }

  private setState(state: RunState): void {
    if (this.state === state) return;
    this.state = state;
    this.sendStatus();
  }

  private end(state: RunState): void {
    this.trainer?.dispose();
    this.state = state;
    this.send();
  }
}
