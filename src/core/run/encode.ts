/**
 * Runs as JSON lines: a `run` line begins each run, lines with a `step` are its measurements in order, `changed` and
 * `continued` are its events, `finding` tells one when it is first made, and a `summary` ends it. Headless prints these
 * lines as it trains; files that the page saves hold them, too. `decode` reads them.
 */
import type { Finding } from '../findings/detector.js';
import type { MetricRows } from '../series/runSeries.js';
import type { RunLabel } from './archive.js';
import { liveStates, type RunEvent, type RunHead, type RunRecord } from './record.js';

/** A number as JSON has it: null where nothing was measured, a word where it was not finite. */
type Cell = number | null | 'Infinity' | '-Infinity';

/** What a person has said of a run: it travels with it. */
export interface Said extends Partial<Pick<RunLabel, 'name' | 'note' | 'pinned' | 'color'>> {
  /** Whether it was looked at when it was saved. */
  readonly foreground?: boolean;
}

/** What a run begins with, as its first line says it. */
type FirstLine = Pick<RunHead, 'schema' | 'id' | 'lab' | 'version' | 'created' | 'preset' | 'base' | 'config' | 'seeds' | 'from' | 'held' | 'schedule' | 'steps'> & Said;

/** How it ended, or how far it is. */
export type LastLine = Pick<RunHead, 'state' | 'failure' | 'step' | 'engine' | 'notes' | 'best' | 'summary'> & { readonly seconds: number };

/** Of a run's first line. */
export function runLine({ schema, id, lab, version, created, preset, base, config, seeds, from, held, schedule, steps }: RunHead, { name, note, pinned, color, foreground }: Said = {}): string {
  const first: FirstLine = {
    schema, id, lab, version, created, ...(preset !== undefined && { preset }), base, config, seeds, steps,
    ...(from && { from }), ...(held && { held }), ...(schedule && { schedule }), ...(name && { name }), ...(note && { note }),
    ...(pinned && { pinned }), ...(color !== undefined && { color }), ...(foreground && { foreground }),
  };
  return JSON.stringify({ run: first });
}

/** Of each row of measurements. */
export function rowLines({ steps, seconds, columns }: MetricRows, replicas: number): string[] {
  return Array.from(steps, (step, row) => {
    const metrics = Object.entries(columns).flatMap(([metric, values]) => {
      const own = values.subarray(row * replicas, (row + 1) * replicas);
      return own.every(Number.isNaN) ? [] : [[metric, Array.from(own, cellOf)]];
    });
    const second = Number.isFinite(seconds[row]) ? { seconds: Math.round(seconds[row]! * 1000) / 1000 } : {};
    return JSON.stringify({ step, ...second, metrics: Object.fromEntries(metrics) as Record<string, Cell[]> });
  });
}

export function eventLine({ type, ...event }: RunEvent): string {
  return JSON.stringify({ [type]: event });
}

export function findingLine({ id, step, severity, evidence, replicas }: Finding): string {
  return JSON.stringify({ finding: { id, step, severity, evidence, replicas } });
}

export function summaryLine({ state, failure, step, engine, notes, best, summary }: RunHead, seconds: number): string {
  const last: LastLine = {
    // Nothing trains what a file holds.
    state: liveStates.includes(state) ? 'interrupted' : state,
    ...(failure && { failure }), step, seconds, ...(engine && { engine }), notes, ...(best && { best }), summary,
  };
  return JSON.stringify({ summary: last });
}

/** A whole record, in the order in which things happened. */
export function encodeRun(record: RunRecord, said?: Said): string {
  const lines = [runLine(record, said)];
  const events = [...record.events];
  const findings = [...record.findings].sort((a, b) => a.step - b.step);
  const before = (step: number): void => {
    while (events[0] && events[0].step <= step) lines.push(eventLine(events.shift()!));
  };
  const after = (step: number): void => {
    while (findings[0] && findings[0].step <= step) lines.push(findingLine(findings.shift()!));
  };
  let seconds = 0;
  for (const part of record.series) {
    rowLines(part, record.seeds.length).forEach((line, row) => {
      before(part.steps[row]!);
      lines.push(line);
      after(part.steps[row]!);
    });
    seconds = part.seconds.at(-1) ?? seconds;
  }
  before(Infinity);
  after(Infinity);
  lines.push(summaryLine(record, seconds));
  return `${lines.join('\n')}\n`;
}

function cellOf(value: number): Cell {
  if (Number.isFinite(value)) return value;
  return Number.isNaN(value) ? null : value > 0 ? 'Infinity' : '-Infinity';
}
