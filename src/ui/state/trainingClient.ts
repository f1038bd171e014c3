import type { Cleared } from '../../core/run/archive.js';
import { Patience } from '../../core/patience.js';
import { damagingFailures, type Command, type Note, type Report, type Update } from '../../core/protocol.js';
import { liveStates } from '../../core/run/record.js';

/** ms in which a run that is told to stop has to say its last word: then the worker is ended, so that no run outlives it. */
const stopDeadline = 1800;
/** ms without a word after which a worker that should speak counts as silent. */
const silenceAfter = 10_000;

/** What the page does about what becomes of the worker. */
export interface ClientListener {
  update(update: Update): void;
  /** The worker could not be started or loaded, or threw outside of a run: it is gone, with all that it held. */
  failed(note: Note): void;
  /** A run that was told to stop did not in time, or broke the worker: that was ended, with all that it held. */
  ended(note: Note): void;
  /** Storage was full, and older runs made room. */
  cleared(cleared: Cleared): void;
  /** A word has been due for long, or has come after all. */
  silent(silent: boolean): void;
}

/**
 * The page's end of the training worker. The worker, and with it the training code, is loaded at the first start, or
 * before it by `warm`, and lives as long as the page, unless it fails or no longer answers: it keeps the checkpoints that runs are forked from.
 * All that is waited for has its deadline here.
 */
export class TrainingClient {
  private worker: Worker | undefined;
  /** Whether the worker has been loaded ahead, and nothing been asked of it. */
  private ahead = false;
  /** Runs that have been told to stop and have not said their last word. */
  private readonly stopping = new Map<string, Patience>();
  /** What was said since the first of them was told: a worker that takes the place of this one has to hear it too. */
  private since: Command[] = [];
  private expecting = false;
  private quiet = false;
  private readonly silence = new Patience(silenceAfter, () => this.setQuiet(true));

  constructor(private readonly listener: ClientListener) {}

  /** Loads the worker before it is needed. Where that fails nothing is said: the start that needs it will find out. */
  warm(): void {
    if (this.worker) return;
    try {
      this.worker = this.load();
      this.ahead = true;
    } catch {}
  }

  /** Never throws: what goes wrong is told as a failure. Only a start loads a worker. */
  send(command: Command): void {
    try {
      if (command.type === 'start') {
        this.worker ??= this.load();
        this.ahead = false;
      }
      if (!this.worker) return;
      if (command.type === 'stop') this.awaitLastWord(command.run);
      else if (this.stopping.size > 0) this.since.push(command);
      this.worker.postMessage(command);
    } catch (error) {
      this.fail({ id: 'page.workerNotStarted', values: { reason: error instanceof Error ? error.message : String(error) } });
    }
  }

  /** Whether the worker has to say something at least every few seconds: not while all runs are paused or over. */
  expectWord(expecting: boolean): void {
    if (expecting === this.expecting) return;
    this.expecting = expecting;
    this.heard();
  }

  /** Gives the worker up, with all that it holds; the next start loads a new one. */
  discard(): void {
    this.worker?.terminate();
    this.worker = undefined;
    this.ahead = false;
    for (const patience of this.stopping.values()) patience.end();
    this.stopping.clear();
    this.since = [];
    this.expectWord(false);
  }

  private load(): Worker {
    const worker = new Worker(new URL('../../../workers/programs/training.worker.ts', import.meta.url), { type: 'module' });
    // What a worker said before it was given up may still arrive.
    const whileItCounts = <E>(handle: (event: E) => void) => (event: E): void => {
      if (worker === this.worker) handle(event);
    };
    worker.addEventListener('message', whileItCounts(({ data }: MessageEvent<Report>) => this.receive(data)));
    worker.addEventListener('error', whileItCounts(({ message }: ErrorEvent) => this.fail(stopped(message))));
    worker.addEventListener('messageerror', whileItCounts(() => this.fail(stopped('a message from it could not be read'))));
    return worker;
  }

  private receive(report: Report): void {
    this.heard();
    if (report.type === 'alive') return;
    if (report.type === 'cleared') return this.listener.cleared(report);
    if (report.type === 'broken') return this.fail(stopped(report.reason));
    if (report.type !== 'status' || liveStates.includes(report.state)) return this.listener.update(report);
    const { run, failure, notes } = report;
    const broken = this.stopping.has(run) && failure !== undefined && damagingFailures.includes(failure);
    if (!broken) this.hearLastWord(run);
    this.listener.update(report);
    if (broken) this.replace(notes.at(-1)!);
  }

  private awaitLastWord(run: string): void {
    // What is stopped before it has begun need not begin in another worker.
    this.since = this.since.filter((command) => command.type !== 'start' || command.arms.every((arm) => arm.run !== run));
    const patience = new Patience(stopDeadline, () => this.replace({ id: 'page.workerEnded' }));
    this.stopping.get(run)?.end();
    this.stopping.set(run, patience);
    patience.begin();
  }

  private hearLastWord(run: string): void {
    this.stopping.get(run)?.end();
    this.stopping.delete(run);
    if (this.stopping.size === 0) this.since = [];
  }

  /** What was started since goes on in a new worker. */
  private replace(note: Note): void {
    const { since, expecting } = this;
    this.discard();
    this.listener.ended(note);
    for (const command of since) this.send(command);
    this.expectWord(expecting && this.worker !== undefined);
  }

  private fail(note: Note): void {
    const { ahead } = this;
    this.discard();
    if (!ahead) this.listener.failed(note);
  }

  private heard(): void {
    this.setQuiet(false);
    if (this.expecting) this.silence.begin();
    else this.silence.end();
  }

  private setQuiet(quiet: boolean): void {
    if (quiet === this.quiet) return;
    this.quiet = quiet;
    this.listener.silent(quiet);
  }
}

/** A worker that is not loaded fails without a reason. */
function stopped(reason: string): Note {
  return reason ? { id: 'page.workerFailed', values: { reason } } : { id: 'page.workerNotLoaded' };
}
