/** Reads runs from the JSON lines that `encode` writes. */
import { labs } from '../labs/index.js';
import { configure } from '../labs/configure.js';
import type { Lab } from '../labs/lab.js';
import type { Kind, Problem } from '../problem.js';
import type { MetricRows } from '../series/runSeries.js';
import { scheduleIn } from '../schedule.js';
import { paletteSize } from './archive.js';
import type { LastLine, Said } from './encode.js';
import { schema, type RunEvent, type RunHead, type RunRecord } from './record.js';
import { Recorder } from './recorder.js';

/** What is wrong with one line, counted from 1, and what would be right. */
export interface LineProblem {
  readonly line: number;
  readonly problem: Problem;
}

export interface DecodedRuns {
  readonly records: readonly RunRecord[];
  /** Of each of them. */
  readonly said: readonly Said[];
  readonly problems: readonly LineProblem[];
}

/** The largest file that is read, characters. */
export const mostCharacters = 256 * 2 ** 20;
const mostProblems = 20;

/**
 * Runs from JSON lines. What cannot be read is told and left out: of a run whose first line is wrong all of it, else the
 * line. Findings, best and summary are found again from the measurements, never taken from the file.
 */
export function decodeRuns(text: string): DecodedRuns {
  const records: RunRecord[] = [];
  const said: Said[] = [];
  const problems: LineProblem[] = [];
  let reading: Reading | undefined;
  let skipping = false;
  const tell = (line: number, problem: Problem): void => {
    if (problems.length < mostProblems) problems.push({ line, problem });
  };
  const finish = (): void => {
    if (reading) {
      records.push(reading.record());
      said.push(reading.said);
    }
    reading = undefined;
  };
  if (text.length > mostCharacters) return { records, said, problems: [{ line: 1, problem: tooLarge }] };
  let at = 0;
  text.split('\n').forEach((raw, i) => {
    at = i + 1;
    const line = raw.trim();
    if (line === '') return;
    try {
      const value = objectOf(parse(line), wholeLine);
      if ('run' in value) {
        finish();
        skipping = true;
        reading = new Reading(value['run'], (problem) => tell(at, problem));
        skipping = false;
      } else if (reading) reading.take(value);
      else if (!skipping) throw new ReadError({ key: Object.keys(value)[0]?.slice(0, 80) ?? wholeLine, received: received(value), reason: 'no-run' });
    } catch (error) {
      if (!(error instanceof ReadError)) throw error;
      for (const problem of error.problems) tell(i + 1, problem);
      if (!reading) skipping = true;
    }
  });
  finish();
  return { records, said, problems };
}

/** How a line is called as a whole. */
const wholeLine = '{…}';
const tooLarge: Problem = { key: wholeLine, received: '', reason: 'too-long', expected: String(mostCharacters) };

const received = (value: unknown): string => String(JSON.stringify(value)).slice(0, 80);

class ReadError extends Error {
  readonly problems: readonly Problem[];

  constructor(...problems: readonly Problem[]) {
    super('a line that cannot be read');
    this.problems = problems;
  }

  static kind(key: string, value: unknown, expected: Kind): ReadError {
    return new ReadError({ key, received: received(value), reason: 'wrong-kind', expected });
  }
}

/** One run as its lines are read. */
class Reading {
  readonly said: Said;
  private readonly lab: Lab;
  private readonly first: RunHead;
  private readonly steps: number[] = [];
  private readonly seconds: number[] = [];
  private readonly columns = new Map<string, number[]>();
  private readonly events: RunEvent[] = [];
  private last: Partial<LastLine> = {};

  private readonly unknown = new Set<string>();

