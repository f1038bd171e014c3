import type { Finding } from '../../src/core/findings/detector.js';
import { configure } from '../../src/core/labs/configure.js';
import { findLab, labs } from '../../src/core/labs/index.js';
import type { Lab, Preset } from '../../src/core/labs/lab.js';
import { loadLanguage, message } from '../../src/core/messages/messages.js';
import { runConfig } from '../../src/core/labs/runParameters.js';
import { nearest } from '../../src/core/nearest.js';
import type { Config } from '../../src/core/parameters.js';
import { problemLine } from '../../src/core/problem.js';
import type { ScheduledChange } from '../../src/core/protocol.js';
import { decodeRuns, type LineProblem } from '../../src/core/run/decode.js';
import type { Said } from '../../src/core/run/encode.js';
import { beginRecord, newRunId, type RunEvent, type RunHead, type RunRecord } from '../../src/core/run/record.js';
import { Recorder } from '../../src/core/run/recorder.js';
import { readSchedule, scheduleOf, writeSchedule } from '../../src/core/schedule.js';
import type { MetricRows } from '../../src/core/series/runSeries.js';
import { version } from '../../src/core/version.js';
import { engineIds, type Environment } from '../engines/engine.js';
import { Session } from '../session/session.js';

export { problemLine } from '../../src/core/problem.js';
export { eventLine, findingLine, rowLines, runLine, summaryLine } from '../../src/core/run/encode.js';

/** A bad argument: its message is one line that names it. */
export class UsageError extends Error {}

/** What is to be trained. */
export interface Recipe {
  readonly lab: Lab;
  readonly config: Config;
  /** What the config is told apart from: itself where nothing is said. */
  readonly preset?: Preset | undefined;
  readonly base?: Config;
  /** Changes of knobs as it trains. */
  readonly schedule?: readonly ScheduledChange[];
}

export interface HeadlessRequest extends Recipe {
  readonly json: boolean;
}

const flags = ['--preset', '--set', '--at', '--seed', '--replicas', '--steps', '--engine', '--json'];

export const usage = `usage: npm run --silent headless -- <lab> [--preset id] [--set key=value …] [--at step:key=value …]
       [--seed n] [--replicas n] [--steps n] [--engine ${['auto', ...engineIds].join('|')}] [--json]
       npm run --silent headless -- show <file of JSON lines>
--json, which takes no value, prints a JSON object a line; without it, lines for people are printed.
labs: ${labs.map(({ id }) => id).join(', ')}`;

/** Reads the command line. Throws a `UsageError` that names the bad argument and what would be right. */
export function parseArguments(args: readonly string[]): HeadlessRequest {
  const [labId, ...rest] = args;
  refuseLabFlag(args);
  if (labId === undefined || labId.startsWith('-')) throw new UsageError(`lab: missing (expected ${labs.map(({ id }) => id).join(', ')})`);
  const lab = findLab(labId);
  if (!lab) throw new UsageError(`lab: '${labId}' is not an option (expected ${labs.map(({ id }) => id).join(', ')})`);
  const values = new Map<string, string>();
  const changes: string[] = [];
  let preset: string | undefined;
  let json = false;
  const once = (key: string, before: string | undefined, value: string): string => {
    if (before !== undefined) throw new UsageError(`${key}: given twice ('${before}' and '${value}')`);
    return value;
  };
  const put = (key: string, value: string): unknown => values.set(key, once(key, values.get(key), value));
  for (let i = 0; i < rest.length; i++) {
    const [flag, inline] = splitOnce(rest[i]!);
    if (!flags.includes(flag)) {
      const guess = nearest(flag, flags);
      throw new UsageError(`${flag}: unknown argument${guess ? ` (did you mean ${guess}?)` : ''}`);
    }
    if (flag === '--json') {
      if (inline !== undefined) throw new UsageError(`${rest[i]}: --json takes no value (leave it out for lines that people read)`);
      json = true;
      continue;
    }
    const value = inline ?? rest[++i];
    if (value === undefined) throw new UsageError(`${flag}: needs a value`);
    if (flag === '--preset') preset = once(flag, preset, value);
    else if (flag === '--at') changes.push(value);
    else if (flag === '--set') {
      const [key, set] = splitOnce(value);
      if (set === undefined) throw new UsageError(`--set ${value}: expected key=value`);
      put(key, set);
    } else put(flag.slice(2), value);
  }
  // Keys as `__proto__` become fields of their own.
  const { problems, ...configured } = configure(lab, { preset, values: Object.fromEntries(values) });
  const { schedule, problems: wrong } = readSchedule(lab, configured.config, changes, '--at');
  if (problems.length + wrong.length > 0) throw new UsageError([...problems, ...wrong].map(problemLine).join('; '));
  return { lab, ...configured, schedule, json };
}

/** A link names its lab by a key, and people expect a flag: here it stands by itself. */
function refuseLabFlag(args: readonly string[]): void {
  const at = args.findIndex((each) => splitOnce(each)[0] === '--lab');
  if (at < 0) return;
  const value = splitOnce(args[at]!)[1] ?? args[at + 1] ?? '';
  throw new UsageError(`--lab: is not an option (write the lab alone, first: headless -- ${findLab(value)?.id ?? labs[0]!.id} …)`);
}

