import type { MetricRows } from '../series/runSeries.js';
import type { RunHead, RunRecord } from './record.js';

/** Colours that runs may have. */
export const paletteSize = 10;

/** What a person has said of a run; none of it changes what the run is. */
export interface RunLabel {
  readonly name?: string;
  readonly note?: string;
  readonly pinned?: boolean;
  /** ms since 1970 at which it was chosen as the run that others of its lab are compared with: the last one chosen is. */
  readonly baseline?: number;
  /** The colour's place in the palette. */
  readonly color: number;
  /** Where it was not trained here: the file that it came with. */
  readonly recorded?: string;
  /** ms since 1970 at which it was taken off the shelf; it goes for good when that can no longer be undone. */
  readonly removed?: number;
}

/** A run without its measurements. */
export interface ShelvedRun {
  readonly head: RunHead;
  readonly label: RunLabel;
}

/** What has changed of a run. */
export interface ChangedRun {
  readonly id: string;
  /** As it now is, and what was measured of it since the last time. */
  readonly trained?: { readonly head: RunHead; readonly rows: readonly MetricRows[] };
  readonly label?: RunLabel;
}

/** What an archive takes up, and may, bytes. */
export interface ArchiveUsage {
  readonly bytes: number;
  readonly quota: number;
}

/** What went to make room. */
export interface Cleared {
  /** Checkpoints of so many runs, and so many runs whole. */
  readonly checkpoints: number;
  readonly runs: number;
}

/**
 * Where runs are kept when the page is not there. Every promise may reject with an `ArchiveError`: storage may be refused,
 * full or damaged, and nothing that trains waits for it.
 */
export interface RunArchive {
  /** All runs without their measurements, the oldest first. Damaged ones are left out, and told. */
  list(): Promise<{ readonly runs: readonly ShelvedRun[]; readonly damaged: number }>;
  get(id: string): Promise<RunRecord | undefined>;
  /** Keeps what has changed of runs, all or none; what was asked for when the page goes is kept all the same. */
  put(runs: readonly ChangedRun[]): Promise<void>;
  /** Keeps a run whole, in place of what there was of it but what a person has said of it. */
  replace(record: RunRecord): Promise<void>;
  remove(ids: readonly string[]): Promise<void>;
  usage(): Promise<ArchiveUsage>;
  /** Where storage is nearly full, the oldest checkpoints go, then the oldest runs that are not pinned. */
  clear(): Promise<void>;
}

/** Why a run could not be kept or read: in words, and whether storage is full. */
export class ArchiveError extends Error {
  constructor(message: string, readonly full: boolean) {
    super(message);
  }
}
