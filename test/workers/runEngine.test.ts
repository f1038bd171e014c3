import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Failure } from '../../src/core/protocol.js';
import type { Engine, EngineId } from '../../workers/engines/engine.js';
import { UnsupportedError } from '../../workers/engines/failure.js';
import { EngineFailure } from '../../workers/session/engineFailure.js';
import { EngineWatch } from '../../workers/session/engineWatch.js';
import type { Machine } from '../../workers/session/chooseEngine.js';
import { openEngine } from '../../workers/engines/openEngine.js';
import { RunEngine } from '../../workers/session/runEngine.js';
import { cpuEngine } from '../cpuEngines.js';
import { testEnvironment } from '../environment.js';
import { fakeMachine, hardware, never } from './fakeEngines.js';
import { grpoConfig, startSession } from './drive.js';

afterEach(() => vi.restoreAllMocks());

const lost: Failure = { kind: 'lost', note: { id: 'note.deviceLost', values: { reason: 'it was unplugged' } } };
const failure = new EngineFailure(lost);

/** A run's engine on a machine where the GPU takes 5 ms a step and the CPU 40. */
async function started(wanted = 'auto') {
  const { machine, request } = fakeMachine({ 'cpu-fma': { train: () => 40 }, 'webgpu': { train: () => 5 } });
  const engine = new RunEngine(wanted, machine);
  const { able, environment, rehearse } = request(`run engine ${Math.random()}`);
  const start = (step = 0) => engine.start({ able, environment, rehearse }, step);
  await start();
  return { engine, start };
}

describe('the engine of a run', () => {
  it('is started again when a GPU is lost, and gives way to the CPU when it is lost again', async () => {
    const { engine, start } = await started();
    expect(engine.survives(failure, true)).toBe(true);
    expect(await start(5)).toEqual([lost.note, { id: 'note.recovered', values: { step: 5 } }]);
    expect(engine.chosen!.description).toMatchObject({ id: 'webgpu', measured: [{ id: 'webgpu' }, { id: 'cpu-fma' }] });
    expect(engine.survives(failure, true)).toBe(true);
    expect(await start(10)).toEqual([lost.note, { id: 'note.nextEngine', values: { engine: 'cpu-fma', step: 10 } }]);
    expect(engine.chosen!.engine.id).toBe('cpu-fma');
    expect(engine.survives(failure, true), 'its workers are lost for the first time, but the run has started again before').toBe(false);
  });

  it.each(['auto', 'webgpu'])('gives way to the CPU at once where there is nothing to go on from (%s)', async (wanted) => {
    const { engine, start } = await started(wanted);
    expect(engine.chosen!.engine.id).toBe('webgpu');
    expect(engine.survives(failure, false)).toBe(true);
    expect(await start()).toEqual([lost.note, { id: 'note.nextEngine', values: { engine: 'cpu-fma', step: 0 } }]);
  });

  it('is started again, once, where workers of the CPU are lost before there is anything to go on from', async () => {
    const { engine, start } = await started('cpu-fma');
    expect(engine.survives(failure, false)).toBe(true);
    expect(await start()).toEqual([lost.note, { id: 'note.recovered', values: { step: 0 } }]);
    expect(engine.chosen!.engine.id).toBe('cpu-fma');
    expect(engine.survives(failure, false)).toBe(false);
  });

  it('gives way where it has no kernels for the model', async () => {
    const { engine, start } = await started('webgpu');
    expect(engine.survives(new UnsupportedError('width 256 > 128'), false)).toBe(true);
    expect(await start()).toEqual([{ id: 'note.engineUnavailable', values: { engine: 'webgpu', reason: 'width 256 > 128', used: 'cpu-fma' } }]);
  });

  it('ends the run with an error that is not the loss of an engine', async () => {
    const { engine } = await started();
    expect(engine.survives(new Error('a slip'), true)).toBe(false);
    expect(engine.survives(new EngineFailure({ ...lost, kind: 'fault' }), true)).toBe(false);
  });

  it('hears of a loss that is told after the error it has caused', async () => {
    let tell: ((failure: Failure) => void) | undefined;
    const machine: Machine = {
      askForGpu: async () => hardware,
      open: async (id) => ({ id, adapter: 'A GPU', onFailure: (listener: typeof tell) => (tell = listener) }) as unknown as Engine,
    };
    const engine = new RunEngine('webgpu', machine);
    await engine.start({ able: ['webgpu'], environment: testEnvironment, rehearse: () => expect.unreachable() }, 0);
    const aborted = new Error('mapAsync was aborted');
    setTimeout(() => tell!(lost), 20);
    expect(await engine.causeOf(aborted)).toEqual(failure);

    await engine.start({ able: ['webgpu'], environment: testEnvironment, rehearse: () => expect.unreachable() }, 0);
    expect(await engine.causeOf(aborted), 'nothing is lost').toBe(aborted);
  });

  it('is changed once where it turns out slower than another was', async () => {
    const { engine, start } = await started();
    const slow = Array.from({ length: 20 }, () => engine.isTooSlow(90));
    expect(slow.filter(Boolean)).toHaveLength(1);
    expect(await start(11)).toEqual([{ id: 'note.changedOver', values: { from: 'webgpu', took: 90, measured: 40, engine: 'cpu-fma', step: 11 } }]);
    expect(engine.chosen!.engine.id).toBe('cpu-fma');
    expect(Array.from({ length: 50 }, () => engine.isTooSlow(900))).not.toContain(true);
  });

  it('is no longer watched once its steps cost something else, also where it is started again', async () => {
    const { engine, start } = await started();
    engine.stopWatching();
    expect(Array.from({ length: 50 }, () => engine.isTooSlow(900))).not.toContain(true);
    expect(engine.survives(failure, true)).toBe(true);
    await start(50);
    expect(engine.chosen!.description).toMatchObject({ id: 'webgpu', measured: [{ id: 'webgpu' }, { id: 'cpu-fma' }] });
    expect(Array.from({ length: 50 }, () => engine.isTooSlow(900))).not.toContain(true);
  });
});

