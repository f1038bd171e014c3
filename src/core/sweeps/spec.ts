/** What a sweep is: plain JSON that the page, the command line and a cluster share. */
import { configure } from '../labs/configure.js';
import { findLab, labs } from '../labs/index.js';
import type { Lab, Preset } from '../labs/lab.js';
import { runConfig } from '../labs/runParameters.js';
import { nearest } from '../nearest.js';
import type { Config, NumberParameter, Parameter, Value } from '../parameters.js';
import type { Problem } from '../problem.js';
import { checkValue } from '../readValues.js';

/** A knob and the values that it takes, in their order. */
export interface Axis {
  readonly key: string;
  readonly values: readonly Value[];
}

/** A spec that has been read: every value in it is right by itself. */
export interface Sweep {
  readonly lab: Lab;
  readonly preset: Preset | undefined;
  /** What differs from the preset in every cell. */
  readonly set: Config;
  /** One to three; the last one changes fastest. */
  readonly axes: readonly Axis[];
  /** How many seeds each cell has, and the first. */
  readonly seeds: number;
  readonly seed: number;
  readonly engine: string;
  /** No population is begun later than this, s; none where undefined. */
  readonly budgetSeconds: number | undefined;
}

const fields = ['lab', 'preset', 'set', 'axes', 'seeds', 'seed', 'engine', 'budgetSeconds'];
const rangeFields = ['key', 'from', 'to', 'count', 'scale'];
const mostAxes = 3;
/** Cells of a sweep, and values of an axis. */
export const mostCells = 100_000;
const mostValues = 1000;
/** Knobs that say how a cell is repeated and computed; the spec has fields of its own for them. */
const repeated = ['replicas', 'seed', 'engine'];

/** Reads a spec; whatever is wrong with it is told, by field, and then there is no sweep. */
export function readSweep(json: unknown): { readonly sweep?: Sweep; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const wrong = (key: string, received: unknown, reason: Problem['reason'], expected?: Problem['expected']): undefined => {
    problems.push({ key, received: shown(received), reason, ...(expected === undefined ? {} : { expected }) });
    return undefined;
  };
  if (!isObject(json)) {
    wrong('spec', json, 'wrong-kind', 'object');
    return { problems };
  }
  for (const key of Object.keys(json)) if (!fields.includes(key)) wrong(key, json[key], 'unknown', nearest(key, fields));
  const lab = typeof json['lab'] === 'string' ? findLab(json['lab']) : undefined;
  if (!lab) {
    wrong('lab', json['lab'], 'not-an-option', labs.map(({ id }) => id).join(', '));
    return { problems };
  }
  const presetId = json['preset'];
  if (presetId !== undefined && typeof presetId !== 'string') wrong('preset', presetId, 'wrong-kind', 'text');
  const set = json['set'] ?? {};
  if (!isObject(set)) wrong('set', set, 'wrong-kind', 'object');
  const values = isObject(set) ? set : {};
  for (const key of repeated) if (Object.hasOwn(values, key)) wrong(`set.${key}`, values[key], 'not-applicable', `the field ${key === 'replicas' ? 'seeds' : key}`);
  const engine = json['engine'] ?? 'auto';
  const count = (key: string, value: unknown, min: number, max: number): number => {
    if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
    wrong(key, value, typeof value === 'number' ? (Number.isInteger(value) ? 'out-of-range' : 'not-an-integer') : 'not-a-number', { min, max });
    return min;
  };
  const seeds = count('seeds', json['seeds'] ?? 3, 1, replicasOf(lab).max);
  const seed = count('seed', json['seed'] ?? 0, 0, 1e6);
  const budget = json['budgetSeconds'];
  if (budget !== undefined && !(typeof budget === 'number' && budget > 0)) wrong('budgetSeconds', budget, typeof budget === 'number' ? 'out-of-range' : 'not-a-number', { min: 1, max: 1e7 });
  const preset = typeof presetId === 'string' ? presetId : undefined;
  const configured = configure(lab, { preset, values: { ...values, engine } });
  for (const problem of configured.problems) problems.push({ ...problem, key: problem.key === 'preset' || problem.key === 'engine' ? problem.key : `set.${problem.key}` });
  const axes = readAxes(lab, json['axes'], wrong);
  if (problems.length > 0) return { problems };
  const cells = axes.reduce((product, axis) => product * axis.values.length, 1);
  if (cells > mostCells) {
    wrong('axes', `${cells} cells`, 'too-many', String(mostCells));
    return { problems };
  }
  const ownSet = Object.fromEntries(Object.keys(values).map((key) => [key, configured.config[key]!]));
  return {
    sweep: { lab, preset: configured.preset, set: ownSet, axes, seeds, seed, engine: runConfig(configured.config).engine, budgetSeconds: budget as number | undefined },
    problems,
  };
}

type Wrong = (key: string, received: unknown, reason: Problem['reason'], expected?: Problem['expected']) => undefined;

