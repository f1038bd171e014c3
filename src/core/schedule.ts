/**
 * Changes of knobs as a run trains, each before a step: in a link (`changes=60:learningRate=1e-3`), on the command line
 * (`--at 60:learningRate=1e-3`), in a record, in the message that starts a run.
 */
import type { Lab } from './labs/lab.js';
import { nearest } from './nearest.js';
import type { Config, Value } from './parameters.js';
import { problemLine, type Kind, type Problem } from './problem.js';
import type { ScheduledChange } from './protocol.js';
import { applyValues, writeValue } from './readValues.js';
import type { RunHead } from './run/record.js';

/** A knob that is to change before a step, as it came from outside. */
interface Turn {
  readonly step: number;
  readonly key: string;
  readonly value: unknown;
}

interface Read {
  readonly schedule: readonly ScheduledChange[];
  readonly problems: readonly Problem[];
}

/** More steps with changes no run has. */
const mostSteps = 10_000;
const turnForm = /^\s*(\d{1,9})\s*:([^=]+)=(.*)$/s;

/** One text a knob and step, `60:learningRate=1e-3`, in the order of the steps. */
export function writeSchedule(schedule: readonly ScheduledChange[]): string[] {
  return schedule.flatMap(({ step, change }) => Object.entries(change).map(([key, value]) => `${step}:${key}=${writeValue(value)}`));
}

/** Reads such texts, in any order, for a run that starts with `config`. What is wrong is left out and reported under the name of `field`. */
export function readSchedule(lab: Lab, config: Config, texts: readonly string[], field: string): Read {
  const turns: Turn[] = [];
  const malformed: Problem[] = [];
  for (const text of texts) {
    const [, step, key, value] = turnForm.exec(text) ?? [];
    if (step === undefined) malformed.push({ key: field, received: text.slice(0, 80), reason: 'not-a-change', expected: '60:learningRate=1e-3' });
    else turns.push({ step: Number(step), key: key!.trim(), value });
  }
  const { schedule, problems } = checkTurns(lab, config, turns, field);
  return { schedule, problems: [...malformed, ...problems] };
}

/** A schedule as it comes from a file or a message, in the order of its steps, and what is wrong in it. */
export function scheduleIn(lab: Lab, config: Config, value: unknown, field: string): Read {
  const wrong = (key: string, received: unknown): Read => {
    const problem: Problem = { key, received: String(JSON.stringify(received)).slice(0, 80), reason: 'wrong-kind', expected: 'schedule' satisfies Kind };
    return { schedule: [], problems: [problem] };
  };
  if (!Array.isArray(value) || value.length > mostSteps) return wrong(field, value);
  const turns: Turn[] = [];
  for (const [i, each] of (value as unknown[]).entries()) {
    const { step, change } = (each ?? {}) as Partial<Record<keyof ScheduledChange, unknown>>;
    if (typeof step !== 'number' || typeof change !== 'object' || change === null) return wrong(`${field}[${i}]`, each);
    turns.push(...Object.entries(change).map(([key, turned]): Turn => ({ step, key, value: turned })));
  }
  return checkTurns(lab, config, turns, field);
}

/** The same where it has to be right. Throws a RangeError that names what is wrong. */
export function checkSchedule(lab: Lab, config: Config, value: unknown, field: string): readonly ScheduledChange[] {
  const { schedule, problems } = scheduleIn(lab, config, value, field);
  if (problems.length > 0) throw new RangeError(problems.map(problemLine).join('; '));
  return schedule;
}

/** What a run changed as it trained and what it has still to change: with its config at the start, all that trains it again. */
export function scheduleOf({ parameters }: Lab, { events, schedule = [] }: Pick<RunHead, 'events' | 'schedule'>): readonly ScheduledChange[] {
  const turns = [
    ...schedule,
    ...events.flatMap((event) => {
      if (event.type !== 'changed') return [];
      // A phase of the training comes by itself.
      const knobs = event.changes.filter(({ key }) => parameters.some((parameter) => parameter.key === key));
      return knobs.map(({ key, to }) => ({ step: event.step, change: { [key]: to! } }));
    }),
  ];
  return inOrder(turns.map((turn) => [turn.step, turn.change]));
}

/** Those that come after a step. */
export function scheduledAfter(schedule: readonly ScheduledChange[], step: number): ScheduledChange[] {
  return schedule.filter((each) => each.step > step);
}

/** As one change a step, a later one of a knob in place of an earlier. */
function inOrder(changes: readonly (readonly [step: number, change: Readonly<Record<string, Value>>])[]): ScheduledChange[] {
  const bySteps = new Map<number, Record<string, Value>>();
  for (const [step, change] of changes) bySteps.set(step, { ...bySteps.get(step), ...change });
  return [...bySteps].sort(([a], [b]) => a - b).map(([step, change]) => ({ step, change }));
}

function checkTurns(lab: Lab, config: Config, turns: readonly Turn[], field: string): Read {
  const problems: Problem[] = [];
  const steps = lab.steps(config);
  const live = lab.parameters.filter((parameter) => parameter.live).map(({ key }) => key);
  const bySteps = new Map<number, Map<string, unknown>>();
  for (const { step, key, value } of turns) {
    const name = `${field} ${step}:${key}`.slice(0, 80);
    const there = bySteps.get(step) ?? new Map<string, unknown>();
    if (!lab.parameters.some((parameter) => parameter.key === key)) {
      problems.push({ key: field, received: key.slice(0, 80), reason: 'not-an-option', expected: nearest(key, live) ?? live.join(', ') });
    } else if (!live.includes(key)) problems.push({ key: name, received: String(value).slice(0, 80), reason: 'not-live', expected: live.join(', ') });
    else if (!Number.isInteger(step) || step < 1 || step > steps) {
      problems.push({ key: name, received: String(step), reason: 'out-of-range', expected: { min: 1, max: steps } });
    } else if (there.has(key)) problems.push({ key: name, received: String(value).slice(0, 80), reason: 'repeated' });
    else bySteps.set(step, there.set(key, value));
  }
  const schedule: ScheduledChange[] = [];
  let before = config;
  for (const [step, values] of [...bySteps].sort(([a], [b]) => a - b)) {
    const { config: after, problems: wrong } = applyValues(lab.parameters, before, Object.fromEntries(values));
    for (const { kept: _, ...problem } of wrong) problems.push({ ...problem, key: `${field} ${step}:${problem.key}` });
    const right = [...values.keys()].filter((key) => !wrong.some((problem) => problem.key === key));
    if (right.length === 0) continue;
    const change = Object.fromEntries(right.map((key) => [key, after[key]!]));
    schedule.push({ step, change });
    before = { ...before, ...change };
  }
  return { schedule, problems };
}
