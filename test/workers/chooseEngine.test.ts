import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { labs } from '../../src/core/labs/index.js';
import { learnerEngines } from '../../workers/engines/engine.js';
import { OutOfMemoryError, UnsupportedError } from '../../workers/engines/failure.js';
import { chooseEngine } from '../../workers/session/chooseEngine.js';
import { Stopped } from '../../workers/session/stopSignal.js';
import { trainingOf } from '../../workers/labs/index.js';
import { NotFiniteError } from '../../workers/labs/trainer.js';
import { fakeMachine, hardware, never } from './fakeEngines.js';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const steps = (milliseconds: number) => ({ train: () => milliseconds });
const fails = (reason: string) => ({ open: () => Promise.reject(new Error(reason)) });

describe('auto, with a GPU', () => {
  it.each([
    ['webgpu', 40, 5],
    ['cpu-fma', 40, 400],
  ])('takes the faster engine, %s, and tells what both took', async (fastest, cpu, gpu) => {
    const { machine, request, opened } = fakeMachine({ 'cpu-fma': steps(cpu), 'webgpu': steps(gpu) });
    const { description, notes } = await chooseEngine(request(`${fastest} is faster`), machine);
    expect(description.id).toBe(fastest);
    expect(description.measured).toEqual([{ id: 'cpu-fma', msPerStep: cpu }, { id: 'webgpu', msPerStep: gpu }].sort((a, b) => a.msPerStep - b.msPerStep));
    expect(opened).toEqual(['cpu-fma', 'webgpu']);
    expect(notes).toEqual([]);
  });

  it('does not count compilation, however long it takes', async () => {
    const { machine, request } = fakeMachine({ 'cpu-fma': steps(40), 'webgpu': { train: (step) => (step === 1 ? 1500 : 5) } });
    expect((await chooseEngine(request('slow compiler'), machine)).description).toMatchObject({ id: 'webgpu', measured: [{ msPerStep: 5 }, { msPerStep: 40 }] });
  });

  it('takes the mean over about 50 ms where the clock moves by whole milliseconds now and then', async () => {
    const { machine, request } = fakeMachine({ 'cpu-fma': steps(40), 'webgpu': { train: (step) => (step % 4 === 0 ? 1 : 0) } });
    const { measured } = (await chooseEngine(request('1 ms clock'), machine)).description;
    expect(measured![0]).toEqual({ id: 'webgpu', msPerStep: expect.closeTo(0.25, 1) });
  });

  it('is not tried where a step of the CPU is as short as what a GPU needs at least', async () => {
    const { machine, request, opened } = fakeMachine({ 'cpu-fma': steps(3), 'webgpu': steps(0.1) });
    const { description, notes } = await chooseEngine(request('small'), machine);
    expect(description).toEqual({ id: 'cpu-fma' });
    expect(notes).toEqual([]);
    expect(opened).toEqual(['cpu-fma']);
  });

  it('measures a shape once, and goes by what the engine took in earnest', async () => {
    const { machine, request, trained } = fakeMachine({ 'cpu-fma': steps(40), 'webgpu': steps(5) });
    const first = await chooseEngine(request('a shape'), machine);
    trained.length = 0;
    const second = await chooseEngine(request('a shape'), machine);
    expect(second.description).toEqual(first.description);
    expect(trained).toEqual([]);
    second.correct!(90);
    const third = await chooseEngine(request('a shape'), machine);
    expect(third.description).toMatchObject({ id: 'cpu-fma', measured: [{ msPerStep: 40 }, { msPerStep: 90 }] });
    expect(trained).toEqual([]);
  });

  it('never takes the GPU unmeasured: one that does not finish in time loses, and is tried again by the next run', async () => {
    let stalls = true;
    const gpu = { train: () => (stalls ? never<number>() : 5) };
    const { machine, request } = fakeMachine({ 'cpu-fma': steps(40), 'webgpu': gpu });
    const choosing = chooseEngine(request('stalls'), machine);
    await vi.advanceTimersByTimeAsync(5000);
    const { description, notes } = await choosing;
    expect(description).toEqual({ id: 'cpu-fma' });
    expect(notes).toEqual([{ id: 'note.engineUnavailable', values: { engine: 'webgpu', reason: 'the GPU did not answer within 5 s', used: 'cpu-fma' } }]);
    stalls = false;
    expect((await chooseEngine(request('stalls'), machine)).description.id).toBe('webgpu');
  });

  it.each([
    ['cannot start', fails('blocked'), 'blocked'],
    ['fails at its first step', { train: () => Promise.reject(new Error('no such shader')) }, 'no such shader'],
    ['never starts', { open: never<void> }, 'the GPU did not answer within 5 s'],
  ])('trains on the CPU where the GPU %s', async (what, gpu, reason) => {
    const { machine, request, disposed } = fakeMachine({ 'cpu-fma': steps(40), 'webgpu': gpu });
    const choosing = chooseEngine(request(what), machine);
    await vi.advanceTimersByTimeAsync(5000);
    const { description, notes } = await choosing;
    expect(description.id).toBe('cpu-fma');
    expect(notes).toEqual([{ id: 'note.engineUnavailable', values: { engine: 'webgpu', reason, used: 'cpu-fma' } }]);
    expect(disposed).toHaveBeenCalled();
  });

  it('does not hold it against an engine that training diverges on it', async () => {
    const diverges = (milliseconds: number) => ({ train: async () => Promise.reject(new NotFiniteError(milliseconds, 'policyLoss', 2, [])) });
    const { machine, request, trained } = fakeMachine({ 'cpu-fma': steps(40), 'webgpu': diverges(1) });
    const { description, notes } = await chooseEngine(request('diverges'), machine);
    expect(new Set(trained)).toEqual(new Set(['cpu-fma', 'webgpu']));
    expect(description.measured!.every(({ msPerStep }) => msPerStep > 0)).toBe(true);
    expect(notes).toEqual([]);
  });
});

