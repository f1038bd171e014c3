import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadLanguage } from '../../src/core/messages/messages.js';
import { Playground } from '../../src/ui/state/playground.svelte.js';
import { begin, collapse, restoreWorkers, started, stubWorkers, WorkerStub } from './workerStub.js';

await Promise.all(['grpo', 'pointer'].map((lab) => loadLanguage('en', lab)));

beforeEach(stubWorkers);
afterEach(restoreWorkers);

describe('own settings', () => {
  test.each([
    ['another preset', (playground: Playground) => playground.setup.choosePreset('tool-choice-healthy')],
    ['a preset of another task', (playground: Playground) => playground.setup.choosePreset('healthy')],
    ['the preset itself, by Reset', (playground: Playground) => playground.setup.reset()],
  ])('that %s replaces are set aside and come back with what was looked at', (_, replace) => {
    const { playground, run } = started(`${collapse}&learningRate=2e-3`);
    playground.setup.set('rolloutN', 8);
    const { preset, config, link } = playground.setup;
    replace(playground);
    expect(playground.setup.config.rolloutN).not.toBe(8);
    expect(playground.setup.aside.keys).toEqual(['learningRate', 'rolloutN']);
    playground.setup.aside.undo();
    expect([playground.setup.preset, playground.setup.config, playground.setup.link, playground.selected?.id]).toEqual([preset, config, link, run]);
    expect(playground.setup.aside.keys).toEqual([]);
  });

  test('are not spoken of where there are none, and those set aside before are still to be had', () => {
    const playground = new Playground(`${collapse}&learningRate=2e-3`, 'http://localhost/');
    const { config } = playground.setup;
    playground.setup.choosePreset('healthy');
    playground.setup.choosePreset('collapse');
    playground.setup.reset();
    expect(playground.setup.aside.keys).toEqual(['learningRate']);
    playground.setup.aside.undo();
    expect(playground.setup.config).toEqual(config);
    playground.setup.aside.undo();
    expect(playground.setup.config, 'once').toEqual(config);
  });

  test('are not spoken of any more when they stand again, as after Back, or have been read', async () => {
    const playground = new Playground(`${collapse}&learningRate=2e-3`, 'http://localhost/');
    const { link } = playground.setup;
    playground.setup.reset();
    await playground.goTo(link, undefined);
    expect(playground.setup.aside.keys).toEqual([]);
    playground.setup.reset();
    expect(playground.setup.aside.keys).toEqual(['learningRate']);
    playground.setup.aside.dismiss();
    expect(playground.setup.aside.keys).toEqual([]);
  });
});

test('as many seeds as the reader chose stay through presets', () => {
  const playground = new Playground(collapse, 'http://localhost/');
  playground.setup.set('replicas', 5);
  playground.setup.choosePreset('tool-choice-healthy');
  expect([playground.setup.config.replicas, playground.setup.aside.keys]).toEqual([5, []]);
  playground.setup.choosePreset('healthy');
  expect([playground.setup.config.replicas, playground.setup.base.replicas]).toEqual([5, 1]);
  expect(playground.setup.link).toContain('replicas=5');
});

describe('a run that another choice stops', () => {
  test.each([
    ['another preset', (playground: Playground) => playground.setup.choosePreset('tool-choice-healthy')],
    ['Reset', (playground: Playground) => playground.setup.reset()],
    ['another lab', (playground: Playground) => playground.setup.chooseLab('pointer')],
    ['another task', (playground: Playground) => playground.setup.set('task', 'mini-vqa')],
    ['Back to other settings', (playground: Playground) => playground.goTo(`${collapse}&rolloutN=16`, undefined)],
  ])('(%s) stays, is told of, and can go on', async (_, choose) => {
    const { playground, worker, run: id } = started();
    const [run] = playground.shelf.runs;
    worker.tell({ type: 'metrics', run: id, replicas: 1, steps: Int32Array.of(20), seconds: Float64Array.of(3), columns: { entropy: Float64Array.of(1) } });
    await choose(playground);
    expect(playground.shelf.runs).toEqual([run]);
    expect(playground.setup.aside.run).toBe(run);
    await playground.launcher.goOn(run!);
    expect([playground.setup.aside.run, WorkerStub.sent.at(-1)]).toMatchObject([undefined, { type: 'start', from: { run: id, step: 20 } }]);
  });

  test('is old news when another begins', () => {
    const { playground } = started();
    playground.setup.choosePreset('tool-choice-healthy');
    begin(playground);
    expect(playground.setup.aside.run).toBeUndefined();
  });

  test('before its first step leaves no trace; one that failed there says why', () => {
    const playground = new Playground(collapse, 'http://localhost/');
    playground.launcher.start();
    playground.setup.reset();
    expect([playground.shelf.runs, playground.setup.aside.run]).toEqual([[], undefined]);
    playground.launcher.start();
    WorkerStub.all[0]!.tell({ type: 'status', run: playground.selected!.id, state: 'failed', failure: 'refused', step: 0, steps: 40, notes: [{ id: 'note.refused' }], checkpoints: [] });
    expect(playground.shelf.runs).toHaveLength(1);
    playground.setup.reset();
    expect(playground.shelf.runs, 'it was not stopped').toHaveLength(1);
  });
});
