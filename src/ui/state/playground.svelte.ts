import { labs } from '../../core/labs/index.js';
import type { Preset } from '../../core/labs/lab.js';
import { chartedMetrics, type Metric } from '../../core/metrics.js';
import { areComparable } from '../../core/labs/variants.js';
import type { Config } from '../../core/parameters.js';
import type { RunArchive } from '../../core/run/archive.js';
import { decodeLink, type Decoded } from '../../core/share.js';
import { ActiveRuns } from './activeRuns.svelte.js';
import { Launcher } from './launcher.svelte.js';
import { linkOf } from './links.js';
import type { Run } from './run.svelte.js';
import { settings } from './settings.svelte.js';
import { Setup } from './setup.svelte.js';
import { Shelf, type Recorded } from './shelf.svelte.js';

/** The whole page: the knobs as they stand, the runs, what trains, and what is looked at of all that. */
export class Playground {
  /** The link that opened the page. */
  readonly openedBy: Decoded;
  readonly setup: Setup;
  readonly shelf: Shelf;
  readonly launcher: Launcher;
  private readonly active: ActiveRuns;

  /**
   * `search` is a link's query, `files` the address of the folder of shipped files, ending in '/'. Without an archive, runs
   * last as long as the page.
   */
  constructor(search: string, files: string, archive?: RunArchive) {
    this.openedBy = decodeLink(search, labs);
    // A frame in somebody's page is looked at, not worked with: its runs last as long as it does.
    this.shelf = new Shelf(this.openedBy.embed ? undefined : archive);
    this.active = new ActiveRuns(this.shelf, (changes) => this.setup.follow(changes));
    this.setup = new Setup(this.openedBy, this.shelf, this.active);
    this.launcher = new Launcher(this.setup, this.shelf, this.active, files);
  }

  /** The run in the foreground: the newest, or the one chosen in the list; none after another preset was picked. */
  readonly selected: Run | undefined = $derived.by(() =>
    // What was looked at before a reload may be of another lab than the link.
    this.shelf.selected?.origin.lab === this.setup.lab ? this.shelf.selected : undefined,
  );
  /** The config whose charts are shown. */
  readonly viewed: Config = $derived.by(() => (this.selected ?? this.setup).config);
  /** The preset that it began with; none where it belongs to no preset. */
  readonly viewedPreset: Preset | undefined = $derived.by(() => (this.selected?.origin ?? this.setup).preset);
  /** The runs of the lab in the foreground. */
  readonly labRuns: readonly Run[] = $derived.by(() => this.shelf.runs.filter((run) => run.origin.lab === this.setup.lab));
  /** The one that the others are compared with. */
  readonly baseline: Run | undefined = $derived.by(() => this.shelf.baselineOf(this.setup.lab));
  /** Those that can be drawn together with what is shown: of the same variant, such as GRPO's task. */
  readonly comparable = $derived(this.labRuns.filter((run) => !run.hidden && areComparable(this.setup.lab, run.config, this.viewed)));
  /** Those with a chart. */
  readonly metrics: readonly Metric[] = $derived.by(() => chartedMetrics(this.setup.lab.metrics, this.viewed));
  readonly headlines: readonly Metric[] = $derived.by(() =>
    this.setup.lab.headlines(this.viewed).flatMap((id) => this.metrics.filter((metric) => metric.id === id)),
  );
  readonly details = $derived(this.metrics.filter((metric) => !this.headlines.includes(metric)));
  /** What became of a worker, where no run is left to tell it, and of stored runs. */
  readonly notices = $derived.by(() => [...this.active.notices, ...this.shelf.notices]);

  /** The query by which a reload comes back to what is looked at: a run by a schedule begins as it began. */
  readonly address = $derived.by(() => {
    const { setup, openedBy: { view, embed } } = this;
    const page = { ...(setup.title && { title: setup.title }), ...(view.pace === settings.pace && { pace: String(view.pace) }) };
    const run = this.selected;
    const replays = run?.head.schedule !== undefined && setup.schedule.length === 0 && setup.hasSettingsOf(run);
    return replays ? linkOf(run, { embed, page }) : setup.linkWith(embed, page);
  });

  /** Goes back, or forward, to what a link and a run showed. What trains goes on where the knobs are those that it has. */
  async goTo(search: string, run: string | undefined): Promise<void> {
    const link = decodeLink(search, labs);
    await settings.chooseLab(link.lab.id, () => {
      this.setup.goTo(link);
      const selected = this.shelf.runs.find(({ id }) => id === run);
      if (selected) this.select(selected);
      else this.shelf.selected = undefined;
    });
  }

  select(run: Run): void {
    this.shelf.select(run);
    if (run.origin.held) this.launcher.inspect(run, run.inspection?.replica ?? 0);
  }

  /**
   * Takes up runs of a file and brings one of this lab to the foreground: that which was there as they were saved, or the
   * first. What is here already, as it is in the file, is shown and does not come again.
   */
  take(records: readonly Recorded[]): { readonly opened: readonly Run[]; readonly known: readonly Run[] } {
    const here = ({ record }: Recorded): Run | undefined =>
      this.shelf.runs.find(({ id, head }) => id === record.id && head.step === record.step && head.state === record.state);
    const there = records.filter((each) => here(each));
    const fresh = records.filter((each) => !here(each));
    const known = there.map((each) => here(each)!);
    const opened = this.shelf.take(fresh);
    for (const run of known) this.shelf.show(run);
    const saved = [...fresh, ...there];
    const came = [...opened, ...known].map((run, i) => ({ run, said: saved[i]!.said })).filter(({ run }) => run.origin.lab === this.setup.lab);
    const first = came.find(({ said }) => said.foreground) ?? came[0];
    if (first) this.select(first.run);
    return { opened, known };
  }

  /** Takes runs off the charts. Where that in the foreground goes, the next below it in the list comes there; the last one stays. */
  hide(runs: readonly Run[]): void {
    const { selected, comparable } = this;
    if (selected && runs.includes(selected)) {
      const others = comparable.filter((run) => !runs.includes(run));
      const next = others.findLast((run) => comparable.indexOf(run) < comparable.indexOf(selected)) ?? others[0];
      if (next) this.select(next);
    }
    for (const run of runs) if (run !== this.selected) run.hidden = true;
  }

  /** Takes runs off the shelf; one that trains is stopped, unless others train with it. Those of another tab are left to it. */
  remove(...runs: readonly Run[]): void {
    const own = runs.filter(({ elsewhere }) => !elsewhere);
    for (const run of own) {
      this.active.remove(run);
      if (run.live) run.end('stopped');
    }
    this.shelf.remove(own);
  }

  dismissNotices(): void {
    this.active.notices = [];
    this.shelf.notices = [];
  }
}