  constructor(value: unknown, private readonly tell: (problem: Problem) => void) {
    const run = objectOf(value, 'run');
    if (run['schema'] !== schema) {
      const version = number(run['schema'], 'run.schema');
      throw new ReadError({ key: 'run.schema', received: String(version), reason: version > schema ? 'newer-schema' : 'not-an-option', expected: String(schema) });
    }
    const labId = string(run['lab'], 'run.lab');
    const lab = labs.find(({ id }) => id === labId);
    if (!lab) throw new ReadError({ key: 'run.lab', received: labId.slice(0, 80), reason: 'not-an-option', expected: labs.map(({ id }) => id).join(', ') });
    this.lab = lab;
    const seeds = run['seeds'];
    if (!Array.isArray(seeds) || seeds.length < 1 || seeds.length > mostSeeds || !seeds.every((seed) => Number.isInteger(seed))) {
      throw ReadError.kind('run.seeds', seeds, 'seeds');
    }
    const config = this.configOf(run['config'], 'run.config');
    const { from, held, schedule, preset, name, note, pinned, color, foreground } = run;
    this.said = {
      ...(typeof name === 'string' && { name: name.slice(0, mostSaid.name) }),
      ...(typeof note === 'string' && { note: note.slice(0, mostSaid.note) }),
      ...(pinned === true && { pinned }),
      ...(isColor(color) && { color }),
      ...(foreground === true && { foreground }),
    };
    this.first = {
      schema, lab: labId, seeds: seeds as number[], config,
      id: string(run['id'], 'run.id').slice(0, 100),
      version: string(run['version'], 'run.version').slice(0, 100),
      created: number(run['created'], 'run.created'),
      base: this.configOf(run['base'] ?? config, 'run.base'),
      steps: number(run['steps'] ?? lab.steps(config), 'run.steps'),
      ...(typeof preset === 'string' && lab.presets.some(({ id }) => id === preset) && { preset }),
      ...(from !== undefined && { from: { run: string(objectOf(from, 'run.from')['run'], 'run.from.run'), step: number(objectOf(from, 'run.from')['step'], 'run.from.step') } }),
      ...(held !== undefined && { held: this.heldOf(held) }),
      ...(schedule !== undefined && { schedule: this.scheduleOf(config, schedule) }),
      state: 'interrupted', step: 0, notes: [], events: [], findings: [], summary: {}, checkpoints: [],
    };
  }

  take(line: Readonly<Record<string, unknown>>): void {
    if ('step' in line) this.takeRow(line);
    else if ('changed' in line) this.takeChange(objectOf(line['changed'], 'changed'));
    else if ('continued' in line) {
      const { step, at } = objectOf(line['continued'], 'continued');
      this.events.push({ type: 'continued', step: number(step, 'continued.step'), at: number(at, 'continued.at') });
    } else if ('summary' in line) this.takeSummary(objectOf(line['summary'], 'summary'));
    else if (!('finding' in line) && !('note' in line)) {
      const [key = wholeLine] = Object.keys(line);
      throw new ReadError({ key: key.slice(0, 80), received: received(line), reason: 'not-an-option', expected: 'step, changed, continued, finding, note, summary' });
    }
  }

  record(): RunRecord {
    const { first, events, lab } = this;
    const replicas = first.seeds.length;
    const columns = Object.fromEntries([...this.columns].map(([metric, values]) => {
      const whole = new Float64Array(this.steps.length * replicas).fill(NaN);
      whole.set(values);
      return [metric, whole];
    }));
    const rows: MetricRows = { steps: Int32Array.from(this.steps), seconds: Float64Array.from(this.seconds), columns };
    const head = { ...first, ...this.last, events, step: this.last.step ?? this.steps.at(-1) ?? 0 };
    return new Recorder(lab, head, this.steps.length > 0 ? [rows] : []).record;
  }

  private takeRow(line: Readonly<Record<string, unknown>>): void {
    const step = number(line['step'], 'step');
    if (!Number.isInteger(step) || step < 0 || step > 2 ** 31 - 1) throw new ReadError({ key: 'step', received: String(step), reason: 'not-an-integer', expected: { min: 0, max: 2 ** 31 - 1 } });
    if (step <= (this.steps.at(-1) ?? -1)) throw new ReadError({ key: 'step', received: String(step), reason: 'not-later', expected: String(this.steps.at(-1)!) });
    const replicas = this.first.seeds.length;
    const metrics = objectOf(line['metrics'], 'metrics');
    const known = Object.entries(metrics).filter(([metric]) => this.knows(metric));
    const read = known.map(([metric, cells]): [string, number[]] => {
      if (!Array.isArray(cells) || cells.length !== replicas) throw ReadError.kind(`metrics.${metric}`, cells, 'row');
      return [metric, cells.map((cell) => numberOf(cell, `metrics.${metric}`))];
    });
    for (const [metric, values] of read) {
      const column = this.columns.get(metric) ?? [];
      this.columns.set(metric, column);
      while (column.length < this.steps.length * replicas) column.push(NaN);
      column.push(...values);
    }
    this.steps.push(step);
    this.seconds.push(line['seconds'] === undefined ? NaN : number(line['seconds'], 'seconds'));
  }

  /** Whether the lab has such a metric; others, of another version of it, are left out, and told once. */
  private knows(metric: string): boolean {
    if (this.lab.metrics.some(({ id }) => id === metric)) return true;
    if (!this.unknown.has(metric)) {
      this.unknown.add(metric);
      this.tell({ key: `metrics.${metric.slice(0, 80)}`, received: '', reason: 'no-metric', expected: this.lab.id });
    }
    return false;
  }

