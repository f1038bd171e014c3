import type { RunArchive } from '../../core/run/archive.js';
import { liveStates, type RunRecord } from '../../core/run/record.js';
import { own } from './ownership.js';
import type { Run } from './run.svelte.js';

/** ms between two writes of a run that trains. */
const saveInterval = 1000;

/** What becomes of writing. */
export interface StoringEvents {
  /** The archive has what had changed; those who read it may be told. */
  written(): void;
  refused(error: unknown): void;
}

/** Writes runs to the archive, one write after another: at once what a person does, now and then what is measured. */
export class Storing {
  private readonly dirty = new Set<Run>();
  /** Runs on their way to the archive. */
  private writing: readonly Run[] = [];
  /** How to let go of the runs that this tab trains. */
  private readonly held = new Map<string, () => void>();
  private last: Promise<void> = Promise.resolve();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly archive: RunArchive,
    private readonly events: StoringEvents,
  ) {}

  /** This tab trains a run from now on, until it has ended and that is stored. */
  hold({ id }: Run): void {
    this.held.get(id)?.();
    this.held.set(id, own(id));
  }

  /** Whether this page knows a run better than the archive: it trains it, or has just changed it. */
  knowsBest(run: Run): boolean {
    return this.held.has(run.id) || this.dirty.has(run) || this.writing.includes(run);
  }

  /** Keeps a run as it will be in a second: as it trains, it changes again and again. */
  changed(run: Run): void {
    if (run.elsewhere) return;
    this.dirty.add(run);
    this.timer ??= setTimeout(() => void this.save(), saveInterval);
  }

  /** Keeps at once what a person has done to a run: the page may be left before long. */
  keep(run: Run): void {
    if (run.elsewhere) return;
    this.dirty.add(run);
    void this.save();
  }

  /** Keeps a run whole, in place of what there was of it; what is measured from now on is written after this. */
  replace(record: RunRecord, run: Run): void {
    this.last = this.last.then(() => this.archive.replace(record, run.label)).catch((error: unknown) => this.events.refused(error));
  }

  /** Takes runs out of the archive. Never rejects. */
  async remove(runs: readonly Run[]): Promise<void> {
    for (const run of runs) this.dirty.delete(run);
    await this.last;
    await this.archive.remove(runs.map(({ id }) => id)).catch((error: unknown) => this.events.refused(error));
  }

  /** Writes what has changed. Never rejects. */
  async save(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.last = this.last.then(() => this.write());
    await this.last;
  }

  /** When all writes that were asked for are over. */
  settled(): Promise<void> {
    return this.last;
  }

  private async write(): Promise<void> {
    const { archive, events } = this;
    const runs = [...this.dirty];
    if (runs.length === 0) return;
    this.dirty.clear();
    this.writing = runs;
    const ended = runs.filter(({ head }) => !liveStates.includes(head.state));
    const nothing = runs.filter(({ isNothing }) => isNothing);
    const kept = runs.filter(({ isNothing }) => !isNothing).map((run) => ({ head: run.head, label: run.label, ...run.unsaved() }));
    try {
      await archive.put(kept.map(({ head, label, rows }) => ({ head, label, rows })));
      for (const { saved } of kept) saved();
      if (nothing.length > 0) await archive.remove(nothing.map(({ id }) => id));
    } catch (error) {
      events.refused(error);
    }
    this.writing = [];
    // Not before the others can read how they ended: they would take them for runs that were cut off.
    for (const { id } of ended) {
      this.held.get(id)?.();
      this.held.delete(id);
    }
    events.written();
    if (ended.length > 0) await archive.clear().catch((error: unknown) => events.refused(error));
  }
}