describe('watching an engine', () => {
  const measured = [{ id: 'webgpu', msPerStep: 5 }, { id: 'cpu', msPerStep: 40 }];
  const watch = (times: readonly number[], description: ConstructorParameters<typeof EngineWatch>[0] = { id: 'webgpu', measured }) => {
    const watched = new EngineWatch(description);
    return times.map((ms) => watched.add(ms)).find(Boolean);
  };

  it('forgives compilation, a slow moment, and anything below twice the other', () => {
    expect(watch([20_000, ...Array<number>(100).fill(5)])).toBeUndefined();
    expect(watch([5, 800, ...Array<number>(100).fill(5)]), 'a stall').toBeUndefined();
    expect(watch([...Array<number>(50).fill(5), 3_600_000, ...Array<number>(100).fill(5)]), 'sleep').toBeUndefined();
    expect(watch([5, ...Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? 400 : 5))]), 'half of the steps').toBeUndefined();
    expect(watch(Array<number>(100).fill(79))).toBeUndefined();
  });

  it('tells of steps that stay slow, also after many that were fast', () => {
    const told = watch([...Array<number>(1000).fill(5), ...Array<number>(30).fill(100)]);
    expect(told).toMatchObject({ rival: 'cpu', rivalMsPerStep: 40, msPerStep: expect.closeTo(100, -1.3) });
  });

  it('has nothing to say where one engine alone was there', () => {
    expect(watch(Array<number>(100).fill(1e4), { id: 'cpu' })).toBeUndefined();
  });
});

