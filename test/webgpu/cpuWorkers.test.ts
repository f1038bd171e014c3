import { expect, it } from 'vitest';
import type { Update } from '../../src/core/protocol.js';
import type { Environment } from '../../workers/engines/engine.js';
import { trainPreset } from './train.js';

const spawned: Worker[] = [];
const environment: Environment = {
  cores: 4,
  spawnPolicyWorker: () => {
    const worker = new Worker(new URL('../../workers/programs/policy.worker.ts', import.meta.url), { type: 'module' });
    spawned.push(worker);
    return worker;
  },
  wasmFiles: '',
  readFile: async (name) => (await fetch(`/${name}`)).arrayBuffer(),
};

const train = (where: Environment, onUpdate?: (update: Update) => void): ReturnType<typeof trainPreset> =>
  trainPreset('collapse', { engine: 'cpu', steps: 12, replicas: 5, dropout: 0.1, validationEvery: 6 }, where, onUpdate);

it('spreads a population over workers, which changes no number, and starts a crashed one anew', async () => {
  const alone = await train({ ...environment, cores: 1 });
  expect(alone.status).toMatchObject({ state: 'finished', notes: [], engine: { id: 'cpu' } });
  expect(spawned).toHaveLength(0);
  expect(alone.rows.size).toBeGreaterThan(12 * 8);

  const spread = await train(environment);
  expect(spread.status).toMatchObject({ state: 'finished', notes: [] });
  expect(spawned).toHaveLength(3);
  expect(spread.rows).toEqual(alone.rows);

  let crashed = false;
  let late = false;
  let unhandled = 0;
  const crash = (worker: Worker, message: string): void => {
    if (worker.dispatchEvent(new ErrorEvent('error', { message, cancelable: true }))) unhandled++;
  };
  const interrupted = await train(environment, (update) => {
    if (!crashed && update.type === 'metrics' && update.steps.at(-1)! >= 3) {
      crashed = true;
      crash(spawned[1]!, 'out of memory');
    } else if (!late && spawned.length === 6) {
      late = true;
      for (const worker of spawned.slice(0, 3)) crash(worker, 'of a pool that is gone');
    }
  });
  expect([crashed, late]).toEqual([true, true]);
  expect(unhandled, 'errors that would go on to the page').toBe(0);
  expect(interrupted.status.notes).toEqual([
    { id: 'note.workerLost', values: { reason: 'out of memory' } },
    { id: 'note.recovered', values: { step: expect.any(Number) as number } },
  ]);
  expect(interrupted.status.state).toBe('finished');
  expect(spawned).toHaveLength(6);
  expect(interrupted.rows).toEqual(alone.rows);
  for (const worker of spawned) worker.terminate();
});
