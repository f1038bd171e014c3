import * as tf from '@tensorflow/tfjs-core';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import wasmSimd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import { expect } from 'vitest';
import type { Environment } from '../../workers/engines/engine.js';
import { openEngine } from '../../workers/engines/openEngine.js';
import type { Memory, Storage } from '../../workers/engines/webgpu/memory.js';
import type { Recorder } from '../../workers/engines/webgpu/recorder.js';

/** One core, and the files that Vite serves. */
export const environment: Environment = {
  cores: 1,
  wasmFiles: { 'tfjs-backend-wasm.wasm': wasmSimd, 'tfjs-backend-wasm-simd.wasm': wasmSimd, 'tfjs-backend-wasm-threaded-simd.wasm': wasmSimd },
  readFile: async (name) => (await fetch(`/${name}`)).arrayBuffer(),
};

/** The device of tfjs once `openWebgpu` has run. */
export let device: GPUDevice;

/** For `beforeAll`: tfjs on WebGPU. What it returns runs after the tests, and expects that no WebGPU error came. */
export async function openWebgpu(): Promise<() => Promise<void>> {
  const engine = await openEngine('reference-webgpu', environment);
  expect(engine.id).toBe('reference-webgpu');
  ({ device } = tf.backend() as WebGPUBackend);
  const failures: string[] = [];
  engine.onFailure(({ note }) => failures.push(`${note.id} ${JSON.stringify(note.values)}`));
  return async () => {
    await device.queue.onSubmittedWorkDone();
    expect(failures, 'WebGPU errors').toEqual([]);
  };
}

/** For `beforeAll`: tfjs on WebAssembly, for a reference that judges the kernels. */
export const openWasm = async (): Promise<void> => void (await openEngine('reference-wasm', environment));

/** A buffer of these numbers. */
export function upload(memory: Memory, label: string, values: ArrayLike<number>): Storage {
  const storage = memory.create(label, 4 * values.length);
  memory.device.queue.writeBuffer(storage.buffer, 0, Float32Array.from(values));
  return storage;
}

/** Runs what is recorded; then the numbers of these buffers. */
export async function read(recorder: Recorder, ...storages: readonly Storage[]): Promise<Float32Array[]> {
  const data = await recorder.read(storages.map((storage) => ({ storage, bytes: storage.bytes })));
  let end = 0;
  return storages.map(({ bytes }) => new Float32Array(data, (end += bytes) - bytes, bytes / 4));
}
