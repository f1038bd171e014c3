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
  /** Runs that are not in the archive as they are. */
  private readonly trained = new Unwritten();
  /** Runs of which the archive does not have what a person has said. */
  private readonly said = new Unwritten();
  /** How to let go of the runs that this tab trains. */
  private readonly held = new Map<string, () => void>();
  private last: Promise<void> = Promise.resolve();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly archive: RunArchive,
    private readonly events: StoringEvents,
  ) {}

  /** A run that the archive does not know yet: what is said of it is written with it. */
  add(run: Run): void {
    this.said.add(run);
  }

  /** This tab trains a run from now on, until it has ended and that is stored. */
  hold({ id }: Run): void {
    this.held.get(id)?.();
    this.held.set(id, own(id));
  }

  /** Whether this page knows how a run goes better than the archive: it trains it, or has just changed it. */
  knowsBest(run: Run): boolean {
    return this.held.has(run.id) || this.trained.has(run);
  }

  /** Whether what has been said of a run here is on its way to the archive. */
  saysLast(run: Run): boolean {
    return this.said.has(run);
  }

  /** Keeps a run as it will be in a second: as it trains, it changes again and again. */
  changed(run: Run): void {
    if (run.elsewhere) return;
    this.trained.add(run);
    this.timer ??= setTimeout(() => void this.save(), saveInterval);
  }

  /** Keeps at once what a person has done to a run: the page may be left before long. */
  keep(run: Run): void {
    if (run.elsewhere) return;
    this.trained.add(run);
    void this.save();
  }

  /** Keeps at once what a person says of a run, whoever trains it. */
  keepLabel(run: Run): void {
    this.said.add(run);
    void this.save();
  }

  /** Keeps a run whole, in place of what there was of it; what is measured from now on is written after this. */
  replace(record: RunRecord): void {
    this.last = this.last.then(() => this.archive.replace(record)).catch((error: unknown) => this.events.refused(error));
  }

  /** Takes runs out of the archive. Never rejects. */
  async remove(runs: readonly Run[]): Promise<void> {
    for (const run of runs) {
      this.trained.delete(run);
      this.said.delete(run);
    }
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
    const trained = this.trained.take();
    const said = this.said.take();
    if (trained.size + said.size === 0) return;
    const nothing = [...trained].filter(({ isNothing }) => isNothing);
    const kept = [...new Set([...trained, ...said])].filter(({ isNothing }) => !isNothing);
    const rows = new Map([...trained].map((run) => [run, run.unsaved()]));
    const ended = [...trained].filter(({ head }) => !liveStates.includes(head.state));
    try {
      await archive.put(kept.map((run) => ({
        id: run.id,
        ...(trained.has(run) && { trained: { head: run.head, rows: rows.get(run)!.rows } }),
        ...(said.has(run) && { label: run.label }),
      })));
      for (const run of kept) rows.get(run)?.saved();
      if (nothing.length > 0) await archive.remove(nothing.map(({ id }) => id));
    } catch (error) {
      events.refused(error);
    }
    this.trained.done();
    this.said.done();
    // Not before the others can read how they ended: they would take them for runs that were cut off.
    for (const { id } of ended) {
      this.held.get(id)?.();
      this.held.delete(id);
    }
    events.written();
    if (ended.length > 0) await archive.clear().catch((error: unknown) => events.refused(error));
  }
}

/** Runs that wait to be written, and those that are being written. */
class Unwritten {
  private waiting = new Set<Run>();
  private taken: ReadonlySet<Run> = new Set();

  add(run: Run): void {
    this.waiting.add(run);
  }

  delete(run: Run): void {
    this.waiting.delete(run);
  }

  has(run: Run): boolean {
    return this.waiting.has(run) || this.taken.has(run);
  }

  /** Those that wait, which are being written from now on. */
  take(): ReadonlySet<Run> {
    this.taken = this.waiting;
    this.waiting = new Set();
    return this.taken;
  }

  /** Those that were taken are written, or never will be. */
  done(): void {
    this.taken = new Set();
  }
}
