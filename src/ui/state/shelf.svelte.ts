import type { Lab } from '../../core/labs/lab.js';
import type { Note } from '../../core/protocol.js';
import type { Cleared, RunArchive, RunLabel } from '../../core/run/archive.js';
import { ArchiveError, paletteSize } from '../../core/run/archive.js';
import type { Said } from '../../core/run/encode.js';
import { liveStates, newRunId, type RunRecord } from '../../core/run/record.js';
import { colorTaken, freeColor, onCharts } from './colors.js';
import { owned } from './ownership.js';
import { Run } from './run.svelte.js';
import { Storing } from './storing.js';
import { readViewed, storeViewed } from './viewed.js';

/** Runs that are drawn together: each in a colour of its own. */
export const mostShown = paletteSize;
/** ms after which a run that was removed goes for good when a page opens; until then another tab may bring it back. */
const undoTime = 600_000;

/** A run of a file, with what was said of it, and the file's name. */
export interface Recorded {
  readonly record: RunRecord;
  readonly said: Said;
  readonly recorded: string;
}

/** All runs that the page knows, of all labs: those of this visit, and those that the archive has kept. */
export class Shelf {
  /** The oldest first. */
  runs = $state.raw<readonly Run[]>([]);
  /** The run in the foreground; none after another preset was picked. */
  selected = $state.raw<Run | undefined>();
  /** What became of stored runs, until it is read. */
  notices = $state.raw<readonly Note[]>([]);
  /** Whether the archive has been read, or there is none. */
  opened = $state.raw(false);
  /** Runs that were removed last, and can be brought back. */
  removed = $state.raw<readonly Run[]>([]);

  private numbered = 0;
  private readonly storing: Storing | undefined;
  /** Runs that were taken off the charts, whose measurements the archive may keep alone. */
  private readonly resting = new Set<Run>();
  private refreshing: Promise<void> = Promise.resolve();
  private refused = false;
  private readonly tabs: BroadcastChannel | undefined;

  /** Without an archive, runs last as long as the page. */
  constructor(private readonly archive?: RunArchive) {
    this.opened = !archive;
    this.storing = archive && new Storing(archive, { written: () => this.written(), refused: (error) => this.refuse(error) });
    if (!archive || typeof BroadcastChannel === 'undefined') return;
    this.tabs = new BroadcastChannel('tuning-playground runs');
    this.tabs.onmessage = () => void this.refresh();
    // A page that is left may not come back.
    addEventListener('pagehide', () => void this.save());
    document.addEventListener('visibilitychange', () => document.hidden && void this.save());
  }

  /** Takes up what the archive has; what this tab looked at before a reload is looked at again. Never rejects. */
  async open(): Promise<void> {
    const start = performance.now();
    const viewed = readViewed();
    await this.refresh();
    for (const run of this.runs) {
      if (viewed ? viewed.shown.includes(run.id) : this.staysShown(run)) this.show(run);
    }
    this.selected ??= this.runs.find(({ id }) => id === viewed?.selected);
    this.opened = true;
    performance.measure('shelf opened', { start });
  }

  /** Remembers what this tab looks at. */
  keepViewed(): void {
    if (!this.opened || !this.archive) return;
    const shown = this.runs.filter(({ hidden }) => !hidden).map(({ id }) => id);
    storeViewed({ shown, ...(this.selected && { selected: this.selected.id }) });
  }

  /** The number of the next run. */
  nextNumber(): number {
    return ++this.numbered;
  }

  /** Takes runs off the charts until so many more find room: the oldest first, pinned ones and the baseline last. */
  makeRoom(lab: Lab, entering: number): void {
    const shown = onCharts(this.runs, lab);
    const order = [...shown.filter((run) => !this.staysShown(run)), ...shown.filter((run) => this.staysShown(run))];
    for (const run of order.slice(0, Math.max(0, shown.length + entering - mostShown))) {
      run.hidden = true;
      this.resting.add(run);
    }
  }

  /** Runs that begin, in the foreground the first of them. */
  begin(started: readonly Run[]): void {
    this.runs = [...this.runs, ...started];
    this.selected = started[0];
    for (const run of started) {
      this.storing?.add(run);
      this.hold(run);
    }
  }

  /** This tab trains a run from now on, until it has ended. */
  hold(run: Run): void {
    this.storing?.hold(run);
    this.changed(run);
  }

  /** A run trains on from a step, up to which its record has been cut back. */
  goOn(run: Run, record: RunRecord, step: number): void {
    run.load(record);
    run.goOn(step);
    this.select(run);
    this.hold(run);
    this.storing?.replace(record);
  }

