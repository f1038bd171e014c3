/** What a run is: one plain value that the page draws, headless prints, an archive keeps and files carry. */
import type { Finding } from '../findings/detector.js';
import { labs } from '../labs/index.js';
import type { Config } from '../parameters.js';
import type { ChangedKnob, EngineDescription, FailureKind, Note, RunState, ScheduledChange, Update } from '../protocol.js';
import type { MetricRows } from '../series/runSeries.js';

/** Of a `RunRecord`. A reader takes this one and all before it, and refuses later ones. */
export const schema = 1;

/** A run whose tab or worker went while it trained is interrupted: it can go on from its last checkpoint. */
export type RecordState = RunState | 'interrupted';

/** Something that happened to a run before a step. */
export type RunEvent =
  /** Knobs changed as it trained. */
  | {
      readonly type: 'changed';
      readonly step: number;
      readonly changes: readonly ChangedKnob[];
      /** ms after the run's creation. */
      readonly at: number;
    }
  /** It went on from a checkpoint after it had been cut off. */
  | { readonly type: 'continued'; readonly step: number; readonly at: number };

/** All but the measurements: small enough to be written again whenever something changes, and to be listed by the hundred. */
export interface RunHead {
  readonly schema: typeof schema;
  /** Unlike that of any other run, also of other people's. */
  readonly id: string;
  readonly lab: string;
  /** Of the program that trained it. */
  readonly version: string;
  /** ms since 1970. */
  readonly created: number;
  readonly preset?: string;
  /** What the config is told apart from in the run's name. */
  readonly base: Config;
  /** At the start. */
  readonly config: Config;
  /** One a replica. */
  readonly seeds: readonly number[];
  /** The checkpoint that it was started from. */
  readonly from?: { readonly run: string; readonly step: number };
  /**
   * Knobs that it does not take up as it trains, and all knobs as they stood at its start: of runs that train together
   * the knobs in which they differ, of a run with a recipe of its own all knobs.
   */
  readonly held?: { readonly keys: readonly string[]; readonly knobs: Config };
  /** Changes that it was started with, to be made at their steps; once made they are events. */
  readonly schedule?: readonly ScheduledChange[];
  readonly engine?: EngineDescription;
  /** Memory that it needs, about. */
  readonly bytes?: number;
  /** How long it has trained and validated, s: without pauses. */
  readonly seconds?: number;
  readonly state: RecordState;
  /** Where it has failed; the last note says it in words. */
  readonly failure?: FailureKind;
  /** Steps done, and to do. */
  readonly step: number;
  readonly steps: number;
  readonly notes: readonly Note[];
  readonly events: readonly RunEvent[];
  /** In the order in which they were made. */
  readonly findings: readonly Finding[];
  /**
   * The first of the highest scores, mean over replicas, and each replica's at that step, which runs that an earlier
   * version trained lack until their measurements are read again.
   */
  readonly best?: { readonly step: number; readonly score: number; readonly scores?: readonly number[] };
  /** What each metric came to, one value a replica; null where it was not measured. */
  readonly summary: Readonly<Record<string, MetricSummary>>;
  /** Steps of which a checkpoint is kept, in order. */
  readonly checkpoints: readonly number[];
}

export interface MetricSummary {
  readonly final: readonly (number | null)[];
  /** The smallest and the largest. */
  readonly least: readonly (number | null)[];
  readonly most: readonly (number | null)[];
}

export interface RunRecord extends RunHead {
  /** In parts that follow each other. */
  readonly series: readonly MetricRows[];
}

/** What a run begins with. */
export type RunStart = Pick<RunHead, 'lab' | 'base' | 'config' | 'seeds' | 'steps'> & Partial<Pick<RunHead, 'preset' | 'from' | 'held' | 'schedule'>>;

/** An id for a run: 128 random bits. (`randomUUID` is missing where a page was not loaded safely.) */
export function newRunId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The record of a run that has not done anything yet. */
export function beginRecord(start: RunStart, { id, version, created }: Pick<RunHead, 'id' | 'version' | 'created'>): RunHead {
  return {
    schema, id, version, created, ...start,
    state: 'preparing', step: start.from?.step ?? 0, notes: [], events: [], findings: [], summary: {}, checkpoints: [],
  };
}

/** Those in which something still trains the run or holds it paused. */
export const liveStates: readonly RecordState[] = ['preparing', 'running', 'paused'];

/** Whether what was stored is a head that this program can draw: of a schema and a lab that it knows, whole as far as it looks. */
export function isReadable(value: unknown): value is RunHead {
  if (typeof value !== 'object' || value === null) return false;
  const { schema: own, id, lab, created, config, base, seeds, state, notes, events, findings, summary, checkpoints } = value as Partial<Record<keyof RunHead, unknown>>;
  const isObject = (each: unknown): boolean => typeof each === 'object' && each !== null;
  return (
    typeof own === 'number' && own <= schema && typeof id === 'string' && typeof created === 'number' && typeof state === 'string' &&
    labs.some((each) => each.id === lab) && [config, base, summary].every(isObject) &&
    [seeds, notes, events, findings, checkpoints].every(Array.isArray)
  );
}

/** The config that step `step` was trained under: that of the start with all changes before it. */
export function configAt({ config, events }: Pick<RunHead, 'config' | 'events'>, step = Infinity): Config {
  const changes = events.flatMap((event) => (event.type === 'changed' && event.step <= step ? event.changes : []));
  return changes.length === 0 ? config : { ...config, ...Object.fromEntries(changes.map(({ key, to }) => [key, to!])) };
}

/** The part of a status that a record keeps. */
export type RecordedStatus = Omit<Extract<Update, { type: 'status' }>, 'type' | 'run'>;
