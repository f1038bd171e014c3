import { afterEach, describe, expect, it, vi } from 'vitest';
import { loadCpuKernels } from '../../workers/engines/cpu/load.js';
import { grpoConfig, runSession } from './drive.js';

afterEach(() => vi.restoreAllMocks());

const { validate, Instance } = WebAssembly;

/** A browser that knows nothing of relaxed SIMD: only the kernels of cpu-fma have its instructions. */
function withoutRelaxedSimd(): void {
  const relaxedMadd = [0xfd, 0x85, 0x02];
  vi.spyOn(WebAssembly, 'validate').mockImplementation((bytes) => {
    const all = new Uint8Array(bytes as ArrayBuffer);
    return validate(bytes) && !all.some((_, i) => relaxedMadd.every((byte, k) => all[i + k] === byte));
  });
}

/** A processor that rounds twice. */
function withoutFma(): void {
  vi.spyOn(WebAssembly, 'Instance').mockImplementation(function (module, imports) {
    const { exports } = new Instance(module, imports);
    return { exports: { ...exports, fusesMultiplyAdd: () => 0 } };
  });
}

describe.each([
  ['without relaxed SIMD', withoutRelaxedSimd, 'WebAssembly has no relaxed SIMD here'],
  ['without FMA', withoutFma, 'the processor does not fuse multiplication and addition'],
])('%s', (_, lack, reason) => {
  const short = { steps: 2, validationEvery: 0 };

  it('the plain kernels are there, and auto takes them without a word', async () => {
    lack();
    await expect(loadCpuKernels('cpu')).resolves.toBeInstanceOf(WebAssembly.Module);
    const run = await runSession(grpoConfig('collapse', { ...short, engine: 'auto' }));
    expect(run.lastStatus()).toMatchObject({ state: 'finished', engine: { id: 'cpu' } });
    expect(run.notes().map(({ id }) => id)).toEqual(['note.noWebgpu']);
  });

  it('cpu-fma itself says why it cannot run, and the plain kernels take over', async () => {
    lack();
    const run = await runSession(grpoConfig('collapse', { ...short, engine: 'cpu-fma' }));
    expect(run.lastStatus()).toMatchObject({ state: 'finished', engine: { id: 'cpu' } });
    expect(run.notes()).toContainEqual({ id: 'note.engineUnavailable', values: { engine: 'cpu-fma', reason, used: 'cpu' } });
  });
});
