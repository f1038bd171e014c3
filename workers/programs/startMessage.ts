import { checkArm } from '../../src/core/labs/configure.js';
import type { Lab } from '../../src/core/labs/lab.js';
import { tableDefaults, type Config } from '../../src/core/parameters.js';
import { problemLine } from '../../src/core/problem.js';
import type { Arm, Command, ScheduledChange } from '../../src/core/protocol.js';
import { applyValues } from '../../src/core/readValues.js';
import { checkSchedule } from '../../src/core/schedule.js';
import { trainedLabs } from '../labs/index.js';

export type Start = Extract<Command, { type: 'start' }>;

/** A start that is wrong: its message names the field, what came and what would be right. */
export class StartError extends Error {}

/** The most runs that train together. */
const mostArms = 100;

/** The runs that a message asks for, as far as they can be read: those that can be told what was wrong with it. */
export function runsOf(message: unknown): string[] {
  const arms = fieldsOf(message)?.['arms'];
  return Array.isArray(arms) ? arms.map((arm) => fieldsOf(arm)?.['run']).filter((run) => typeof run === 'string') : [];
}

/** The same message where it is right for the lab that it names, if there is one. Throws a `StartError`. */
export function checkStart(message: unknown, named: Lab | undefined): Start {
  const start = fieldsOf(message) ?? wrong('the message', message, 'an object');
  const { arms, lab: id, config, files, from, goesOn, schedule, paused, stepsPerSecond } = start;
  const lab = named ?? wrong('lab', id, Object.keys(trainedLabs).join(', '));
  const values = fieldsOf(config) ?? wrong('config', config, 'an object');
  const missing = lab.parameters.find(({ key }) => !Object.hasOwn(values, key));
  if (missing) wrong(`config.${missing.key}`, undefined, 'a value');
  checkTypes(lab, values, 'config');
  const { config: checked, problems } = applyValues(lab.parameters, tableDefaults(lab.parameters), values);
  if (problems.length > 0) throw new StartError(problems.map((problem) => `config.${problemLine(problem)}`).join('; '));
  if (!Array.isArray(arms) || arms.length < 1 || arms.length > mostArms) wrong('arms', arms, `a list of 1 to ${mostArms}`);
  const runs = (arms as unknown[]).map((arm, i) => armOf(arm, `arms[${i}]`));
  for (const [i, { change }] of runs.entries()) {
    checkTypes(lab, change, `arms[${i}].change`);
    try {
      checkArm(lab, checked, change);
    } catch (error) {
      throw new StartError(`arms[${i}].change.${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (new Set(runs.map(({ run }) => run)).size < runs.length) wrong('arms', runs.map(({ run }) => run), 'runs that differ');
  if (typeof files !== 'string' || !isAddress(files)) wrong('files', files, 'an address');
  const origin = fieldsOf(from);
  if (from !== undefined && (typeof origin?.['run'] !== 'string' || !Number.isInteger(origin['step']))) {
    wrong('from', from, 'a run and one of its steps');
  }
  if (goesOn !== undefined) {
    const best = (fieldsOf(goesOn) ?? wrong('goesOn', goesOn, 'an object'))['best'];
    if (best !== undefined && typeof best !== 'number') wrong('goesOn.best', best, 'a number');
    if (runs.length > 1 || origin?.['run'] !== runs[0]!.run) wrong('from.run', origin?.['run'], 'the run itself, which goes on');
  }
  if (schedule !== undefined) checkChanges(lab, checked, schedule);
  if (paused !== undefined && typeof paused !== 'boolean') wrong('paused', paused, 'true or false');
  if (stepsPerSecond !== undefined && !(typeof stepsPerSecond === 'number' && stepsPerSecond >= 0 && stepsPerSecond < Infinity)) {
    wrong('stepsPerSecond', stepsPerSecond, 'a number, at least 0');
  }
  return message as Start;
}

const types = { number: 'number', choice: 'string', switch: 'boolean' } as const;

/** Values that people write, such as '0.01' and 'on', are read on the page: what trains takes them as they are. */
function checkTypes(lab: Lab, values: Readonly<Record<string, unknown>>, name: string): void {
  for (const { key, kind } of lab.parameters) {
    if (Object.hasOwn(values, key) && typeof values[key] !== types[kind]) wrong(`${name}.${key}`, values[key], `a ${types[kind]}`);
  }
}

function checkChanges(lab: Lab, config: Config, schedule: unknown): void {
  try {
    checkSchedule(lab, config, schedule, 'schedule');
  } catch (error) {
    throw error instanceof RangeError ? new StartError(error.message) : error;
  }
  for (const [i, { change }] of (schedule as readonly ScheduledChange[]).entries()) checkTypes(lab, change, `schedule[${i}].change`);
}

function armOf(value: unknown, name: string): Arm {
  const { run, change } = fieldsOf(value) ?? wrong(name, value, 'an object');
  if (typeof run !== 'string' || run === '') wrong(`${name}.run`, run, 'the id of a run');
  if (!fieldsOf(change)) wrong(`${name}.change`, change, 'an object');
  return value as Arm;
}

function isAddress(text: string): boolean {
  try {
    return new URL(text).href !== '';
  } catch {
    return false;
  }
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
}

function wrong(field: string, received: unknown, expected: string): never {
  const told = received === undefined ? 'missing' : (JSON.stringify(received) ?? String(received)).slice(0, 80);
  throw new StartError(`${field}: ${told} (expected ${expected})`);
}
