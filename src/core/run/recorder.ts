import { FindingWatcher } from '../findings/watcher.js';
import type { Lab } from '../labs/lab.js';
import { RunSeries, type MetricRows } from '../series/runSeries.js';
import type { Update } from '../protocol.js';
import { configAt, type MetricSummary, type RecordedStatus, type RunHead, type RunRecord } from './record.js';

/** What a recorder is told: an update, whichever run it names. */
export type Recorded = Update extends infer U ? (U extends { readonly type: 'inspection' } ? never : U extends unknown ? Omit<U, 'run'> : never) : never;

/**
 * Keeps a run's record as its updates come: the one place that unpacks measurements, feeds the detectors and finds the
 * best. The same head and updates give the same record, wherever they come from. Heads are never written to: each update
 * makes a new one, and measurements only grow.
 */
export class Recorder {
  readonly series: RunSeries;
  private watcher: FindingWatcher;
  private now: RunHead;
  /** What a run that goes on had trained before, s. */
  private readonly earlier: number;

  /**
   * @param head at the start, or as it was with `rows` measured: findings, best and summary are found again from them, so
   *   that detectors go on where they were
   */
  constructor(readonly lab: Lab, head: RunHead, rows: readonly MetricRows[] = []) {
    const { replicas } = replicasOf(head);
    this.series = new RunSeries(replicas);
    this.watcher = new FindingWatcher(lab.detectors, head.config, replicas);
    this.now = head;
    if (rows.length > 0) this.replay(rows);
    this.earlier = this.series.lastSeconds;
  }

  get head(): RunHead {
    return this.now;
  }

  /** The whole record; what was measured so far in one part, which does not grow. */
  get record(): RunRecord {
    return { ...this.now, series: [this.series.slice(0)] };
  }

  /** @param at ms since 1970 */
  apply(update: Recorded, at: number): void {
    switch (update.type) {
      case 'status':
        return this.keepStatus(update);
      case 'metrics':
        return this.keepRows({ ...update, seconds: update.seconds.map((second) => this.earlier + second) });
      case 'changed': {
        const { step, changes } = update;
        const events = [...this.now.events, { type: 'changed' as const, step, changes, at: at - this.now.created }];
        this.now = { ...this.now, events };
        this.watcher.change(configAt(this.now));
      }
    }
  }

  /** Begins a stretch that goes on from a checkpoint of the run itself. */
  continued(step: number, at: number): void {
    this.now = { ...this.now, events: [...this.now.events, { type: 'continued', step, at: at - this.now.created }] };
  }

  /** Changes what is known of the run from outside of its training. */
  amend(change: Partial<Pick<RunHead, 'state' | 'notes' | 'checkpoints' | 'failure'>>): void {
    this.now = { ...this.now, ...change };
  }

  private keepStatus({ state, step, steps, engine, bytes, notes, failure, checkpoints }: RecordedStatus): void {
    this.now = {
      ...this.now, state, step, steps, notes, checkpoints,
      ...(engine && { engine }), ...(bytes !== undefined && { bytes }), ...(failure && { failure }),
    };
  }

  private keepRows(rows: MetricRows): void {
    const { steps, columns } = rows;
    const { replicas } = this.series;
    this.series.append(rows);
    let found = false;
    for (let row = 0; row < steps.length; row++) {
      const read = (metric: string, replica: number): number => columns[metric]?.[row * replicas + replica] ?? NaN;
      found = this.watcher.observe(steps[row]!, read).length > 0 || found;
    }
    const best = this.bestOf(rows);
    const { lastSeconds } = this.series;
    this.now = {
      ...this.now,
      ...(Number.isFinite(lastSeconds) && { seconds: lastSeconds }),
      summary: summarise(this.now.summary, rows, replicas),
      ...(found && { findings: [...this.watcher.findings] }),
      ...(best && { best }),
    };
  }

  private bestOf({ steps, columns }: MetricRows): RunHead['best'] {
    const { replicas } = this.series;
    let { best } = this.now;
    const scores = columns[this.lab.score(configAt(this.now))] ?? [];
    for (let row = 0; (row + 1) * replicas <= scores.length; row++) {
      const own = scores.slice(row * replicas, (row + 1) * replicas);
      let sum = 0;
      for (const each of own) sum += each;
      const score = sum / replicas;
      if (score > (best?.score ?? -Infinity)) best = { step: steps[row]!, score, scores: [...own] };
    }
    return best;
  }

  /** The measurements of an earlier time again, with the changes between them where they were. */
  private replay(rows: readonly MetricRows[]): void {
    const { events } = this.now;
    const { best: _, ...rest } = this.now;
    this.now = { ...rest, events: [], findings: [], summary: {} };
    let next = 0;
    const changesBefore = (step: number): void => {
      for (; next < events.length && events[next]!.step <= step; next++) {
        this.now = { ...this.now, events: events.slice(0, next + 1) };
        if (events[next]!.type === 'changed') this.watcher.change(configAt(this.now));
      }
    };
    for (const part of rows) {
      for (let from = 0; from < part.steps.length; ) {
        changesBefore(part.steps[from]!);
        const until = events[next]?.step ?? Infinity;
        let to = from + 1;
        while (to < part.steps.length && part.steps[to]! < until) to++;
        this.keepRows(rowsBetween(part, from, to, this.series.replicas));
        from = to;
      }
    }
    changesBefore(Infinity);
  }
}

/** Replicas that a run trains: a seed each. */
export function replicasOf({ seeds }: Pick<RunHead, 'seeds'>): { replicas: number } {
  return { replicas: seeds.length };
}

/** A record as it was at a step: what it goes on from. */
export function recordUpTo(record: RunRecord, step: number): RunRecord {
  const { replicas } = replicasOf(record);
  const series = record.series.map((part) => {
    const rows = part.steps.filter((each) => each <= step).length;
    return rowsBetween(part, 0, rows, replicas);
  });
  return {
    ...record,
    step,
    // A change takes effect before its step.
    events: record.events.filter((event) => event.step <= step),
    checkpoints: record.checkpoints.filter((each) => each <= step),
    series: series.filter(({ steps }) => steps.length > 0),
  };
}

function rowsBetween({ steps, seconds, columns }: MetricRows, from: number, to: number, replicas: number): MetricRows {
  if (from === 0 && to === steps.length) return { steps, seconds, columns };
  const cut = Object.entries(columns).map(([metric, values]) => [metric, values.subarray(from * replicas, to * replicas)]);
  return { steps: steps.subarray(from, to), seconds: seconds.subarray(from, to), columns: Object.fromEntries(cut) as MetricRows['columns'] };
}

/** The summary with rows added; where a replica was not measured, or not finite, what was known of it stays. */
function summarise(known: RunHead['summary'], { steps, columns }: MetricRows, replicas: number): RunHead['summary'] {
  const summary: Record<string, MetricSummary> = { ...known };
  for (const [metric, values] of Object.entries(columns)) {
    const before = summary[metric];
    const final = before ? [...before.final] : new Array<number | null>(replicas).fill(null);
    const least = before ? [...before.least] : [...final];
    const most = before ? [...before.most] : [...final];
    for (let i = 0; i < steps.length * replicas; i++) {
      const value = values[i]!;
      if (!Number.isFinite(value)) continue;
      const k = i % replicas;
      final[k] = value;
      least[k] = Math.min(least[k] ?? Infinity, value);
      most[k] = Math.max(most[k] ?? -Infinity, value);
    }
    if (final.some((value) => value !== null)) summary[metric] = { final, least, most };
  }
  return summary;
}
