import { vi } from 'vitest';
import type { Engine, EngineId, Rehearsal } from '../../workers/engines/engine.js';
import type { GpuAnswer } from '../../workers/engines/webgpu/webgpuDevice.js';
import type { EngineRequest, Machine } from '../../workers/session/chooseEngine.js';
import { testEnvironment } from '../environment.js';

export const hardware: GpuAnswer = { kind: 'hardware', adapter: 'A GPU' };
export const never = <T>(): Promise<T> => new Promise(() => undefined);

/** What an engine does: ms of its steps, by number, or a failure. */
export interface Behaviour {
  readonly open?: () => Promise<void>;
  readonly train?: (step: number) => number | Promise<number>;
}

/**
 * A machine whose engines take as much time as they are told to, by a clock that only they move. `opened` and `trained`
 * tell which of them were asked.
 */
export function fakeMachine(engines: Partial<Record<EngineId, Behaviour>>, askForGpu: () => Promise<GpuAnswer> = async () => hardware) {
  let now = 1000;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  const opened: EngineId[] = [];
  const trained: EngineId[] = [];
  const asked = vi.fn(askForGpu);
  const disposed = vi.fn();
  const machine: Machine = {
    askForGpu: asked,
    open: async (id) => {
      opened.push(id);
      const engine = engines[id];
      if (!engine) throw new Error(`there is no ${id} here`);
      await engine.open?.();
      return { id, ...(id === 'webgpu' ? { adapter: 'A GPU' } : {}), onFailure: () => undefined } as unknown as Engine;
    },
  };
  const rehearse = (key: string) => ({ id }: Engine): Rehearsal => {
    let step = 0;
    return {
      key,
      train: async () => {
        trained.push(id);
        now += await (engines[id]!.train?.(++step) ?? 1);
      },
      dispose: disposed,
    };
  };
  const request = (key: string, more: Partial<EngineRequest> = {}): EngineRequest => ({
    wanted: 'auto',
    able: ['webgpu', 'cpu-fma', 'cpu', 'reference-webgpu', 'reference-wasm', 'reference-cpu'],
    environment: testEnvironment,
    rehearse: rehearse(key),
    ...more,
  });
  return { machine, request, opened, trained, asked, disposed };
}
