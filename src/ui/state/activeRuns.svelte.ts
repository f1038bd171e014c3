import type { Config } from '../../core/parameters.js';
import type { Command, Note, Update } from '../../core/protocol.js';
import type { Run } from './run.svelte.js';
import { TrainingClient } from './trainingClient.js';

/** While a slider is dragged, one change is sent for all its values in this time, ms. */
const changeDelay = 150;

/** The runs that the worker has, one or several that train as one population, and what is said with it about them. */
export class ActiveRuns {
  private runs = $state.raw<readonly Run[]>([]);
  private readonly client = new TrainingClient(
    (update) => this.receive(update),
    (reason) => this.workerFailed(reason),
  );
  private changeTimer: ReturnType<typeof setTimeout> | undefined;
  /** The run that trains a step as soon as it is prepared and waits. */
  private toStep: string | undefined;

  /** @param known all runs of the page: those that have ended may have checkpoints in the worker */
  constructor(private readonly known: () => readonly Run[]) {}

  /** Those that train, prepare or are paused. */
  readonly live = $derived(this.runs.filter((run) => run.live));

  /** What is told to one of several that train together is told to all. */
  send(command: Command): void {
    this.client.send(command);
  }

  /** Starts runs in place of those before, which have been stopped. */
  start(runs: readonly Run[], command: Omit<Extract<Command, { type: 'start' }>, 'type'>): void {
    this.runs = runs;
    this.send({ type: 'start', ...command });
  }

  /** Trains one step of runs that were started to wait, once they do. */
  stepWhenReady(): void {
    this.toStep = this.runs[0]!.id;
  }

  /** Soon gives what trains those of the knobs that it can take up in training; the last of several calls counts. */
  queueChange(knobs: Config): void {
    clearTimeout(this.changeTimer);
    if (this.live.length === 0) return;
    this.changeTimer = setTimeout(() => {
      const [run] = this.live;
      const keys = run?.differences(knobs, true) ?? [];
      if (!run || keys.length === 0) return;
      const change = Object.fromEntries(keys.map((key) => [key, knobs[key]!]));
      for (const each of this.runs) each.config = { ...each.config, ...change };
      this.send({ type: 'change', run: run.id, change });
    }, changeDelay);
  }

  /** Leaves a run out; where it trains, it is stopped, unless others train with it. */
  remove(run: Run): void {
    const others = this.runs.filter((other) => other !== run);
    if (others.length === 0 && this.live.includes(run)) this.stop();
    this.runs = others;
  }

  stop(): void {
    clearTimeout(this.changeTimer);
    this.toStep = undefined;
    const [run] = this.live;
    if (!run) return;
    this.send({ type: 'stop', run: run.id });
    for (const each of this.runs) each.end('stopped');
    this.runs = [];
  }

  private workerFailed(reason: string | undefined): void {
    const note = reason ? { id: 'page.workerFailed', values: { reason } } : { id: 'page.workerNotLoaded' };
    this.loseWorker(note);
  }

  /** With the worker went what it trained and all checkpoints. */
  private loseWorker(note: Note): void {
    for (const run of this.live) run.end('failed', note);
    for (const run of this.known()) run.loseCheckpoints();
  }

  private receive(update: Update): void {
    const run = this.known().find(({ id }) => id === update.run);
    if (!run) return;
    run.receive(update);
    // What stopped the run may have left the engine unusable: WebAssembly does not recover from running out of memory.
    const broken = (note: Note): boolean => note.id === 'note.failed' || note.id === 'note.outOfMemory';
    const failure = update.type === 'status' ? update.notes.find(broken) : undefined;
    if (failure && this.runs.includes(run)) {
      this.client.discard();
      this.loseWorker(failure);
    }
    if (update.type === 'status' && update.state === 'paused' && this.toStep === run.id) {
      this.toStep = undefined;
      this.send({ type: 'step', run: run.id });
    }
  }
}