  /** Runs of a file, with what was said of them. */
  take(records: readonly Recorded[]): readonly Run[] {
    const known = new Set(this.runs.map(({ id }) => id));
    const taken = records.map(({ record, recorded, said: { foreground: _, ...said } }, i) => {
      // A run that is here already comes beside itself.
      const own = known.has(record.id) ? { ...record, id: newRunId() } : record;
      known.add(own.id);
      const run = Run.recorded(this.nextNumber(), own, { color: 0, ...said, recorded });
      run.hidden = i >= mostShown;
      if (run.hidden) this.resting.add(run);
      return run;
    });
    const shown = taken.filter(({ hidden }) => !hidden);
    for (const lab of new Set(shown.map(({ origin }) => origin.lab))) this.makeRoom(lab, shown.filter(({ origin }) => origin.lab === lab).length);
    const colored = taken.filter((_, i) => records[i]!.said.color !== undefined);
    colorTaken(this.runs, colored, taken.filter((run) => !colored.includes(run)));
    this.runs = [...this.runs, ...taken];
    for (const run of taken) {
      this.storing?.add(run);
      this.keep(run);
    }
    return taken;
  }

  /** A colour that the fewest runs on the charts have, and `besides`. */
  freeColor(lab: Lab, besides: readonly Run[] = []): number {
    return freeColor(onCharts([...this.runs, ...besides], lab));
  }

  /** Keeps the run's record as it now is, soon. */
  changed(run: Run): void {
    this.storing?.changed(run);
  }

  /** Keeps at once what a person has done to a run. */
  keep(run: Run): void {
    this.storing?.keep(run);
  }

  /** Says something else of a run, or no longer what is undefined. */
  label(run: Run, change: { readonly [K in keyof RunLabel]?: RunLabel[K] | undefined }): void {
    const said = Object.entries({ ...run.label, ...change }).filter(([, value]) => value !== undefined);
    run.label = Object.fromEntries(said) as unknown as RunLabel;
    this.storing?.keepLabel(run);
  }

  /** Brings a run to the charts. */
  show(run: Run): void {
    if (run.hidden) this.makeRoom(run.origin.lab, 1);
    run.hidden = false;
    void this.load(run);
  }

  select(run: Run): void {
    this.selected = run;
    this.show(run);
  }

  /** The run that others of a lab are compared with. */
  baselineOf(lab: Lab): Run | undefined {
    return this.baselinesOf(lab).sort((a, b) => b.label.baseline! - a.label.baseline!)[0];
  }

  /** Two tabs may each have chosen one. */
  private baselinesOf(lab: Lab): Run[] {
    return this.runs.filter(({ origin, label }) => origin.lab === lab && label.baseline !== undefined);
  }

  /** Compares the others of its lab with a run, which is brought to the charts. */
  compareWith(run: Run): void {
    this.compareWithNone(run.origin.lab);
    this.label(run, { baseline: Date.now() });
    this.show(run);
  }

  compareWithNone(lab: Lab): void {
    for (const run of this.baselinesOf(lab)) this.label(run, { baseline: undefined });
  }

  private staysShown(run: Run): boolean {
    return run.label.pinned === true || run === this.baselineOf(run.origin.lab);
  }

  /** Reads a run's measurements where they are not here yet. Never rejects. */
  async load(run: Run): Promise<void> {
    if (run.loaded || !this.archive) return;
    try {
      const record = await this.archive.get(run.id);
      if (!record) throw new ArchiveError('it is not there any more', false);
      // What it is now may not be stored yet.
      if (!run.loaded) run.load({ ...record, state: run.head.state });
    } catch (error) {
      this.tell({ id: 'note.runNotRead', values: { reason: reasonOf(error) } });
    }
  }

  /** Takes runs off the shelf; `restore` brings back those that went last. */
  remove(runs: readonly Run[]): void {
    void this.forget(this.removed);
    this.removed = runs;
    this.runs = this.runs.filter((run) => !runs.includes(run));
    if (this.selected && runs.includes(this.selected)) this.selected = undefined;
    for (const run of runs) this.label(run, { removed: Date.now() });
  }

  /** A run that is nothing to come back to leaves no trace. */
  drop(run: Run): void {
    this.runs = this.runs.filter((each) => each !== run);
    if (this.selected === run) this.selected = undefined;
  }

  restore(): void {
    this.runs = [...this.runs, ...this.removed].sort((a, b) => a.origin.number - b.origin.number);
    for (const run of this.removed) this.label(run, { removed: undefined });
    this.removed = [];
  }

