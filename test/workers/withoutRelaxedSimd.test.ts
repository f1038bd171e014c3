import { expect, it, vi } from 'vitest';
import { loadCpuKernels } from '../../workers/kernels/cpu/load.js';
import { grpoConfig, runSession } from './drive.js';

// The kernels of cpu-fma as a browser sees them that knows nothing of their instructions.
const { validate } = WebAssembly;
vi.spyOn(WebAssembly, 'validate').mockImplementation((bytes) => bytes.byteLength < 10_000 && validate(bytes));

const short = { steps: 2, validationEvery: 0 };

it('auto takes the plain kernels without a word', async () => {
  const run = await runSession(grpoConfig('collapse', { ...short, engine: 'auto' }));
  expect(run.lastStatus()).toMatchObject({ state: 'finished', engine: { id: 'cpu' } });
  expect(run.notes().map(({ id }) => id)).toEqual(['note.noWebgpu']);
});

it('cpu-fma itself says why it cannot run, and the plain kernels take over', async () => {
  await expect(loadCpuKernels('cpu-fma')).rejects.toThrow('WebAssembly has no relaxed SIMD here');
  const run = await runSession(grpoConfig('collapse', { ...short, engine: 'cpu-fma' }));
  expect(run.lastStatus()).toMatchObject({ state: 'finished', engine: { id: 'cpu' } });
  const values = { engine: 'cpu-fma', reason: 'WebAssembly has no relaxed SIMD here', used: 'cpu' };
  expect(run.notes()).toContainEqual({ id: 'note.engineUnavailable', values });
});