function splitOnce(text: string): [string, string | undefined] {
  const at = text.indexOf('=');
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

/** Hears what a run does as it does it. */
export interface HeadlessOutput {
  readonly begin?: (head: RunHead) => void;
  readonly event?: (event: RunEvent) => void;
  readonly rows?: (rows: MetricRows) => void;
  /** Once for each finding, when it is first made. */
  readonly finding?: (finding: Finding) => void;
  /** An English line about what did not go as asked, or about progress. */
  readonly note?: (line: string) => void;
}

/** A run's record, and how long it trained, s: without start-up and validation. */
export interface Trained {
  readonly record: RunRecord;
  readonly seconds: number;
}

/** Trains a config in this process, exactly as a worker of the page does. Throws when the run fails. */
export async function train({ lab, config, preset, base = config, schedule = [] }: Recipe, environment: Environment, output: HeadlessOutput): Promise<Trained> {
  await loadLanguage('en', lab.id);
  const { replicas, seed } = runConfig(config);
  const seeds = Array.from({ length: replicas }, (_, i) => seed + i);
  const start = { lab: lab.id, base, config, seeds, steps: lab.steps(config), ...(preset && { preset: preset.id }), ...(schedule.length > 0 && { schedule }) };
  const recorder = new Recorder(lab, beginRecord(start, { id: newRunId(), version, created: Date.now() }));
  output.begin?.(recorder.head);
  let told = recorder.head;
  const tell = (): void => {
    const { events, findings, notes } = recorder.head;
    events.slice(told.events.length).forEach((event) => output.event?.(event));
    findings.slice(told.findings.length).forEach((finding) => output.finding?.(finding));
    for (const { id, values } of notes.slice(told.notes.length)) output.note?.(message('en', id, values, lab.id));
    told = recorder.head;
  };
  const session = new Session({
    arms: [{ run: recorder.head.id, change: {} }],
    lab,
    config,
    schedule,
    environment,
    emit: (update) => {
      if (update.type === 'inspection') return;
      recorder.apply(update, Date.now());
      if (update.type === 'metrics') output.rows?.(update);
      tell();
      if (update.type !== 'status') return;
      const { warmStart } = update;
      if (warmStart && warmStart.step % 50 === 0) {
        output.note?.(`warm start: step ${warmStart.step} of ${warmStart.steps}, loss ${warmStart.loss.toFixed(3)}`);
      }
    },
  });
  await session.ended;
  const { record } = recorder;
  if (record.state === 'failed' && record.failure !== 'notFinite') throw new Error('the run failed');
  return { record, seconds: session.trainingSeconds };
}

/** What a file of runs holds, in lines for people. */
export async function show(text: string): Promise<{ readonly lines: readonly string[]; readonly problems: readonly LineProblem[] }> {
  const { records, said, problems } = decodeRuns(text);
  await Promise.all(records.map(({ lab }) => loadLanguage('en', lab)));
  const nameOf = (id: string): string => {
    const at = records.findIndex((record) => record.id === id);
    if (at < 0) return `run ${id}, which is not in this file`;
    return said[at]!.name ?? `run ${at + 1} of this file`;
  };
  return { lines: records.flatMap((record, i) => describe(record, said[i]!, nameOf)), problems };
}

function describe(record: RunRecord, { name, note }: Said, nameOf: (id: string) => string): string[] {
  const { lab, preset, base, config, from, state, step, steps, engine, seeds, summary, best, findings } = record;
  const changed = Object.keys(config).filter((key) => config[key] !== base[key]).map((key) => `${key}=${String(config[key])}`);
  const mean = (values: readonly (number | null)[]): string => {
    const measured = values.filter((value) => value !== null);
    return (measured.reduce((sum, value) => sum + value, 0) / measured.length).toPrecision(3);
  };
  const own = findLab(lab)!;
  const changes = writeSchedule(scheduleOf(own, record));
  return [
    [...(name === undefined ? [] : [`${name}:`]), lab, preset ?? 'no preset', ...changed].join('  '),
    ...(note === undefined ? [] : note.split('\n').map((line) => `  ${line}`)),
    ...(from ? [`  from step ${from.step} of ${nameOf(from.run)}`] : []),
    `  ${state} at step ${step} of ${steps}, ${seeds.length} seed${seeds.length === 1 ? '' : 's'}${engine ? `, ${engine.id}` : ''}`,
    ...(changes.length > 0 ? [`  changed as it trained: ${changes.join('  ')}`] : []),
    ...(best ? [`  best ${own.score(config)} ${best.score.toPrecision(3)} at step ${best.step}`] : []),
    ...Object.entries(summary).map(([metric, { final, least, most }]) => `  ${metric.padEnd(28)} ${mean(final).padStart(10)}  from ${mean(least)} to ${mean(most)}`),
    ...findings.map(({ id, step: at, replicas }) => `  finding ${id} at step ${at} in ${replicas.length} of ${seeds.length} seeds`),
  ];
}
