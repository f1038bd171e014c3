import { afterEach, describe, expect, it, vi } from 'vitest';
import { openWebgpuEngine } from '../../workers/engines/webgpu/webgpuEngine.js';
import { randomWeights, shapeOf } from '../kernels/cases.js';

const never = (): Promise<never> => new Promise(() => undefined);

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('a GPU that falls silent', () => {
  it.each([
    ['with a result', 'the GPU', 11, () => vi.spyOn(GPUBuffer.prototype, 'mapAsync').mockImplementation(never)],
    ['while kernels compile', 'the GPU’s compiler', 12, () => vi.spyOn(GPUDevice.prototype, 'createComputePipelineAsync').mockImplementation(never)],
  ])('%s counts as lost after 30 s, before what waits for it rejects, and the next run opens another device', async (_, what, vocabulary, stall) => {
    const engine = await openWebgpuEngine();
    const shape = { ...shapeOf({}), vocabulary };
    const reason = `${what} did not answer within 30 s`;
    const told: unknown[] = [];
    engine.onFailure((failure) => told.push(failure));
    if (what === 'the GPU') await engine.prewarm!(shape);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    stall();
    const policy = engine.createPolicy(shape, randomWeights(shape, [1]));
    const answer = policy.parameters().catch((error: Error) => told.push(error.message));
    await vi.advanceTimersByTimeAsync(29_900);
    expect(told).toEqual([]);
    await vi.advanceTimersByTimeAsync(200);
    await answer;
    expect(told).toEqual([{ kind: 'lost', note: { id: 'note.deviceLost', values: { reason } } }, reason]);
    vi.useRealTimers();
    vi.restoreAllMocks();
    const next = await openWebgpuEngine();
    const parameters = randomWeights(shape, [1]);
    expect(await next.createPolicy(shape, parameters).parameters()).toEqual(parameters);
    expect(told, 'a device is lost once').toHaveLength(2);
  });
});
