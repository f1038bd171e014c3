import { afterEach, expect, it } from 'vitest';
import { configure } from '../../src/core/labs/configure.js';
import { biencoder } from '../../src/core/labs/biencoder/index.js';
import type { Command, Report, Update } from '../../src/core/protocol.js';

let worker: Worker | undefined;
afterEach(() => worker?.terminate());

type Status = Extract<Update, { type: 'status' }>;

interface TrainingWorker {
  readonly send: (command: unknown) => void;
  /** The last one of a run. */
  readonly status: (run: string) => Status | undefined;
  /** What went wrong outside of any run. */
  readonly broken: readonly string[];
  /** Signs of life so far. */
  readonly beats: () => number;
}

function startWorker(): TrainingWorker {
  const statuses = new Map<string, Status>();
  const broken: string[] = [];
  let beats = 0;
  const started = new Worker(new URL('../../workers/programs/training.worker.ts', import.meta.url), { type: 'module' });
  started.onmessage = ({ data }: MessageEvent<Report>) => {
    if (data.type === 'status') statuses.set(data.run, data);
    else if (data.type === 'broken') broken.push(data.reason);
    else if (data.type === 'alive') beats++;
  };
  worker = started;
  return { send: (command) => started.postMessage(command), status: (run) => statuses.get(run), broken, beats: () => beats };
}

const start = (run: string, values: Readonly<Record<string, unknown>>, stepsPerSecond = 0): Command => {
  const { config } = configure(biencoder, { preset: 'healthy', values: { engine: 'cpu', ...values } });
  return { type: 'start', arms: [{ run, change: {} }], lab: 'biencoder', config, files: location.href, stepsPerSecond };
};

it('minds what it is told of a run that still waits for the one before it to end', async () => {
  const { send, status } = startWorker();
  send(start('first', { steps: 5000 }));
  await expect.poll(() => status('first')?.state, { timeout: 60_000 }).toBe('running');
  send(start('second', { steps: 5000 }));
  send({ type: 'stop', run: 'second' });
  await expect.poll(() => status('second')?.state, { timeout: 60_000 }).toBe('stopped');
  expect(status('first')!.state).toBe('stopped');
  expect(status('second')!.step).toBeLessThan(5000);
});

it('compares runs as one population: each tells its own results, and stopping one stops all', async () => {
  const { send, status } = startWorker();
  const command = start('a', { steps: 5000 }) as Extract<Command, { type: 'start' }>;
  send({ ...command, arms: [...command.arms, { run: 'b', change: { learningRate: 1e-3 } }] });
  await expect.poll(() => status('b')?.step ?? 0, { timeout: 60_000 }).toBeGreaterThan(3);
  send({ type: 'stop', run: 'b' });
  await expect.poll(() => [status('a')?.state, status('b')?.state]).toEqual(['stopped', 'stopped']);
});

it('knows each of many runs that train together, more than it keeps of runs that are over', async () => {
  const { send, status } = startWorker();
  const runs = Array.from({ length: 8 }, (_, i) => `run ${i}`);
  const command = start('', { steps: 5000 }) as Extract<Command, { type: 'start' }>;
  send({ ...command, arms: runs.map((run) => ({ run, change: {} })) });
  await expect.poll(() => status('run 0')?.step ?? 0, { timeout: 60_000 }).toBeGreaterThan(0);
  send({ type: 'stop', run: 'run 0' });
  await expect.poll(() => runs.map((run) => status(run)?.state)).toEqual(runs.map(() => 'stopped'));
});

it('refuses a wrong start with its reason, lets what trains go on, and starts the next one', async () => {
  const { send, status, broken } = startWorker();
  const right = start('a', { steps: 5000 }) as Extract<Command, { type: 'start' }>;
  send(right);
  await expect.poll(() => status('a')?.step ?? 0, { timeout: 60_000 }).toBeGreaterThan(0);
  const wrong: Readonly<Record<string, object>> = {
    lab: { lab: 'alchemy' },
    config: { config: undefined },
    'config.replicas: -1': { config: { ...right.config, replicas: -1 } },
    'config.replicas: 1000000000': { config: { ...right.config, replicas: 1e9 } },
    files: { files: undefined },
  };
  for (const [field, values] of Object.entries(wrong)) send({ ...right, arms: [{ run: field, change: {} }], ...values });
  send({ ...right, arms: undefined });
  await expect.poll(() => broken).toHaveLength(1);
  expect(broken[0]).toMatch(/^arms: missing/);
  for (const field of Object.keys(wrong)) {
    expect(status(field)).toMatchObject({ state: 'failed', failure: 'refused', notes: [{ id: 'note.refused' }] });
    expect(String(status(field)!.notes[0]!.values!['reason'])).toContain(field);
  }
  const { step } = status('a')!;
  await expect.poll(() => status('a')!.step).toBeGreaterThan(step);
  send({ ...right, arms: [{ run: 'b', change: {} }] });
  await expect.poll(() => status('b')?.step ?? 0, { timeout: 60_000 }).toBeGreaterThan(0);
  expect([status('a')!.state, broken.length]).toEqual(['stopped', 1]);
});

it('gives signs of life while a run waits for its pace, and none when it is over', async () => {
  const { send, status, beats } = startWorker();
  send(start('slow', { steps: 50 }, 0.1));
  await expect.poll(() => status('slow')?.state, { timeout: 60_000 }).toBe('running');
  await expect.poll(beats, { timeout: 10_000 }).toBeGreaterThan(1);
  send({ type: 'stop', run: 'slow' });
  await expect.poll(() => status('slow')!.state).toBe('stopped');
  const before = beats();
  await new Promise((resolve) => setTimeout(resolve, 3000));
  expect(beats()).toBe(before);
});
