import type { ChangedKnob, FailureKind, Inspection, Note, RunState } from '../../src/core/protocol.js';
import type { ArmReports, Status, TimedRow } from './armReports.js';
import type { Row } from '../labs/trainer.js';

/** Batches of metrics leave at most this often, ms. */
const batchInterval = 50;

/** How far a session is, whenever it is told. */
export interface Present {
  readonly progress: () => Omit<Status, 'state' | 'bytes' | 'warmStart' | 'notes'>;
  /** For how long it has trained, s: without pauses. */
  readonly seconds: () => number;
  /** Of a replica of the population. */
  readonly inspection: (replica: number, item: number) => Inspection | undefined;
}

/** When what a session does is told: its state at once, what it measures in batches, each step once. */
export class SessionReports {
  readonly notes: Note[] = [];
  /** While it trains. */
  warmStart: Status['warmStart'] | undefined;
  /** Memory that the run needs, about; known with its engine. */
  bytes: number | undefined;
  private state: RunState = 'preparing';
  private failure: FailureKind | undefined;
  private toldStep = -1;
  private rows: TimedRow[] = [];
  private lastBatch = 0;
  /** Whether a trained step has been told. */
  private begun = false;
  private inspected = { replica: 0, item: 0 };

  constructor(private readonly arms: ArmReports, private readonly present: Present) {}

  /** Another replica of one of the runs, or another of the lab's examples, is to be shown. */
  inspect(run: string, replica: number, item: number): void {
    const within = (value: number, end: number): number => Math.min(Math.max(0, Math.trunc(value) || 0), end - 1);
    const place = this.arms.placeOf(run, within(replica, this.arms.replicas));
    this.inspected = { replica: place, item: within(item, Infinity) };
    this.sendInspection();
  }

  /** What was measured up to a step has been told. */
  goesOn(step: number): void {
    this.toldStep = step;
  }

  /** Whether the row of a step has still to be told: a run that went on from a checkpoint trains some steps again. */
  isNew(step: number): boolean {
    return step > this.toldStep;
  }

  /** Takes rows to tell; returns those that had not been told. */
  add(measured: readonly Row[]): Row[] {
    const rows = measured.filter(({ step }) => this.isNew(step));
    const seconds = this.present.seconds();
    this.rows.push(...rows.map((row) => ({ ...row, seconds })));
    this.toldStep = Math.max(this.toldStep, ...rows.map(({ step }) => step));
    return rows;
  }

  /** After what was measured before: detectors may begin anew with a change. */
  changed(step: number, changes: readonly ChangedKnob[]): void {
    this.sendRows();
    this.arms.changed(step, changes);
  }

  /** The first step is told at once. */
  sendIfDue(): void {
    const begins = !this.begun && this.rows.some(({ step }) => step > 0);
    this.begun ||= begins;
    // What the views show takes the labs some time to make ready, for which the first step does not wait.
    if (begins || performance.now() - this.lastBatch >= batchInterval) this.send(this.begun);
  }

  /** Everything measured since the last batch, with the state of the run. */
  send(inspects = true): void {
    this.lastBatch = performance.now();
    this.sendRows();
    if (inspects) this.sendInspection();
    this.sendStatus();
  }

  sendStatus(): void {
    const { state, failure, bytes, warmStart, notes } = this;
    this.arms.status({ state, ...this.present.progress(), ...(bytes === undefined ? {} : { bytes }), ...(warmStart ? { warmStart } : {}), ...(failure ? { failure } : {}), notes: [...notes] });
  }

  setState(state: RunState): void {
    if (this.state === state) return;
    this.state = state;
    this.sendStatus();
  }

  /** The last word. */
  end(state: RunState, failure?: FailureKind): void {
    this.state = state;
    this.failure = failure;
    this.send();
  }

  private sendRows(): void {
    this.arms.metrics(this.rows);
    this.rows = [];
  }

  private sendInspection(): void {
    this.arms.inspection(this.present.inspection(this.inspected.replica, this.inspected.item));
  }
}