describe('auto, without a GPU', () => {
  it.each([
    ['there is none', { kind: 'none' } as const, { id: 'note.noWebgpu' }],
    ['it is emulated', { kind: 'software', adapter: 'SwiftShader' } as const, { id: 'note.softwareAdapter', values: { adapter: 'SwiftShader' } }],
  ])('trains on the CPU at once, unmeasured, where %s', async (_, answer, note) => {
    const { machine, request, trained, opened } = fakeMachine({ 'cpu-fma': steps(40), 'webgpu': steps(1) }, async () => answer);
    const { description, notes } = await chooseEngine(request('no GPU'), machine);
    expect(description).toEqual({ id: 'cpu-fma' });
    expect(notes).toEqual([note]);
    expect(trained).toEqual([]);
    expect(opened).toEqual(['cpu-fma']);
  });

  it('waits for word of it a moment only where the CPU is quick', async () => {
    const { machine, request } = fakeMachine({ 'cpu-fma': steps(1) }, never);
    const choosing = chooseEngine(request('quick, no answer'), machine);
    await vi.advanceTimersByTimeAsync(100);
    expect((await choosing).description).toEqual({ id: 'cpu-fma' });
  });

  it('says that it did not answer where that mattered', async () => {
    const late = () => new Promise<never>((_, reject) => setTimeout(() => reject(new Error('the GPU adapter did not answer within 3 s')), 3000));
    const { machine, request } = fakeMachine({ 'cpu-fma': steps(40) }, late);
    const choosing = chooseEngine(request('slow, no answer'), machine);
    await vi.advanceTimersByTimeAsync(3000);
    const { description, notes } = await choosing;
    expect(description.id).toBe('cpu-fma');
    expect(notes).toMatchObject([{ values: { engine: 'webgpu', reason: 'the GPU adapter did not answer within 3 s' } }]);
  });

  it('is not even asked for where only the CPU has kernels, and nothing is measured', async () => {
    const { machine, request, trained, asked } = fakeMachine({ 'cpu-fma': steps(400) });
    const { description, notes } = await chooseEngine(request('a learner', { able: learnerEngines }), machine);
    expect(description).toEqual({ id: 'cpu-fma' });
    expect(notes).toEqual([]);
    expect(trained).toEqual([]);
    expect(asked).not.toHaveBeenCalled();
  });

  it('is not asked for once it has failed the run', async () => {
    const { machine, request, asked } = fakeMachine({ 'cpu-fma': steps(40), 'webgpu': steps(1) }, async () => hardware);
    const { description } = await chooseEngine(request('refused', { refused: new Set(['webgpu'] as const) }), machine);
    expect(description.id).toBe('cpu-fma');
    expect(asked).not.toHaveBeenCalled();
  });
});

