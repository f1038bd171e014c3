/** What page and training worker say to each other: one page of discriminated unions. */
import type { Config, ConfigChange } from './parameters.js';

/** A message id of the catalogue with the values of its placeholders; worded where it is shown. */
export interface Note {
  readonly id: string;
  readonly values?: Readonly<Record<string, string | number>>;
}

export type RunState =
  /** Choosing the engine, loading or training the warm start. */
  | 'preparing'
  | 'running'
  | 'paused'
  /** All steps done. */
  | 'finished'
  /** Stopped by the user. */
  | 'stopped'
  /** A loss or gradient was not finite, or nothing could run; the last good state and all measurements are kept. */
  | 'failed';

/** Why a run failed. It decides what happens next; texts are for people. */
export type FailureKind =
  /** A loss or gradient was not finite. The worker and its checkpoints are sound. */
  | 'notFinite'
  /** The GPU, or a worker that trained a part, is gone; the training worker and its checkpoints are sound. */
  | 'lost'
  /** Memory ran out, from which WebAssembly does not recover. */
  | 'memory'
  /** What was not foreseen: a shader that does not compile, an error in the code. The worker may be damaged. */
  | 'fault'
  /** What was asked for is wrong, and nothing has begun. */
  | 'refused';

/** What may have left the training worker damaged: no other run should train in it. */
export const damagingFailures: readonly FailureKind[] = ['memory', 'fault'];

/** What went wrong, for the code and in words. */
export interface Failure {
  readonly kind: FailureKind;
  readonly note: Note;
}

/** One run of a population in which several train together. */
export interface Arm {
  readonly run: string;
  readonly change: ConfigChange;
}

/** Live knobs that take other values before a step. */
export interface ScheduledChange {
  readonly step: number;
  readonly change: ConfigChange;
}

export type Command =
  | {
      readonly type: 'start';
      /** The runs that train together as one population, each with the values that tell it from the config. */
      readonly arms: readonly Arm[];
      readonly lab: string;
      readonly config: Config;
      /** Where shipped files are served from, ending in '/'. */
      readonly files: string;
      /** Begin with a checkpoint of an earlier run, kept by this worker or stored, instead of the warm start. */
      readonly from?: { readonly run: string; readonly step: number };
      /** Where `from` is the run itself, cut off: its best score so far. Nothing up to the step of `from` is told again. */
      readonly goesOn?: { readonly best?: number };
      /** Changes that take effect at their steps, as if they were asked for just before; those up to the step of `from` do not. */
      readonly schedule?: readonly ScheduledChange[];
      /** Whether to stop after preparation and wait for `resume` or `step`. */
      readonly paused?: boolean;
      /** As in `pace`. */
      readonly stepsPerSecond?: number;
    }
  | { readonly type: 'pause' | 'resume' | 'step' | 'stop'; readonly run: string }
  /** Takes effect at the next step; keys are live parameters, values valid. */
  | { readonly type: 'change'; readonly run: string; readonly change: ConfigChange }
  /** Trains no faster than this, so that people can follow; 0 is as fast as it goes. */
  | { readonly type: 'pace'; readonly run: string; readonly stepsPerSecond: number }
  /** Which replica the inspections show, and which of the lab's examples where people can choose one. */
  | { readonly type: 'inspect'; readonly run: string; readonly replica: number; readonly item: number };

export type Update =
  | {
      readonly type: 'status';
      readonly run: string;
      readonly state: RunState;
      /** Steps done. */
      readonly step: number;
      readonly steps: number;
      /** Known once preparation is over. */
      readonly engine?: EngineDescription;
      /** Memory that it needs, about; known with the engine. */
      readonly bytes?: number;
      /** Mean over the last second or two of training, validation left out. */
      readonly msPerStep?: number;
      /** The same with validation, and with the waiting that the pace asks for. */
      readonly stepsPerSecond?: number;
      /** Share of that time spent waiting for the pace. */
      readonly waiting?: number;
      /** While the warm start trains. */
      readonly warmStart?: { readonly step: number; readonly steps: number; readonly loss: number };
      /** What did not go as asked and what was done instead. */
      readonly notes: readonly Note[];
      /** Where the run has failed; the last note says it in words. */
      readonly failure?: FailureKind;
      /** Steps of which a checkpoint is kept, in order. */
      readonly checkpoints: readonly number[];
    }
  | {
      readonly type: 'metrics';
      readonly run: string;
      readonly replicas: number;
      /** One number a row. */
      readonly steps: Int32Array;
      /** How long the run had trained when the row was measured, one number a row, s: without pauses. */
      readonly seconds: Float64Array;
      /** Metric id → values [rows × replicas], NaN where not measured. */
      readonly columns: Readonly<Record<string, Float64Array>>;
    }
  /** What took effect before `step`: a live change, or one that the training makes by itself, such as its next phase. */
  | { readonly type: 'changed'; readonly run: string; readonly step: number; readonly changes: readonly ChangedKnob[] }
  | { readonly type: 'inspection'; readonly run: string; readonly inspection: Inspection };

/** All that the training worker tells the page. */
export type Report =
  | Update
  /** It still answers: said every two seconds while it has a run, unless a step keeps it from saying anything. */
  | { readonly type: 'alive' }
  /** Storage was full: the checkpoints of so many runs went, and so many runs. */
  | { readonly type: 'cleared'; readonly checkpoints: number; readonly runs: number }
  /** An error outside of any run; whatever the worker holds may be damaged. */
  | { readonly type: 'broken'; readonly reason: string };

/** `key` is a parameter's; of what the training changes by itself it is a message id, and so is `<key>.<value>`. */
export interface ChangedKnob {
  readonly key: string;
  readonly from: Config[string];
  readonly to: Config[string];
}

export interface EngineDescription {
  /** An engine's id. */
  readonly id: string;
  /** The GPU or software adapter, where there is one. */
  readonly adapter?: string;
  /** What the engines took that were tried for this run, the fastest first. */
  readonly measured?: readonly { readonly id: string; readonly msPerStep: number }[];
}

/** What one replica did last, for the views of a lab: each kind is declared with its lab. */
export interface Inspection {
  readonly kind: string;
  readonly step: number;
  /** Counts within the run. */
  readonly replica: number;
}
