import { FindingWatcher } from '../../src/core/findings/watcher.js';
import { configure } from '../../src/core/labs/configure.js';
import { findLab, labs } from '../../src/core/labs/index.js';
import type { Lab } from '../../src/core/labs/lab.js';
import { loadLanguage, message } from '../../src/core/messages/messages.js';
import { runConfig } from '../../src/core/labs/runParameters.js';
import { nearest } from '../../src/core/nearest.js';
import { applying, type Config } from '../../src/core/parameters.js';
import { problemLine } from '../../src/core/problem.js';
import type { Update } from '../../src/core/protocol.js';
import { engineIds, type Environment } from '../engines/engine.js';
import { Session } from '../session/session.js';

/** A bad argument: its message is one line that names it. */
export class UsageError extends Error {}

export interface HeadlessRequest {
  readonly lab: Lab;
  readonly config: Config;
  readonly json: boolean;
}

const flags = ['--preset', '--set', '--seed', '--replicas', '--steps', '--engine', '--json'];

export const usage = `usage: npm run --silent headless -- <lab> [--preset id] [--set key=value …] [--seed n] [--replicas n]
       [--steps n] [--engine ${['auto', ...engineIds].join('|')}] [--json]
--json, which takes no value, prints a JSON object a line; without it, lines for people are printed.
labs: ${labs.map(({ id }) => id).join(', ')}`;

/** Reads the command line. Throws a `UsageError` that names the bad argument and what would be right. */
export function parseArguments(args: readonly string[]): HeadlessRequest {
  const [labId, ...rest] = args;
  if (labId === undefined || labId.startsWith('-')) throw new UsageError(`lab: missing (expected ${labs.map(({ id }) => id).join(', ')})`);
  const lab = findLab(labId);
  if (!lab) throw new UsageError(`lab: '${labId}' is not an option (expected ${labs.map(({ id }) => id).join(', ')})`);
  const values = new Map<string, string>();
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
    else if (flag === '--set') {
      const [key, set] = splitOnce(value);
      if (set === undefined) throw new UsageError(`--set ${value}: expected key=value`);
      put(key, set);
    } else put(flag.slice(2), value);
  }
  // Keys as `__proto__` become fields of their own.
  const { config, problems } = configure(lab, { preset, values: Object.fromEntries(values) });
  if (problems.length > 0) throw new UsageError(problems.map(problemLine).join('; '));
  return { lab, config, json };
}

function splitOnce(text: string): [string, string | undefined] {
  const at = text.indexOf('=');
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

/** What one run measured, metric by metric: the last and the largest value of each replica. */
export interface Summary {
  readonly steps: number;
  readonly seconds: number;
  readonly engine: string;
  readonly final: Readonly<Record<string, readonly (number | null)[]>>;
  readonly best: Readonly<Record<string, readonly (number | null)[]>>;
}

export interface HeadlessOutput {
  readonly row: (step: number, metrics: Readonly<Record<string, readonly (number | null)[]>>) => void;
  readonly finding: (finding: { id: string; step: number; replicas: number[]; evidence: Readonly<Record<string, number>> }) => void;
  /** An English line about what did not go as asked, or about progress. */
  readonly note: (line: string) => void;
}

/** Trains a config in this process, exactly as a worker of the page does. Throws when the run fails. */
export async function train(lab: Lab, config: Config, environment: Environment, output: HeadlessOutput): Promise<Summary> {
  await loadLanguage('en', lab.id);
  const { replicas } = runConfig(config);
  const metrics = applying(lab.metrics, config);
  const watcher = new FindingWatcher(lab.detectors, config, replicas);
  const reported = new Set<string>();
  const final: Record<string, (number | null)[]> = {};
  const best: Record<string, (number | null)[]> = {};
  let steps = 0;
  let state: string | undefined;
  let noted = 0;

  const addRows = (update: Extract<Update, { type: 'metrics' }>): void => {
    update.steps.forEach((step, row) => {
      const read = (metric: string, replica: number): number => update.columns[metric]?.[row * replicas + replica] ?? NaN;
      const values: Record<string, (number | null)[]> = {};
      for (const { id, cadence } of metrics) {
        const measured = Array.from({ length: replicas }, (_, replica) => finite(read(id, replica)));
        values[id] = measured;
        if (measured.every((value) => value === null)) continue;
        final[id] = measured;
        if (cadence !== 'validation') continue;
        best[id] = measured.map((value, replica) => largest(value, best[id]?.[replica] ?? null));
      }
      output.row(step, values);
      steps = step;
      for (const finding of watcher.observe(step, read)) {
        if (reported.has(finding.id)) continue;
        reported.add(finding.id);
        output.finding({
          id: finding.id,
          step: finding.step,
          replicas: finding.replicas.map(({ replica }) => replica),
          evidence: finding.evidence.values,
        });
      }
    });
  };

  const session = new Session({
    arms: [{ run: 'headless', change: {} }],
    lab: lab.id,
    config,
    environment,
    emit: (update) => {
      if (update.type === 'metrics') addRows(update);
      if (update.type !== 'status') return;
      state = update.state;
      for (const { id, values } of update.notes.slice(noted)) output.note(message('en', id, values, lab.id));
      noted = update.notes.length;
      const { warmStart } = update;
      if (warmStart && warmStart.step % 50 === 0) {
        output.note(`warm start: step ${warmStart.step} of ${warmStart.steps}, loss ${warmStart.loss.toFixed(3)}`);
      }
    },
  });
  await session.ended;
  if (state === 'failed' && !reported.has('not-finite')) throw new Error('the run failed');
  return { steps, seconds: session.trainingSeconds, engine: session.engineId!, final, best };
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function largest(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.max(a, b);
}