describe('a run', () => {
  const config = grpoConfig('collapse', { steps: 30, validationEvery: 0, engine: 'auto' });

  /** The CPU's engine under the name of a GPU's, on a machine where it is the faster one at first. */
  function pretendGpu(during: (step: number, lose: () => void) => number): Machine {
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => now);
    return {
      askForGpu: async () => hardware,
      open: async (id) => {
        const engine = await openEngine(cpuEngine, testEnvironment);
        const onGpu = id === 'webgpu';
        let step = 0;
        let listener: ((failure: Failure) => void) | undefined;
        return {
          ...engine,
          id,
          ...(onGpu ? { adapter: 'A GPU' } : {}),
          onFailure: (next) => (listener = next),
          createPolicy: (shape, start, note) => {
            const policy = engine.createPolicy(shape, start, note);
            const sample = policy.sample.bind(policy);
            policy.sample = (request) => {
              now += onGpu ? during(++step, () => listener?.(lost)) : 40;
              return sample(request);
            };
            return policy;
          },
        };
      },
    };
  }

  const stepsOf = (rows: ReadonlyMap<number, unknown>): number[] => [...rows.keys()].sort((a, b) => a - b);
  const all = Array.from({ length: 30 }, (_, i) => i + 1);

  it('changes over to an engine that was faster, and goes on with the same curve', async () => {
    const whole = startSession({ ...config, engine: cpuEngine });
    await whole.session.ended;
    const run = startSession(config, { machine: pretendGpu((step) => (step < 20 ? 5 : 200)) });
    await run.session.ended;
    expect(run.lastStatus()).toMatchObject({ state: 'finished', engine: { id: 'cpu-fma' } });
    expect(run.notes().map(({ id }) => id)).toEqual(['note.changedOver']);
    const told = run.updates.flatMap((update) => (update.type === 'status' ? [update.step] : []));
    expect(told, 'never falls back').toEqual([...told].sort((a, b) => a - b));
    expect(stepsOf(run.rows)).toEqual(all);
    expect(run.rows).toEqual(whole.rows);
  });

  it('says how far it is while its engine is started again, also where it is stopped meanwhile', async () => {
    const other = { ...config, engine: 'webgpu' };
    const machine = pretendGpu((step, lose) => {
      if (step === 13) lose();
      return 5;
    });
    let opened = 0;
    const { open } = machine;
    const reopened = new Promise<void>((resolve) => {
      Object.assign(machine, { open: (id: EngineId) => (++opened === 1 ? open(id) : (resolve(), never())) });
    });
    const run = startSession(other, { machine });
    await reopened;
    expect(run.session.checkpointAt(Infinity)!.step).toBe(10);
    run.session.stop();
    await vi.waitFor(() => expect(run.lastStatus().state).toBe('stopped'));
    expect(run.lastStatus().step).toBeGreaterThanOrEqual(12);

    const fork = startSession(other, { machine, from: run.session.checkpointAt(7)! });
    expect(fork.lastStatus()).toMatchObject({ state: 'preparing', step: 5 });
    fork.session.stop();
    await vi.waitFor(() => expect(fork.lastStatus()).toMatchObject({ state: 'stopped', step: 5 }));
  });

  it.each([['rolloutN', 6], ['dropout', 0.1], ['klCoefficient', 0.05], ['entropyCoefficient', 0.01], ['labelSmoothing', 0.1]])(
    'does not change over once %s %s has changed what a step costs',
    async (key, to) => {
      const other = { ...config, promptsPerStep: 3, steps: 60 };
      const changeAtOnce: Parameters<typeof startSession>[1] = {
        onUpdate: (update, session) => update.type === 'metrics' && update.steps.at(-1)! < 10 && session.changeLive({ [key]: to }),
      };
      const run = startSession(other, { machine: pretendGpu((step) => (step < 20 ? 5 : 200)), ...changeAtOnce });
      await run.session.ended;
      expect(run.updates.find((update) => update.type === 'changed')).toMatchObject({ changes: [{ key, to }] });
      expect(run.lastStatus()).toMatchObject({ state: 'finished', engine: { id: 'webgpu' } });
      expect(run.notes()).toEqual([]);
    },
  );

  it('goes on on the CPU, with the same curve, when the GPU is lost again and again', async () => {
    // Of another size: what engines of this one take is known from the test before.
    const other = { ...config, promptsPerStep: 4 };
    const whole = startSession({ ...other, engine: cpuEngine });
    await whole.session.ended;
    let steps = 0;
    const run = startSession(other, {
      machine: pretendGpu((_, lose) => {
        if (++steps > 20 && steps % 8 === 0) lose();
        return 5;
      }),
    });
    await run.session.ended;
    expect(run.lastStatus()).toMatchObject({ state: 'finished', engine: { id: 'cpu-fma' } });
    expect(run.notes().map(({ id }) => id)).toEqual(['note.deviceLost', 'note.recovered', 'note.deviceLost', 'note.nextEngine']);
    expect(stepsOf(run.rows)).toEqual(all);
    expect(run.rows).toEqual(whole.rows);
  });

  it('whose worker is lost before the first checkpoint begins again and trains the same curve', async () => {
    const own = { ...config, engine: cpuEngine, steps: 3 };
    const whole = startSession(own);
    await whole.session.ended;
    let losses = 0;
    const machine: Machine = {
      askForGpu: async () => ({ kind: 'none' }),
      open: async () => {
        const engine = await openEngine(cpuEngine, testEnvironment);
        let listener: ((failure: Failure) => void) | undefined;
        return {
          ...engine,
          onFailure: (next) => (listener = next),
          createPolicy: (...args) => {
            if (losses++ === 0) listener!(lost);
            return engine.createPolicy(...args);
          },
        };
      },
    };
    const run = startSession(own, { machine });
    await run.session.ended;
    expect(losses).toBe(2);
    expect(run.lastStatus().state).toBe('finished');
    expect(run.notes().map(({ id }) => id)).toEqual(['note.deviceLost', 'note.recovered']);
    expect(run.rows).toEqual(whole.rows);
  });
});
