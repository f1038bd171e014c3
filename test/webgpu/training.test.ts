import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { openDevice } from '../../workers/engines/webgpu/webgpuDevice.js';
import { expectMadeAnew, train } from './train.js';

describe.each(['reference-webgpu', 'webgpu'])('%s', (id) => {
  it('trains on WebGPU as on wasm: the same tokens, the same numbers, no error, no tensor left', async () => {
    const gpu = await train(id, 2);
    // An uncaptured WebGPU error makes the run fail.
    expect(gpu.status.notes).toEqual([]);
    expect(gpu.status).toMatchObject({ state: 'finished', step: 2, engine: { id } });
    expect(gpu.status.engine!.adapter).toBeTruthy();
    const left = tf.memory().numTensors;
    expect(left).toBe(0);

    const wasm = await train('reference-wasm', 2);
    expect(wasm.status).toMatchObject({ state: 'finished', engine: { id: 'reference-wasm' } });
    expect(wasm.rows.size).toBeGreaterThan(20);
    expect([...gpu.rows.keys()].sort()).toEqual([...wasm.rows.keys()].sort());
    for (const [key, expected] of wasm.rows) {
      gpu.rows.get(key)!.forEach((value, replica) => expect(Math.abs(value - expected[replica]!), key).toBeLessThan(1e-3));
    }
  });
});

it('makes a lost device anew and goes on from the last checkpoint with the same curve', () => expectMadeAnew('webgpu'));

it('fails for want of memory, and not for an error in the code, where the GPU has no more of it', async () => {
  let full = false;
  const { status } = await train('webgpu', 20, (update) => {
    if (full || update.type !== 'metrics') return;
    full = true;
    const error = new GPUOutOfMemoryError('no room for 4 GB');
    void openDevice().then(({ device }) => device.dispatchEvent(new GPUUncapturedErrorEvent('uncapturederror', { error })));
  });
  expect(status).toMatchObject({ state: 'failed', failure: 'memory' });
  expect(status.notes.map(({ id }) => id)).toEqual(['note.outOfMemory']);
});

it('goes on on the CPU with the same curve, within rounding, when the GPU is lost again', async () => {
  const whole = await train('webgpu', 20);
  let losses = 0;
  let recovered = false;
  const interrupted = await train('webgpu', 20, (update) => {
    if (update.type === 'status') recovered = update.notes.some(({ id }) => id === 'note.recovered');
    if (update.type !== 'metrics' || losses !== Number(recovered)) return;
    losses++;
    void openDevice().then(({ device }) => device.destroy());
  });
  expect(losses).toBe(2);
  expect(interrupted.status.notes.map(({ id }) => id)).toEqual(['note.deviceLost', 'note.recovered', 'note.deviceLost', 'note.nextEngine']);
  expect(interrupted.status).toMatchObject({ state: 'finished', step: 20, engine: { id: expect.stringMatching(/^cpu/) as unknown } });
  expect([...interrupted.rows.keys()].sort()).toEqual([...whole.rows.keys()].sort());
  for (const [key, expected] of whole.rows) {
    interrupted.rows.get(key)!.forEach((value, replica) => expect(Math.abs(value - expected[replica]!), key).toBeLessThan(1e-3));
  }
});