describe('an engine that cannot start', () => {
  it('names the one that trains in the end, also where others failed in between', async () => {
    const { machine, request } = fakeMachine({ 'reference-webgpu': fails('blocked'), 'cpu-fma': fails('odd'), 'cpu': fails('no SIMD'), 'reference-wasm': {} });
    const { notes } = await chooseEngine(request('', { wanted: 'reference-webgpu' }), machine);
    expect(notes.map(({ values }) => values)).toEqual([
      { engine: 'reference-webgpu', reason: 'blocked', used: 'reference-wasm' },
      { engine: 'cpu-fma', reason: 'odd', used: 'reference-wasm' },
      { engine: 'cpu', reason: 'no SIMD', used: 'reference-wasm' },
    ]);
  });

  it('is the fused kernels on most older machines: the plain ones take over without a word', async () => {
    const unsupported = { open: () => Promise.reject(new UnsupportedError('no FMA')) };
    const { machine, request } = fakeMachine({ 'cpu-fma': unsupported, 'cpu': {} }, async () => ({ kind: 'none' }));
    const { description, notes } = await chooseEngine(request('no FMA'), machine);
    expect(description.id).toBe('cpu');
    expect(notes).toEqual([{ id: 'note.noWebgpu' }]);
    const pinned = await chooseEngine(request('', { wanted: 'cpu-fma' }), machine);
    expect(pinned.notes).toMatchObject([{ values: { engine: 'cpu-fma', reason: 'no FMA', used: 'cpu' } }]);
  });

  const broken = (error: Error) => ({ train: () => Promise.reject<number>(error) });

  it('or fails at its first steps gives way to the next one, which the GPU has to beat as well', async () => {
    const { machine, request, opened, disposed } = fakeMachine({ 'cpu-fma': broken(new Error('a slip')), 'cpu': steps(40), 'webgpu': steps(400) });
    const { description, notes } = await chooseEngine(request('first fails'), machine);
    expect(description).toMatchObject({ id: 'cpu', measured: [{ id: 'cpu' }, { id: 'webgpu' }] });
    expect(notes).toEqual([{ id: 'note.engineUnavailable', values: { engine: 'cpu-fma', reason: 'a slip', used: 'cpu' } }]);
    expect(opened).toEqual(['cpu-fma', 'cpu', 'webgpu']);
    expect(disposed).toHaveBeenCalledTimes(3);
  });

  it.each([['there is too little memory', new OutOfMemoryError('no room')], ['the run was told to stop', new Stopped('stopped')]])(
    'at its first steps because %s is followed by no other',
    async (what, error) => {
      const { machine, request, opened } = fakeMachine({ 'cpu-fma': broken(error), 'cpu': steps(40), 'webgpu': steps(5) });
      await expect(chooseEngine(request(what), machine)).rejects.toBe(error);
      expect(opened).toEqual(['cpu-fma']);
    },
  );

  it('ends the run with its reason where it is the last one', async () => {
    const { machine, request } = fakeMachine({ 'reference-cpu': fails('nothing works') });
    await expect(chooseEngine(request(''), machine)).rejects.toThrow('nothing works');
  });
});

it.each(labs)('$id offers the engines that train it', async ({ id, parameters }) => {
  const engine = parameters.find(({ key }) => key === 'engine');
  expect(engine).toMatchObject({ options: ['auto', ...(await trainingOf(id)).engines] });
});
