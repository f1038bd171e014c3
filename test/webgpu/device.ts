import * as tf from '@tensorflow/tfjs-core';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { expect } from 'vitest';
import { openEngine } from '../../workers/backend/engine.js';

/** The device of tfjs once `openWebgpu` has run. */
export let device: GPUDevice;

/** For `beforeAll`: tfjs on WebGPU. What it returns runs after the tests, and expects that no WebGPU error came. */
export async function openWebgpu(): Promise<() => Promise<void>> {
  const readFile = (): Promise<never> => Promise.reject(new Error('no files here'));
  const engine = await openEngine('reference-webgpu', { cores: 1, wasmFiles: '', readFile });
  expect(engine.id).toBe('reference-webgpu');
  ({ device } = tf.backend() as WebGPUBackend);
  const failures: string[] = [];
  engine.onFailure((note) => failures.push(`${note.id} ${JSON.stringify(note.values)}`));
  return async () => {
    await device.queue.onSubmittedWorkDone();
    expect(failures, 'WebGPU errors').toEqual([]);
  };
}