  /** Lets those go that were removed last. */
  async forget(runs: readonly Run[] = this.removed): Promise<void> {
    if (runs === this.removed) this.removed = [];
    if (!this.storing || runs.length === 0) return;
    await this.storing.remove(runs);
    this.tabs?.postMessage('changed');
  }

  /** A worker has gone with the checkpoints that it held. Tells whether any are lost: those that were stored are not. */
  loseCheckpoints(): boolean {
    const held = this.runs.filter(({ head }) => head.checkpoints.length > 0);
    for (const run of held) run.keepCheckpoints([]);
    void this.restoreCheckpoints(held);
    return held.length > 0 && !this.archive;
  }

  private async restoreCheckpoints(held: readonly Run[]): Promise<void> {
    const { runs = [] } = (await this.archive?.list().catch(() => undefined)) ?? {};
    for (const run of held) run.keepCheckpoints(runs.find(({ head }) => head.id === run.id)?.head.checkpoints ?? []);
  }

  /** Writes what has changed. Never rejects; what cannot be written is told once, and stays as long as the page. */
  async save(): Promise<void> {
    await this.storing?.save();
  }

  private written(): void {
    this.tabs?.postMessage('changed');
    this.unloadResting();
  }

  /** A page that trains hundreds of runs holds the measurements of those that it draws: the others it reads again. */
  private unloadResting(): void {
    if (this.refused) return;
    const isParent = ({ id }: Run): boolean => this.runs.some(({ hidden, origin }) => !hidden && origin.from?.run === id);
    for (const run of this.resting) {
      if (!run.hidden) this.resting.delete(run);
      else if (!run.live && run !== this.selected && !isParent(run) && run.unload()) this.resting.delete(run);
    }
  }

  /** What the archive has now: runs of other tabs come, go and change. */
  private refresh(): Promise<void> {
    this.refreshing = this.refreshing.then(() => this.read());
    return this.refreshing;
  }

  private async read(): Promise<void> {
    const { archive, storing } = this;
    if (!archive || !storing) return;
    await storing.settled();
    try {
      // In this order: what nobody held before it was read has been stored as it ended.
      const held = await owned();
      const { runs, damaged } = await archive.list();
      const known = new Map([...this.runs, ...this.removed].map((run) => [run.id, run]));
      const arrived: Run[] = [];
      const expired: string[] = [];
      for (const shelved of runs) {
        const { head, label } = shelved;
        if (label.removed !== undefined && !known.has(head.id)) {
          if (Date.now() - label.removed > undoTime) expired.push(head.id);
          continue;
        }
        const trains = liveStates.includes(head.state) && held.has(head.id);
        const run = known.get(head.id) ?? Run.shelved(this.nextNumber(), shelved);
        if (!storing.saysLast(run)) run.label = label;
        if (storing.knowsBest(run)) continue;
        if (known.has(head.id)) run.follow(head);
        run.elsewhere = trains;
        if (!run.hidden) void this.load(run);
        if (!trains && liveStates.includes(run.head.state)) {
          run.end('interrupted');
          this.changed(run);
        }
        if (known.has(head.id)) continue;
        if (run.isNothing) expired.push(head.id);
        else arrived.push(run);
      }
      const stored = new Set(runs.map(({ head }) => head.id));
      const stays = (run: Run): boolean => run.label.removed === undefined && (!run.elsewhere || stored.has(run.id));
      if (arrived.length > 0 || !this.runs.every(stays)) {
        this.runs = [...this.runs, ...arrived].filter(stays).sort((a, b) => a.head.created - b.head.created);
        if (this.selected && !this.runs.includes(this.selected)) this.selected = undefined;
      }
      if (expired.length > 0) await archive.remove(expired);
      if (damaged > 0 && !this.opened) this.tell({ id: 'note.runsDamaged', values: { count: damaged } });
    } catch (error) {
      this.refuse(error);
    }
  }

  private refuse(error: unknown): void {
    if (this.refused) return;
    this.refused = true;
    const full = error instanceof ArchiveError && error.full;
    this.tell({ id: full ? 'note.storageFull' : 'note.storageRefused', values: { reason: reasonOf(error) } });
  }

  /** Storage was full, and older runs made room. */
  cleared({ checkpoints, runs }: Cleared): void {
    void this.refresh();
    if (runs > 0) this.tell({ id: 'note.runsCleared', values: { runs, checkpoints } });
    else if (checkpoints > 0) this.tell({ id: 'note.checkpointsCleared', values: { runs: checkpoints } });
  }

  private tell(note: Note): void {
    this.notices = [...this.notices, note];
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
