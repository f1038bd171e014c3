import type { Config } from '../../core/parameters.js';
import { damagingFailures, type ChangedKnob, type Command, type Note, type Update } from '../../core/protocol.js';
import type { Run } from './run.svelte.js';
import type { Shelf } from './shelf.svelte.js';
import { TrainingClient } from './trainingClient.js';

/** While a slider is dragged, one change is sent for all its values in this time, ms. */
const changeDelay = 150;

/** The runs that the worker has, one or several that train as one population, and what is said with it about them. */
export class ActiveRuns {
  private runs = $state.raw<readonly Run[]>([]);
  /** Whether a word of the worker has been due for long. */
  silent = $state(false);
  /** What became of a worker and what went with it, where no run is left to tell it; until it is read or another run starts. */
  notices = $state.raw<readonly Note[]>([]);
  private readonly client = new TrainingClient({
    update: (update) => this.receive(update),
    failed: (note) => this.workerFailed(note),
    ended: (note) => this.workerEnded(note),
    cleared: (cleared) => this.shelf.cleared(cleared),
    silent: (silent) => (this.silent = silent),
  });
  private changeTimer: ReturnType<typeof setTimeout> | undefined;
  /** The run that trains a step as soon as it is prepared and waits. */
  private toStep: string | undefined;

  /**
   * @param shelf of all runs: those that have ended may have checkpoints in the worker
   * @param follow is told what a run has changed by its schedule
   */
  constructor(private readonly shelf: Shelf, private readonly follow: (changes: readonly ChangedKnob[]) => void) {}

  /** Those that train, prepare or are paused. */
  readonly live = $derived(this.runs.filter((run) => run.live));

  /** Loads what trains before it is needed. */
  warm(): void {
    this.client.warm();
  }

  /** What is told to one of several that train together is told to all. */
  send(command: Command): void {
    this.client.send(command);
    // A worker that does not take this up would leave the run paused without a sign.
    if (command.type === 'resume' || command.type === 'step') this.client.expectWord(this.live.length > 0);
  }

  /** Starts runs in place of those before, which have been stopped. */
  start(runs: readonly Run[], command: Omit<Extract<Command, { type: 'start' }>, 'type'>): void {
    this.runs = runs;
    this.notices = [];
    this.client.expectWord(true);
    this.send({ type: 'start', ...command });
  }

  /** Trains one step of runs that were started to wait, once they do; where their worker could not be had, there are none. */
  stepWhenReady(): void {
    this.toStep = this.live[0]?.id;
  }

  /** Soon gives what trains those of the knobs, as they then stand, that it can take up in training. */
  queueChange(present: () => Config): void {
    clearTimeout(this.changeTimer);
    if (this.live.length === 0) return;
    this.changeTimer = setTimeout(() => {
      const [run] = this.live;
      const knobs = present();
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

  /** Ends at once what the page shows of the run; the worker is given a moment to stop before it is ended itself. */
  stop(): void {
    clearTimeout(this.changeTimer);
    this.toStep = undefined;
    const [run] = this.live;
    if (!run) return;
    this.client.expectWord(false);
    this.send({ type: 'stop', run: run.id });
    this.end('stopped');
  }

  /** Ends what trains, together with a worker that no longer answers. */
  endSilent(): void {
    clearTimeout(this.changeTimer);
    this.client.discard();
    this.end('stopped');
    this.workerEnded({ id: 'page.workerEnded' });
  }

  private end(state: 'stopped' | 'failed', note?: Note): void {
    for (const run of this.live) {
      run.end(state, note);
      this.shelf.keep(run);
      // Of one that failed it is still to be read why.
      if (state === 'stopped' && run.isNothing) this.shelf.drop(run);
    }
    this.runs = [];
  }

  private workerFailed(note: Note): void {
    if (this.live.length === 0) this.notices = [note];
    this.loseWorker(note);
  }

  /** With the worker went what it trained and all checkpoints. */
  private loseWorker(note: Note): void {
    this.end('failed', note);
    this.shelf.loseCheckpoints();
  }

  private workerEnded(note: Note): void {
    this.notices = [note, ...(this.shelf.loseCheckpoints() ? [{ id: 'page.weightsGone' }] : [])];
  }

  private receive(update: Update): void {
    const run = this.shelf.runs.find(({ id }) => id === update.run);
    if (!run) return;
    run.receive(update);
    if (update.type === 'changed' && this.runs.includes(run)) this.follow(run.scheduled(update));
    if (isProgress(update)) this.shelf.changed(run);
    else if (update.type !== 'inspection') this.shelf.keep(run);
    if (update.type !== 'status') return;
    if (update.failure && damagingFailures.includes(update.failure) && this.runs.includes(run)) {
      this.client.discard();
      this.loseWorker(update.notes.at(-1)!);
    }
    this.client.expectWord(this.live.some(({ status }) => status.state !== 'paused'));
    if (update.state === 'paused' && this.toStep === run.id) {
      this.toStep = undefined;
      this.send({ type: 'step', run: run.id });
    }
  }
}

/** Whether it tells of training that goes on by itself, not of what a person has done to the run or how it ended. */
function isProgress(update: Update): boolean {
  return update.type === 'metrics' || (update.type === 'status' && (update.state === 'preparing' || update.state === 'running'));
}
