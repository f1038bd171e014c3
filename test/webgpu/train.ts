import { expect } from 'vitest';
import { configure } from '../../src/core/labs/configure.js';
import { grpo } from '../../src/core/labs/grpo/index.js';
import { runConfig } from '../../src/core/labs/runParameters.js';
import type { ConfigChange } from '../../src/core/parameters.js';
import type { Update } from '../../src/core/protocol.js';
import type { Environment } from '../../workers/engines/engine.js';
import { openDevice } from '../../workers/engines/webgpu/webgpuDevice.js';
import { Session } from '../../workers/session/session.js';
import { environment } from './device.js';

const small = { replicas: 2, promptsPerStep: 3, rolloutN: 3, dropout: 0.1, klCoefficient: 0.05, validationEvery: 0, topP: 0.95 };

interface Trained {
  /** `step metric` → one value a replica, where any was measured. */
  readonly rows: Map<string, number[]>;
  /** The last. */
  readonly status: Extract<Update, { type: 'status' }>;
}

/** Trains a preset of the GRPO lab with some values of its own. */
export async function trainPreset(preset: string, values: ConfigChange, where: Environment, onUpdate: (update: Update) => void = () => undefined): Promise<Trained> {
  const { config, problems } = configure(grpo, { preset, values });
  expect(problems).toEqual([]);
  const { replicas } = runConfig(config);
  const rows = new Map<string, number[]>();
  let status: Trained['status'] | undefined;
  const session = new Session({
    arms: [{ run: 'test', change: {} }],
    lab: grpo,
    config,
    environment: where,
    emit: (update) => {
      onUpdate(update);
      if (update.type === 'status') status = update;
      if (update.type !== 'metrics') return;
      update.steps.forEach((step, row) => {
        for (const [metric, column] of Object.entries(update.columns)) {
          const measured = [...column.subarray(row * replicas, (row + 1) * replicas)];
          if (!measured.every(Number.isNaN)) rows.set(`${step} ${metric}`, measured);
        }
      });
    },
  });
  await session.ended;
  return { rows, status: status! };
}

/** A few steps of a small run on an engine. */
export const train = (engine: string, steps: number, onUpdate?: (update: Update) => void): Promise<Trained> =>
  trainPreset('tool-choice-healthy', { ...small, engine, steps }, environment, onUpdate);

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
