import { FindingWatcher } from '../../core/findings/watcher.js';
import type { Finding } from '../../core/findings/detector.js';
import type { Lab, Preset } from '../../core/labs/lab.js';
import { runConfig } from '../../core/labs/runParameters.js';
import type { Config, Parameter, Value } from '../../core/parameters.js';
import type { ChangedKnob, Inspection, Note, RunState, Update } from '../../core/protocol.js';
import { RunSeries } from '../../core/series/runSeries.js';

type Status = Omit<Extract<Update, { type: 'status' }>, 'type' | 'run'>;

/** The knobs that changed together before a step; of one that was turned over several steps the first. */
export interface LiveChange {
  readonly step: number;
  readonly changes: readonly ChangedKnob[];
}

export interface RunOrigin {
  /** Counted from 1 over the visit. */
  readonly number: number;
  readonly lab: Lab;
  readonly preset: Preset | undefined;
  /** What the config is told apart from in the run's name. */
  readonly base: Config;
  readonly config: Config;
  /** The colour's place in the palette, 0 to 5. */
  readonly color: number;
  readonly from: { readonly run: string; readonly step: number } | undefined;
  /**
   * Knobs that it does not take up as it trains, and all knobs as they stood at its start: of runs that train together
   * the knobs in which they differ, of a run with a recipe of its own all knobs.
   */
  readonly held: { readonly keys: readonly string[]; readonly knobs: Config } | undefined;
}

/** What a run trains, and what its name tells it apart from. */
export type RunRecipe = Pick<RunOrigin, 'preset' | 'base' | 'config'>;

/** Changes of the same knobs that follow each other within this time, ms, are one: a slider is being dragged. */
const turnGap = 2000;

/** Those in which the worker still trains a run or holds it paused. */
export const liveStates: readonly RunState[] = ['preparing', 'running', 'paused'];

/**
 * A run as the page knows it. Its measurements grow in typed arrays outside of Svelte's reactivity; `version` tells
 * that they have grown.
 */
export class Run {
  readonly series: RunSeries;
  readonly replicas: number;
  private readonly watcher: FindingWatcher;
  /** The config that the last measurements were made under. */
  private trained: Config;
  private lastChange = -Infinity;

  version = $state.raw(0);
  status = $state.raw<Status>({ state: 'preparing', step: 0, steps: 0, notes: [], checkpoints: [] });
  /** The config with all live changes asked for so far; the worker may still have to take the last one up. */
  config = $state.raw<Config>({});
  changes = $state.raw<readonly LiveChange[]>([]);
  findings = $state.raw<readonly Finding[]>([]);
  inspection = $state.raw<Inspection | undefined>();
  /** The first of the highest scores, mean over replicas. */
  best = $state.raw<{ readonly step: number; readonly score: number } | undefined>();
  hidden = $state(false);

  constructor(readonly origin: RunOrigin) {
    this.config = origin.config;
    this.trained = origin.config;
    this.replicas = runConfig(origin.config).replicas;
    this.series = new RunSeries(this.replicas);
    this.watcher = new FindingWatcher(origin.lab.detectors, origin.config, this.replicas);
    this.status = { ...this.status, step: origin.from?.step ?? 0, steps: origin.lab.steps(origin.config) };
  }

  get id(): string {
    return `run-${this.origin.number}`;
  }

  /** Whether the worker still trains it or holds it paused. */
  get live(): boolean {
    return liveStates.includes(this.status.state);
  }

  get color(): string {
    return `var(--series-${this.origin.color})`;
  }

  /** Whether it takes up a knob as it trains. */
  takesUp({ key, live }: Parameter): boolean {
    return live && !this.origin.held?.keys.includes(key);
  }

  /** Whether it takes up any knob: a trial of the differences tool has settings of its own. */
  get followsKnobs(): boolean {
    return this.origin.lab.parameters.some((parameter) => this.takesUp(parameter));
  }

