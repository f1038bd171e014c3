import { beforeAll, expect, it } from 'vitest';
import type { Engine, EngineId } from '../../workers/engines/engine.js';
import { labs } from '../../src/core/labs/index.js';
import { chooseEngine } from '../../workers/session/chooseEngine.js';
import { openEngine } from '../../workers/engines/openEngine.js';
import { trainings } from '../../workers/labs/index.js';
import { NotFiniteError } from '../../workers/labs/trainer.js';
import { cpuEngine } from '../cpuEngines.js';
import { testEnvironment as environment } from '../environment.js';

// Their first start, which takes longer, is no part of the measuring here.
beforeAll(async () => {
  await openEngine('reference-wasm', environment);
  await openEngine(cpuEngine, environment);
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
  [cpuEngine, { [cpuEngine]: 1, 'reference-wasm': 6 }],
  ['reference-wasm', { [cpuEngine]: 6, 'reference-wasm': 1 }],
])('takes the engine that was the fastest, %s, and tells what the others took', async (fastest, milliseconds) => {
  const { rehearse } = rehearsals(`${fastest} is faster`, milliseconds);
  const { description } = await chooseEngine('auto', environment, rehearse);
  expect(description.id).toBe(fastest);
  expect(description.measured?.map(({ id }) => id).sort()).toEqual([cpuEngine, 'reference-wasm']);
});

it('measures a shape once', async () => {
  const first = rehearsals('a shape', { [cpuEngine]: 1, 'reference-wasm': 2 });
  const { description } = await chooseEngine('auto', environment, first.rehearse);
  const second = rehearsals('a shape', { [cpuEngine]: 2, 'reference-wasm': 1 });
  expect((await chooseEngine('auto', environment, second.rehearse)).description).toEqual(description);
  expect(second.trained).toEqual(new Set());
});

it('does not hold it against an engine that training diverges on it', async () => {
  const { trained, rehearse } = rehearsals('diverges', { [cpuEngine]: 1, 'reference-wasm': 6 });
  const diverging: typeof rehearse = (engine) => ({
    ...rehearse(engine),
    train: async () => {
      await rehearse(engine).train();
      throw new NotFiniteError(3, 'policyLoss', 2, []);
    },
  });
  const { description, notes } = await chooseEngine('auto', environment, diverging);
  expect(description.id).toBe(cpuEngine);
  expect(trained).toEqual(new Set([cpuEngine, 'reference-wasm']));
  expect(notes.map(({ id }) => id)).not.toContain('note.engineUnavailable');
});

it('does not wait for engines that may take far longer than there is time for', async () => {
  const { trained, rehearse } = rehearsals('large', { [cpuEngine]: 60, 'reference-wasm': 600 });
  const { description } = await chooseEngine('auto', environment, rehearse);
  expect(description.id).toBe(cpuEngine);
  expect(trained).toEqual(new Set([cpuEngine]));
});

it.each(labs)('$id offers the engines that train it', ({ id, parameters }) => {
  const engine = parameters.find(({ key }) => key === 'engine');
  expect(engine).toMatchObject({ options: ['auto', ...trainings[id]!.engines] });
});
