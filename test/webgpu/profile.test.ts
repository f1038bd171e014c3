import { beforeAll, expect, it, vi } from 'vitest';
import { activeProfile, profileKernels } from '../../workers/engines/webgpu/profile.js';
import { WebgpuPolicy } from '../../workers/engines/webgpu/webgpuPolicy.js';
import { caseOf, randomWeights, requestOf, updateOf } from '../kernels/cases.js';
import { device, openWebgpu } from './device.js';

beforeAll(openWebgpu);

it('times every dispatch while it runs, in a track of the profiler, and changes no number', async () => {
  const one = caseOf(3);
  const parameters = randomWeights(one.shape, [1, 2]);
  const request = requestOf(one);
  const advantages = Float32Array.from({ length: 12 }, () => one.random.normal());
  const measure = vi.spyOn(performance, 'measure');
  const train = async (policy: WebgpuPolicy): Promise<void> => {
    policy.update({ ...updateOf(one, request, await policy.sample(request)), advantages });
    await policy.scalars();
  };
  const plain = new WebgpuPolicy(device, one.shape, parameters);
  await train(plain);
  expect(measure).not.toHaveBeenCalled();

  const policy = new WebgpuPolicy(device, one.shape, parameters);
  const kernels = await profileKernels(() => train(policy));
  expect(kernels.map(({ kernel, dispatches }) => `${kernel} ${dispatches}`).sort()).toEqual([
    'adamW 1', 'backward 1', 'forward 1', 'gradientNorm 1', 'grpoLoss 1', 'matrixGradients 1', 'rollout 1', 'rowSums 1',
    'tokenLogProbs 1', 'vectorGradients 1',
  ]);
  expect(kernels.map(({ ms }) => ms)).toEqual(kernels.map(({ ms }) => ms).sort((a, b) => b - a));
  expect(kernels[0]!.ms).toBeGreaterThan(0);
  expect(measure).toHaveBeenCalledTimes(10);
  expect(measure.mock.calls[0]).toEqual([
    'rollout',
    { start: expect.any(Number) as number, duration: expect.any(Number) as number, detail: { devtools: expect.objectContaining({ dataType: 'track-entry', track: 'WebGPU kernels' }) as object } },
  ]);
  expect(performance.getEntriesByType('measure')).toEqual([]);
  expect(await policy.parameters()).toEqual(await plain.parameters());
  expect(measure).toHaveBeenCalledTimes(10);
  vi.restoreAllMocks();
  for (const own of [plain, policy]) own.dispose();
});

it('says nothing where the device has no timestamps', async () => {
  const without = Object.create(device, { features: { value: new Set() } }) as GPUDevice;
  const kernels = await profileKernels(async () => {
    expect(activeProfile()!.begin(without, 3)).toBeUndefined();
  });
  expect(kernels).toEqual([]);
});
