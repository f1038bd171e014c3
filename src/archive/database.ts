import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { RunLabel } from '../core/run/archive.js';
import type { RunHead } from '../core/run/record.js';
import type { MetricRows } from '../core/series/runSeries.js';
import { within } from '../core/within.js';

/** The state of a run at a step, as plain data. */
export interface StoredCheckpoint {
  readonly run: string;
  readonly step: number;
  /** ms since 1970 at which it was stored. */
  readonly stored: number;
  /** Its size, about. */
  readonly bytes: number;
  readonly state: { readonly step: number };
}

export interface ArchiveSchema extends DBSchema {
  readonly runs: { readonly key: string; readonly value: { readonly id: string; readonly head: RunHead } };
  /** Apart from the runs: what a person says in one tab is no business of the tab that trains the run. */
  readonly labels: { readonly key: string; readonly value: { readonly id: string; readonly label: RunLabel } };
  /** Measurements in parts, numbered in the order in which they were stored. */
  readonly rows: { readonly key: number; readonly value: { readonly run: string; readonly rows: MetricRows }; readonly indexes: { readonly run: string } };
  readonly checkpoints: {
    readonly key: [run: string, step: number];
    readonly value: StoredCheckpoint;
    /** By age, and with their sizes: read without the checkpoints themselves. */
    readonly indexes: { readonly sizes: [stored: number, bytes: number] };
  };
}

export type ArchiveDatabase = IDBPDatabase<ArchiveSchema>;

const databaseVersion = 2;
/** ms in which storage has to open: some private windows neither open nor refuse it. */
const openDeadline = 5000;

/** Opens the archive's database. Rejects where storage is refused or does not answer. */
export function openArchive(name: string, onClose: () => void): Promise<ArchiveDatabase> {
  const opening = openDB<ArchiveSchema>(name, databaseVersion, {
    async upgrade(database, version, _new, transaction) {
      if (version < 1) {
        database.createObjectStore('runs', { keyPath: 'id' });
        database.createObjectStore('rows', { autoIncrement: true }).createIndex('run', 'run');
        database.createObjectStore('checkpoints', { keyPath: ['run', 'step'] }).createIndex('sizes', ['stored', 'bytes']);
      }
      if (version < 2) {
        const labels = database.createObjectStore('labels', { keyPath: 'id' });
        // The first version kept a run's label with its head.
        const runs: readonly { readonly id: string; readonly label?: RunLabel }[] = await transaction.objectStore('runs').getAll();
        for (const { id, label } of runs) if (label) void labels.put({ id, label });
      }
    },
    // A newer page in another tab waits for this one to let go.
    blocking(_old, _new, event) {
      (event.target as IDBDatabase).close();
      onClose();
    },
    terminated: onClose,
  });
  return within(openDeadline, 'the storage of runs', opening, (late) => late.close());
}

/** Bytes of plain data, about: typed arrays count in full, the rest a little. */
export function sizeOf(value: unknown): number {
  if (ArrayBuffer.isView(value)) return value.byteLength;
  if (typeof value === 'string') return 2 * value.length;
  if (Array.isArray(value)) return value.reduce((sum: number, each) => sum + sizeOf(each), 8);
  if (typeof value !== 'object' || value === null) return 8;
  return Object.values(value).reduce((sum: number, each) => sum + sizeOf(each), 16);
}
