import { beforeAll, expect, it } from 'vitest';
import { chooseEngine } from '../../workers/backend/chooseEngine.js';
import { openEngine, type Engine, type EngineId } from '../../workers/backend/engine.js';
import { NotFiniteError } from '../../workers/labs/trainer.js';
import { testEnvironment as environment } from '../environment.js';

// Their first start, which takes longer, is no part of the measuring here.
beforeAll(async () => {
  await openEngine('reference-wasm', environment);
  await openEngine('cpu-fma', environment);
});

/** A rehearsal whose steps take so many ms on each engine; `trained` has the engines that made one. */
function rehearsals(key: string, milliseconds: Partial<Record<EngineId, number>>) {
  const trained = new Set<EngineId>();
  const rehearse = ({ id }: Engine) => ({
    key,
    train: async () => {
      trained.add(id);
      await new Promise((resolve) => setTimeout(resolve, milliseconds[id]));
    },
    dispose: () => undefined,
  });
  return { trained, rehearse };
}

it.each([
  ['cpu-fma', { 'cpu-fma': 1, 'reference-wasm': 6 }],
  ['reference-wasm', { 'cpu-fma': 6, 'reference-wasm': 1 }],
] as const)('takes the engine that was the fastest, %s, and tells what the others took', async (fastest, milliseconds) => {
  const { rehearse } = rehearsals(`${fastest} is faster`, milliseconds);
  const { description } = await chooseEngine('auto', environment, rehearse);
  expect(description.id).toBe(fastest);
  expect(description.measured?.map(({ id }) => id).sort()).toEqual(['cpu-fma', 'reference-wasm']);
});

it('measures a shape once', async () => {
  const first = rehearsals('a shape', { 'cpu-fma': 1, 'reference-wasm': 2 });
  const { description } = await chooseEngine('auto', environment, first.rehearse);
  const second = rehearsals('a shape', { 'cpu-fma': 2, 'reference-wasm': 1 });
  expect((await chooseEngine('auto', environment, second.rehearse)).description).toEqual(description);
  expect(second.trained).toEqual(new Set());
});

it('does not hold it against an engine that training diverges on it', async () => {
  const { trained, rehearse } = rehearsals('diverges', { 'cpu-fma': 1, 'reference-wasm': 6 });
  const diverging: typeof rehearse = (engine) => ({
    ...rehearse(engine),
    train: async () => {
      await rehearse(engine).train();
      throw new NotFiniteError(3, 'policyLoss', 2, []);
    },
  });
  const { description, notes } = await chooseEngine('auto', environment, diverging);
  expect(description.id).toBe('cpu-fma');
  expect(trained).toEqual(new Set(['cpu-fma', 'reference-wasm']));
  expect(notes.map(({ id }) => id)).not.toContain('note.engineUnavailable');
});

it('does not wait for engines that may take far longer than there is time for', async () => {
  const { trained, rehearse } = rehearsals('large', { 'cpu-fma': 60, 'reference-wasm': 600 });
  const { description } = await chooseEngine('auto', environment, rehearse);
  expect(description.id).toBe('cpu-fma');
  expect(trained).toEqual(new Set(['cpu-fma']));
});
