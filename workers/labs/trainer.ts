import type { Config } from '../../src/core/parameters.js';
import type { ChangedKnob, Inspection, Note } from '../../src/core/protocol.js';
import type { Rehearsal, Engine, EngineId, Environment } from '../engines/engine.js';
import type { Population } from './population.js';

/** What was measured at one step: metric id → one value a replica; NaN where not measured, Infinity where not finite. */
export interface Row {
  readonly step: number;
  readonly values: Readonly<Record<string, ArrayLike<number>>>;
}

/** The state of a run at a step, as plain data, from which it or another run can go on. */
export interface Checkpoint {
  readonly step: number;
}

/** One lab's training loop, as the session drives it. */
export interface Trainer {
  /** Steps done. */
  readonly step: number;
  /** Whether it ends before its last step, for the reason that it gave as a note. */
  readonly endsEarly?: boolean;
  /** Trains one step; returns the rows that have become known, which may lag one step behind. */
  train(): Promise<Row[]>;
  /** The rows of steps done that `train` has not returned yet. */
  flush(): Promise<Row[]>;
  /** Measures on held-out data at the present step. */
  validate(): Promise<Row>;
  /** Takes effect at the next step. */
  change(config: Config): void;
  /** The present state, which later steps leave as it is. */
  checkpoint(): Promise<Checkpoint>;
  /**
   * What `replica` did last, for the lab's views, if it has done anything; also after the trainer is disposed of.
   *
   * @param item which of the lab's examples the views look at, where people can choose one
   * @returns the same object while nothing has changed
   */
  inspect(replica: number, item: number): Inspection | undefined;
  dispose(): void;
}

export interface PrepareOptions<C extends Config = Config> {
  readonly population: Population<C>;
  readonly engine: Engine;
  readonly environment: Environment;
  /** Continue from here instead of the warm start. */
  readonly from?: Checkpoint | undefined;
  /** Reports the warm start's training; throw in it to stop. */
  readonly onWarmStart: (progress: { step: number; steps: number; loss: number }) => Promise<void>;
  readonly note: (note: Note) => void;
  /** Tells of a change that the training makes by itself before `step`, such as its next phase; charts mark it. */
  readonly announce: (step: number, changes: readonly ChangedKnob[]) => void;
}

/** A lab's entry in the workers' registry. */
export interface LabTraining<C extends Config = Config> {
  /** The engines that have an implementation of their own of its training. */
  readonly engines: readonly EngineId[];
  /** The shipped files that a run of this config begins with. */
  readonly files?: (config: C) => readonly string[];
  /** Bytes that a run needs on an engine, about, beyond what every run needs. */
  readonly bytes: (population: Population<C>, engine: EngineId) => number;
  /** A run ready for its first step. */
  readonly prepare: (options: PrepareOptions<C>) => Promise<Trainer>;
  /** The same steps from untrained weights, to measure an engine with. */
  readonly rehearse: (population: Population<C>, engine: Engine) => Rehearsal;
}

/** A loss or gradient that is not finite; the trainer is back at the last good state. */
export class NotFiniteError extends Error {
  constructor(
    readonly step: number,
    readonly what: string,
    readonly kept: number,
    /** The rows up to and with the bad step. */
    readonly rows: readonly Row[],
  ) {
    super(`step ${step}: ${what} is not finite`);
  }
}