  private takeChange(change: Readonly<Record<string, unknown>>): void {
    const { step, at = 0, changes } = change;
    if (!Array.isArray(changes)) throw ReadError.kind('changed.changes', changes, 'list');
    const read = changes.map((each) => {
      const { key, from, to } = objectOf(each, 'changed.changes');
      const knob = this.lab.parameters.find((parameter) => parameter.key === key);
      if (knob) this.configOf({ ...this.first.config, [knob.key]: to }, 'changed.changes');
      return { key: string(key, 'changed.changes.key'), from: valueOf(from), to: valueOf(to) };
    });
    this.events.push({ type: 'changed', step: number(step, 'changed.step'), at: number(at, 'changed.at'), changes: read });
  }

  private takeSummary(summary: Readonly<Record<string, unknown>>): void {
    const { state, failure, step, engine, notes } = summary;
    const known = states.find((each) => each === state);
    if (!known) throw new ReadError({ key: 'summary.state', received: received(state), reason: 'not-an-option', expected: states.join(', ') });
    const described = engine === undefined ? undefined : objectOf(engine, 'summary.engine');
    this.last = {
      state: known,
      ...(typeof failure === 'string' && { failure: failure as NonNullable<RunHead['failure']> }),
      step: number(step, 'summary.step'),
      ...(described && {
        engine: {
          id: string(described['id'], 'summary.engine.id').slice(0, 100),
          ...(typeof described['adapter'] === 'string' && { adapter: described['adapter'].slice(0, 200) }),
        },
      }),
      notes: (Array.isArray(notes) ? notes : []).flatMap((note) => noteOf(note)),
    };
  }

  /** Throws where a value is not right in the lab. */
  private configOf(value: unknown, name: string): RunHead['config'] {
    const { config, problems } = configure(this.lab, { values: objectOf(value, name) });
    if (problems.length > 0) throw new ReadError(...problems.map(({ kept: _, ...each }) => ({ ...each, key: `${name}.${each.key}` })));
    return config;
  }

  private scheduleOf(config: RunHead['config'], value: unknown): NonNullable<RunHead['schedule']> {
    const { schedule, problems } = scheduleIn(this.lab, config, value, 'run.schedule');
    if (problems.length > 0) throw new ReadError(...problems);
    return schedule;
  }

  private heldOf(value: unknown): NonNullable<RunHead['held']> {
    const { keys, knobs } = objectOf(value, 'run.held');
    if (!Array.isArray(keys) || !keys.every((key) => typeof key === 'string')) throw ReadError.kind('run.held.keys', keys, 'keys');
    return { keys, knobs: this.configOf(knobs, 'run.held.knobs') };
  }
}

/** Characters that are read of what was said. */
const mostSaid = { name: 200, note: 10_000 };
const isColor = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 0 && (value as number) < paletteSize;
/** As many as a population may have. */
const mostSeeds = 1600;
const states = ['finished', 'stopped', 'failed', 'interrupted'] as const;

function numberOf(cell: unknown, name: string): number {
  if (cell === null) return NaN;
  if (cell === 'Infinity' || cell === '-Infinity') return Number(cell);
  return number(cell, name);
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new ReadError({ key: wholeLine, received: line.slice(0, 60), reason: 'not-json' });
  }
}

function objectOf(value: unknown, name: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw ReadError.kind(name, value, 'object');
  return value as Readonly<Record<string, unknown>>;
}

function number(value: unknown, name: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw ReadError.kind(name, value, 'number');
  return value;
}

function string(value: unknown, name: string): string {
  if (typeof value !== 'string' || value === '') throw ReadError.kind(name, value, 'text');
  return value;
}

function valueOf(value: unknown): number | string | boolean {
  if (typeof value !== 'number' && typeof value !== 'string' && typeof value !== 'boolean') throw ReadError.kind('changed.changes', value, 'value');
  return value;
}

function noteOf(note: unknown): RunHead['notes'][number][] {
  if (typeof note !== 'object' || note === null) return [];
  const { id, values } = note as { id?: unknown; values?: unknown };
  if (typeof id !== 'string' || !/^[a-zA-Z.]{1,80}$/.test(id)) return [];
  const said = typeof values === 'object' && values !== null ? Object.entries(values).filter(([, value]) => typeof value === 'string' || typeof value === 'number') : [];
  return [{ id, ...(said.length > 0 && { values: Object.fromEntries(said) as Record<string, string | number> }) }];
}
