import { expect } from 'vitest';
import wasmSimd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import { configure } from '../../src/core/labs/configure.js';
import { grpo } from '../../src/core/labs/grpo/index.js';
import type { Update } from '../../src/core/protocol.js';
import type { Environment } from '../../workers/engines/engine.js';
import { openDevice } from '../../workers/engines/webgpu/webgpuDevice.js';
import { Session } from '../../workers/session/session.js';

const environment: Environment = {
  cores: 1,
  wasmFiles: { 'tfjs-backend-wasm.wasm': wasmSimd, 'tfjs-backend-wasm-simd.wasm': wasmSimd, 'tfjs-backend-wasm-threaded-simd.wasm': wasmSimd },
  readFile: async (name) => (await fetch(`/${name}`)).arrayBuffer(),
};

const small = { replicas: 2, promptsPerStep: 3, rolloutN: 3, dropout: 0.1, klCoefficient: 0.05, validationEvery: 0, topP: 0.95 };

/** Step → metric → one value a replica, with the last status. */
export async function train(
  engine: string,
  steps: number,
  onUpdate: (update: Update) => void = () => undefined,
): Promise<{ rows: Map<string, number[]>; status: Extract<Update, { type: 'status' }> }> {
  const values = { ...small, engine, steps };
  const { config, problems } = configure(grpo, { preset: 'tool-choice-healthy', values });
  expect(problems).toEqual([]);
  const rows = new Map<string, number[]>();
  let status: Extract<Update, { type: 'status' }> | undefined;
  const session = new Session({
    arms: [{ run: engine, change: {} }],
    lab: 'grpo',
    config,
    environment,
    emit: (update) => {
      onUpdate(update);
      if (update.type === 'status') status = update;
      if (update.type !== 'metrics') return;
      update.steps.forEach((step, row) => {
        for (const [metric, column] of Object.entries(update.columns)) {
          rows.set(`${step} ${metric}`, [...column.subarray(row * 2, row * 2 + 2)]);
        }
      });
    },
  });
  await session.ended;
  return { rows, status: status! };
}

/** Takes an engine's device away in the middle of a run. */
export async function expectMadeAnew(id: string): Promise<void> {
  const whole = await train(id, 3);
  let destroyed = false;
  const interrupted = await train(id, 3, (update) => {
    if (destroyed || update.type !== 'metrics' || update.steps.at(-1)! < 1) return;
    destroyed = true;
    void openDevice().then(({ device }) => device.destroy());
  });
  expect(destroyed).toBe(true);
  expect(interrupted.status.state).toBe('finished');
  expect(interrupted.status.notes.map(({ id }) => id)).toEqual(['note.deviceLost', 'note.recovered']);
  expect(whole.rows.size).toBeGreaterThan(30);
  expect(interrupted.rows).toEqual(whole.rows);
}