  /** Keys in which knobs differ from it: those that it can take up as it trains, or those that it cannot. */
  differences(knobs: Config, live: boolean): string[] {
    const { lab, held } = this.origin;
    const own = (key: string): Value | undefined => (held?.keys.includes(key) ? held.knobs : this.config)[key];
    const differing = lab.parameters.filter((each) => this.takesUp(each) === live && knobs[each.key] !== own(each.key));
    return differing.map(({ key }) => key);
  }

  /** The checkpoint to go on from: the last before anything was found, no later than the best; without findings the newest. */
  get suggestedCheckpoint(): number | undefined {
    const { checkpoints } = this.status;
    if (this.findings.length === 0) return checkpoints.at(-1);
    const found = Math.min(...this.findings.map(({ step }) => step));
    const good = Math.min(found - 1, this.best?.step ?? Infinity);
    return checkpoints.findLast((checkpoint) => checkpoint <= good) ?? checkpoints[0];
  }

  /** Ends it from the page's side, with everything measured kept. */
  end(state: 'stopped' | 'failed', note?: Note): void {
    this.status = { ...this.status, state, notes: note ? [...this.status.notes, note] : this.status.notes };
  }

  /** Its checkpoints went with the worker that held them. */
  loseCheckpoints(): void {
    this.status = { ...this.status, checkpoints: [] };
  }

  receive(update: Update): void {
    switch (update.type) {
      case 'status':
        // What was on its way when the page ended the run does not bring it back.
        if (this.live || !liveStates.includes(update.state)) this.status = update;
        break;
      case 'metrics':
        this.series.append(update);
        this.watch(update);
        this.keepBest(update);
        this.version++;
        break;
      case 'changed':
        this.keepChange(update);
        this.trained = { ...this.trained, ...Object.fromEntries(update.changes.map(({ key, to }) => [key, to!])) };
        this.watcher.change(this.trained);
        break;
      case 'inspection':
        this.inspection = update.inspection;
        break;
    }
  }

  private keepChange({ step, changes }: LiveChange): void {
    const now = performance.now();
    const last = now - this.lastChange <= turnGap ? this.changes.at(-1) : undefined;
    const turned = last && turnedOn(last.changes, changes);
    this.changes = turned ? [...this.changes.slice(0, -1), { step: last.step, changes: turned }] : [...this.changes, { step, changes }];
    this.lastChange = now;
  }

  private watch({ steps, columns }: Extract<Update, { type: 'metrics' }>): void {
    let news = false;
    for (let row = 0; row < steps.length; row++) {
      const start = row * this.replicas;
      const found = this.watcher.observe(steps[row]!, (metric, replica) => columns[metric]?.[start + replica] ?? NaN);
      news ||= found.length > 0;
    }
    if (news) this.findings = [...this.watcher.findings];
  }

  private keepBest({ steps, columns }: Extract<Update, { type: 'metrics' }>): void {
    const { replicas } = this;
    const scores = columns[this.origin.lab.score(this.trained)];
    if (!scores) return;
    for (let start = 0; start < scores.length; start += replicas) {
      const score = scores.slice(start, start + replicas).reduce((sum, value) => sum + value, 0) / replicas;
      if (score > (this.best?.score ?? -Infinity)) this.best = { step: steps[start / replicas]!, score };
    }
  }
}

/**
 * Two changes as one, where the second goes on with the same knobs. Back to where a knob was is a change of its own:
 * steps were trained with another value, and a change from a value to itself would not tell.
 */
function turnedOn(first: readonly ChangedKnob[], second: readonly ChangedKnob[]): ChangedKnob[] | undefined {
  const turned = second.flatMap(({ key, to }) => {
    const begun = first.find((change) => change.key === key);
    return begun && begun.from !== to ? [{ key, from: begun.from, to }] : [];
  });
  return turned.length === first.length && turned.length === second.length ? turned : undefined;
}
