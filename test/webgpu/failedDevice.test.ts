import { expect, it, vi } from 'vitest';
import type { Failure } from '../../src/core/protocol.js';
import { openDevice } from '../../workers/engines/webgpu/webgpuDevice.js';
import { openWebgpuEngine } from '../../workers/engines/webgpu/webgpuEngine.js';
import { randomWeights, shapeOf } from '../kernels/cases.js';

it.each([
  ['memory', 'note.outOfMemory', () => new GPUOutOfMemoryError('no room for 4 GB')],
  ['fault', 'note.failed', () => new GPUValidationError('a binding is missing')],
] as const)('an error of kind %s that the device reports is told once, ends the device, and the next run opens another', async (kind, id, error) => {
  const { device } = await openDevice();
  const destroy = vi.spyOn(device, 'destroy');
  const engine = await openWebgpuEngine();
  const told: Failure[] = [];
  engine.onFailure((failure) => told.push(failure));
  device.dispatchEvent(new GPUUncapturedErrorEvent('uncapturederror', { error: error() }));
  expect(told).toEqual([{ kind, note: { id, values: expect.objectContaining({ reason: error().message }) as unknown } }]);
  expect(destroy).toHaveBeenCalled();
  await device.lost;
  const next = await openWebgpuEngine();
  const shape = shapeOf({});
  const parameters = randomWeights(shape, [1]);
  expect(await next.createPolicy(shape, parameters).parameters()).toEqual(parameters);
  expect((await openDevice()).device).not.toBe(device);
  expect(told, 'a device fails once').toHaveLength(1);
});
