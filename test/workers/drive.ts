import { configure } from '../../src/core/labs/configure.js';
import { grpo } from '../../src/core/labs/grpo/index.js';
import { findLab } from '../../src/core/labs/index.js';
import { grpoConfig as typed, type GrpoConfig } from '../../src/core/labs/grpo/parameters.js';
import type { Config } from '../../src/core/parameters.js';
import type { Note, Update } from '../../src/core/protocol.js';
import type { Environment } from '../../workers/engines/engine.js';
import { Session, type SessionOptions } from '../../workers/session/session.js';
import { testEnvironment } from '../environment.js';

/** A config of the GRPO lab, on the cpu engine unless it says otherwise; throws if a value is not valid. */
export function grpoConfig(preset: string, values: Readonly<Record<string, unknown>> = {}): GrpoConfig {
  const { config, problems } = configure(grpo, { preset, values: { engine: 'cpu', ...values } });
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  return typed(config);
}

/** Step → metric → one value a replica. */
export type Rows = Map<number, Readonly<Record<string, readonly number[]>>>;

/** What a session said, in a form that tests can compare. */
export interface Recording {
  /** Of the first run. */
  readonly rows: Rows;
  /** Of each run that trained together with others, by its id. */
  readonly rowsOf: ReadonlyMap<string, Rows>;
  readonly updates: Update[];
  readonly notes: () => readonly Note[];
  readonly lastStatus: () => Extract<Update, { type: 'status' }>;
}

export interface Driven extends Recording {
  readonly session: Session;
}

/** Starts a session and records everything; `onUpdate` may drive it. */
export function startSession(
  config: Config,
  options: Partial<Pick<SessionOptions, 'arms' | 'from' | 'paused' | 'stepsPerSecond' | 'machine'>> & {
    lab?: string;
    environment?: Partial<Environment>;
    onUpdate?: (update: Update, session: Session) => void;
  } = {},
): Driven {
  const arms = options.arms ?? [{ run: 'test', change: {} }];
  const rowsOf = new Map(arms.map(({ run }): [string, Rows] => [run, new Map()]));
  const updates: Update[] = [];
  const statuses = (): Extract<Update, { type: 'status' }>[] => updates.filter((update) => update.type === 'status');
  const { lab = 'grpo', onUpdate, environment, ...rest } = options;
  const session: Session = new Session({
    lab: findLab(lab)!,
    config,
    environment: { ...testEnvironment, ...environment },
    ...rest,
    arms,
    emit: (update) => {
      updates.push(update);
      if (update.type === 'metrics') {
        update.steps.forEach((step, row) => {
          const values = Object.entries(update.columns)
            .map(([metric, column]) => [metric, [...column.subarray(row * update.replicas, (row + 1) * update.replicas)]] as const)
            .filter(([, measured]) => !measured.every(Number.isNaN));
          rowsOf.get(update.run)!.set(step, Object.fromEntries(values));
        });
      }
      // The first status is sent before the session is known here.
      queueMicrotask(() => onUpdate?.(update, session));
    },
  });
  return { session, rows: rowsOf.get(arms[0]!.run)!, rowsOf, updates, notes: () => statuses().at(-1)!.notes, lastStatus: () => statuses().at(-1)! };
}

/** Runs a config to its end and frees it. */
export async function runSession(config: Config, options: Parameters<typeof startSession>[1] = {}): Promise<Recording> {
  const driven = startSession(config, options);
  await driven.session.ended;
  return driven;
}
