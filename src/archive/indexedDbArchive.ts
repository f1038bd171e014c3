import { ArchiveError, type ArchiveUsage, type ChangedRun, type Cleared, type RunArchive, type ShelvedRun } from '../core/run/archive.js';
import { isReadable, liveStates, type RunHead, type RunRecord } from '../core/run/record.js';
import { openArchive, sizeOf, type ArchiveDatabase, type StoredCheckpoint } from './database.js';

/** The share of the quota, and the bytes of checkpoints, beyond which something has to go. */
const mostOfQuota = 0.8;
const mostCheckpointBytes = 2 * 2 ** 30;
/** What is left when something goes: clearing is not needed again at once. */
const clearedTo = 0.8;
/** Where storage is full, bytes that are freed at least: browsers do not say how many they have. */
const leastFreed = 4 * 2 ** 20;

/** Every run of the browser's profile, in IndexedDB: of all tabs, and of the workers that keep checkpoints. */
export class IndexedDbArchive implements RunArchive {
  private opening: Promise<ArchiveDatabase> | undefined;

  /** @param onCleared hears what went to make room for what had to be stored */
  constructor(private readonly onCleared: (cleared: Cleared) => void = () => undefined, private readonly name = 'tuning-playground') {}

  async list(): Promise<{ readonly runs: readonly ShelvedRun[]; readonly damaged: number }> {
    return this.work(async (database) => {
      const transaction = database.transaction(['runs', 'labels', 'checkpoints']);
      const [all, labels, keys] = await Promise.all([
        transaction.objectStore('runs').getAll(),
        transaction.objectStore('labels').getAll(),
        transaction.objectStore('checkpoints').getAllKeys(),
      ]);
      const labelOf = new Map(labels.map(({ id, label }) => [id, label]));
      const steps = new Map<string, number[]>();
      for (const [run, step] of keys) steps.set(run, [...(steps.get(run) ?? []), step]);
      const readable = all.filter(({ head }) => isReadable(head));
      const runs = readable.map(({ id, head }) => ({ head: withCheckpoints(head, steps.get(id)), label: labelOf.get(id) ?? { color: 0 } }));
      return { runs: runs.sort((a, b) => a.head.created - b.head.created), damaged: all.length - runs.length };
    });
  }

  async get(id: string): Promise<RunRecord | undefined> {
    return this.work(async (database) => {
      const transaction = database.transaction(['runs', 'rows', 'checkpoints']);
      const [run, parts, keys] = await Promise.all([
        transaction.objectStore('runs').get(id),
        transaction.objectStore('rows').index('run').getAll(id),
        transaction.objectStore('checkpoints').getAllKeys(checkpointsOf(id)),
      ]);
      if (!run || !isReadable(run.head)) return undefined;
      return { ...withCheckpoints(run.head, keys.map(([, step]) => step)), series: parts.map(({ rows }) => rows) };
    });
  }

  async put(runs: readonly ChangedRun[]): Promise<void> {
    await this.write(async (database) => {
      const transaction = database.transaction(['runs', 'labels', 'rows'], 'readwrite');
      for (const { id, trained, label } of runs) {
        if (trained) void transaction.objectStore('runs').put({ id, head: trained.head });
        if (label) void transaction.objectStore('labels').put({ id, label });
        for (const rows of trained?.rows ?? []) void transaction.objectStore('rows').add({ run: id, rows });
      }
      // By itself it would end once each request has been answered: a page that is left does not hear the answers.
      transaction.commit();
      await transaction.done;
    });
  }

  async replace({ series, ...head }: RunRecord): Promise<void> {
    await this.write(async (database) => {
      const transaction = database.transaction(['runs', 'rows'], 'readwrite');
      const rows = transaction.objectStore('rows');
      for (const key of await rows.index('run').getAllKeys(head.id)) void rows.delete(key);
      void transaction.objectStore('runs').put({ id: head.id, head });
      for (const part of series) void rows.add({ run: head.id, rows: part });
      await transaction.done;
    });
  }

  async remove(ids: readonly string[]): Promise<void> {
    await this.work(async (database) => {
      const transaction = database.transaction(['runs', 'labels', 'rows', 'checkpoints'], 'readwrite');
      const rows = transaction.objectStore('rows');
      for (const id of ids) {
        void transaction.objectStore('runs').delete(id);
        void transaction.objectStore('labels').delete(id);
        void transaction.objectStore('checkpoints').delete(checkpointsOf(id));
        for (const key of await rows.index('run').getAllKeys(id)) void rows.delete(key);
      }
      await transaction.done;
    });
  }

  async usage(): Promise<ArchiveUsage> {
    const { usage = 0, quota = Infinity } = (await navigator.storage?.estimate?.()) ?? {};
    return { bytes: usage, quota };
  }

  /** Asks the browser not to clear this origin by itself when the disk is full. */
  async persist(): Promise<boolean> {
    return (await navigator.storage?.persist?.()) ?? false;
  }