function readAxes(lab: Lab, axes: unknown, wrong: Wrong): Axis[] {
  if (!Array.isArray(axes)) {
    wrong('axes', axes, 'wrong-kind', 'list');
    return [];
  }
  if (axes.length < 1 || axes.length > mostAxes) wrong('axes', `${axes.length} axes`, 'out-of-range', { min: 1, max: mostAxes });
  const read = axes.slice(0, mostAxes).map((axis: unknown, i) => readAxis(lab, axis, `axes[${i}]`, wrong));
  const keys = read.flatMap((axis) => axis?.key ?? []);
  keys.forEach((key, i) => keys.indexOf(key) < i && wrong(`axes[${i}].key`, key, 'repeated'));
  return read.filter((axis) => axis !== undefined);
}

function readAxis(lab: Lab, axis: unknown, at: string, wrong: Wrong): Axis | undefined {
  if (!isObject(axis)) return wrong(at, axis, 'wrong-kind', 'object');
  const { key, values } = axis;
  const keys = lab.parameters.map((parameter) => parameter.key).filter((each) => !repeated.includes(each));
  const parameter = keys.includes(key as string) ? lab.parameters.find((each) => each.key === key) : undefined;
  if (!parameter) return wrong(`${at}.key`, key, 'unknown', nearest(String(key), keys));
  const known = values === undefined ? rangeFields : ['key', 'values'];
  for (const field of Object.keys(axis)) if (!known.includes(field)) wrong(`${at}.${field}`, axis[field], 'unknown', nearest(field, known));
  const read = values === undefined ? readRange(parameter, axis, at, wrong) : readValues(parameter, values, at, wrong);
  return read && { key: parameter.key, values: read };
}

function readValues(parameter: Parameter, values: unknown, at: string, wrong: Wrong): readonly Value[] | undefined {
  if (!Array.isArray(values) || values.length === 0) return wrong(`${at}.values`, values, 'wrong-kind', 'list');
  if (values.length > mostValues) return wrong(`${at}.values`, `${values.length} values`, 'too-many', String(mostValues));
  const read = values.flatMap((value: unknown, i) => {
    const { problem, value: right } = checkValue(parameter, value);
    if (!problem) return right;
    wrong(`${at}.values[${i}]`, value, problem.reason, problem.expected);
    return [];
  });
  read.forEach((value, i) => read.indexOf(value) < i && wrong(`${at}.values[${i}]`, value, 'repeated'));
  return read;
}

function readRange(parameter: Parameter, axis: Readonly<Record<string, unknown>>, at: string, wrong: Wrong): readonly Value[] | undefined {
  if (parameter.kind !== 'number') return wrong(`${at}.values`, undefined, 'empty', parameter.kind === 'choice' ? parameter.options.join(', ') : 'on, off');
  const { from, to, count, scale = parameter.scale } = axis;
  const ends = ([['from', from], ['to', to]] as const).map(([field, value]) => {
    const { problem, value: right } = checkValue(parameter, value ?? '');
    return problem ? wrong(`${at}.${field}`, value ?? '', problem.reason, problem.expected) : (right as number);
  });
  const [low, high] = ends;
  if (!(typeof count === 'number' && Number.isInteger(count) && count >= 2 && count <= mostValues)) return wrong(`${at}.count`, count, 'out-of-range', { min: 2, max: mostValues });
  if (scale !== 'linear' && scale !== 'log') return wrong(`${at}.scale`, scale, 'not-an-option', 'linear, log');
  if (low === undefined || high === undefined) return undefined;
  if (scale === 'log' && Math.min(low, high) <= 0) return wrong(`${at}.from`, Math.min(low, high), 'out-of-range', { min: parameter.min, max: parameter.max });
  if (low === high) return wrong(`${at}.to`, high, 'repeated');
  return between(parameter, low, high, count, scale);
}

/** As many values from one end to the other, as a person would write them; whole numbers that fall together count once. */
export function between(parameter: NumberParameter, from: number, to: number, count: number, scale: 'linear' | 'log'): readonly number[] {
  const raw = Array.from({ length: count }, (_, i) => {
    const share = i / (count - 1);
    return scale === 'log' ? from * (to / from) ** share : from + share * (to - from);
  });
  const rounded = raw.map((value, i) => {
    if (i === 0) return from;
    if (i === count - 1) return to;
    return parameter.integer ? Math.round(value) : Number(value.toPrecision(3));
  });
  const allowed = parameter.values;
  const nearestAllowed = (value: number): number => allowed!.reduce((a, b) => (Math.abs(b - value) < Math.abs(a - value) ? b : a));
  return [...new Set(allowed ? rounded.map(nearestAllowed) : rounded)];
}

function replicasOf(lab: Lab): NumberParameter {
  return lab.parameters.find(({ key }) => key === 'replicas') as NumberParameter;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  return (typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).slice(0, 80);
}
