import { afterEach, expect, it } from 'vitest';
import { configure } from '../../src/core/labs/configure.js';
import { biencoder } from '../../src/core/labs/biencoder/index.js';
import type { Command, Update } from '../../src/core/protocol.js';

let worker: Worker | undefined;
afterEach(() => worker?.terminate());

type Status = Extract<Update, { type: 'status' }>;

/** A training worker that remembers the last status of each run. */
function startWorker(): { send: (command: Command) => void; status: (run: string) => Status | undefined } {
  const statuses = new Map<string, Status>();
  const started = new Worker(new URL('../../workers/programs/training.worker.ts', import.meta.url), { type: 'module' });
  started.onmessage = ({ data }: MessageEvent<Update>) => {
    if (data.type === 'status') statuses.set(data.run, data);
  };
  worker = started;
  return { send: (command) => started.postMessage(command), status: (run) => statuses.get(run) };
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