  async clear(): Promise<void> {
    const { bytes, quota } = await this.usage();
    const ages = await this.checkpointAges();
    const kept = ages.reduce((sum, { bytes: each }) => sum + each, 0);
    const beyond = Math.max(
      bytes > mostOfQuota * quota ? bytes - clearedTo * mostOfQuota * quota : 0,
      kept > mostCheckpointBytes ? kept - clearedTo * mostCheckpointBytes : 0,
    );
    if (beyond > 0) this.onCleared(await this.makeRoom(beyond));
  }

  /** Stores what of a run's checkpoints is not stored yet, and drops those that it no longer keeps. */
  async keepCheckpoints(run: string, kept: readonly StoredCheckpoint['state'][], added: readonly StoredCheckpoint['state'][]): Promise<void> {
    await this.write(async (database) => {
      const transaction = database.transaction('checkpoints', 'readwrite');
      const steps = new Set(kept.map(({ step }) => step));
      for (const key of await transaction.store.getAllKeys(checkpointsOf(run))) if (!steps.has(key[1])) void transaction.store.delete(key);
      for (const state of added) void transaction.store.put({ run, step: state.step, stored: Date.now(), bytes: sizeOf(state), state });
      await transaction.done;
    });
  }

  /** The checkpoints of a run up to a step, the earliest first. */
  async checkpoints(run: string, step: number): Promise<StoredCheckpoint['state'][]> {
    return this.work(async (database) => {
      const stored = await database.getAll('checkpoints', IDBKeyRange.bound([run, 0], [run, step]));
      return stored.map(({ state }) => state);
    });
  }

  /** The latest checkpoint of a run of a lab up to a step. */
  async checkpoint(run: string, step: number, lab: string): Promise<StoredCheckpoint['state'] | undefined> {
    return this.work(async (database) => {
      const transaction = database.transaction(['runs', 'checkpoints']);
      if ((await transaction.objectStore('runs').get(run))?.head.lab !== lab) return undefined;
      const cursor = await transaction.objectStore('checkpoints').openCursor(IDBKeyRange.bound([run, 0], [run, step]), 'prev');
      return cursor?.value.state;
    });
  }

  private async checkpointAges(): Promise<{ readonly run: string; readonly step: number; readonly bytes: number }[]> {
    return this.work(async (database) => {
      const ages = [];
      let cursor = await database.transaction('checkpoints').store.index('sizes').openKeyCursor();
      for (; cursor; cursor = await cursor.continue()) {
        const [run, step] = cursor.primaryKey;
        ages.push({ run, step, bytes: cursor.key[1] });
      }
      return ages;
    });
  }

  /** The oldest checkpoints go, then the oldest runs that are not pinned; what trains keeps everything. */
  private async makeRoom(bytes: number): Promise<Cleared> {
    const { runs } = await this.list();
    const live = new Set(runs.filter(({ head }) => liveStates.includes(head.state)).map(({ head }) => head.id));
    let free = 0;
    const checkpoints: [string, number][] = [];
    for (const { run, step, bytes: each } of await this.checkpointAges()) {
      if (free >= bytes) break;
      if (live.has(run)) continue;
      checkpoints.push([run, step]);
      free += each;
    }
    const whole: string[] = [];
    if (free < bytes) {
      const old = runs.filter(({ head, label }) => !label.pinned && !live.has(head.id));
      for (const { head } of old) {
        if (free >= bytes) break;
        whole.push(head.id);
        free += await this.rowBytes(head.id);
      }
    }
    await this.work(async (database) => {
      const transaction = database.transaction('checkpoints', 'readwrite');
      for (const key of checkpoints) void transaction.store.delete(key);
      await transaction.done;
    });
    if (whole.length > 0) await this.remove(whole);
    return { checkpoints: new Set(checkpoints.map(([run]) => run)).size, runs: whole.length };
  }

  private async rowBytes(run: string): Promise<number> {
    return this.work(async (database) => sizeOf(await database.getAllFromIndex('rows', 'run', run)));
  }

  /** Writes; where storage is full, room is made once. */
  private async write(work: (database: ArchiveDatabase) => Promise<void>): Promise<void> {
    try {
      await this.work(work);
    } catch (error) {
      if (!(error instanceof ArchiveError && error.full)) throw error;
      const { bytes } = await this.usage();
      this.onCleared(await this.makeRoom(Math.max((1 - clearedTo) * bytes, leastFreed)));
      await this.work(work);
    }
  }

  private async work<T>(work: (database: ArchiveDatabase) => Promise<T>): Promise<T> {
    try {
      this.opening ??= openArchive(this.name, () => (this.opening = undefined));
      return await work(await this.opening);
    } catch (error) {
      if (error instanceof ArchiveError) throw error;
      // What could not be opened may be opened later.
      this.opening = undefined;
      const { name, message } = error instanceof Error ? error : { name: '', message: String(error) };
      throw new ArchiveError(message || name, name === 'QuotaExceededError');
    }
  }
}

function checkpointsOf(run: string): IDBKeyRange {
  return IDBKeyRange.bound([run, 0], [run, Infinity]);
}

/** With the checkpoints that are stored, which may not be those that its worker held. */
function withCheckpoints(head: RunHead, stored: readonly number[] = []): RunHead {
  return { ...head, checkpoints: [...stored] };
}
