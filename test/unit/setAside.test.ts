import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadLanguage } from '../../src/core/messages/messages.js';
import { Playground } from '../../src/ui/state/playground.svelte.js';
import { begin, collapse, restoreWorkers, started, stubWorkers, WorkerStub } from './workerStub.js';

await Promise.all(['grpo', 'pointer'].map((lab) => loadLanguage('en', lab)));

beforeEach(stubWorkers);
afterEach(restoreWorkers);

describe('own settings', () => {
  test.each([
    ['another preset', (playground: Playground) => playground.choosePreset('tool-choice-healthy')],
    ['a preset of another task', (playground: Playground) => playground.choosePreset('healthy')],
    ['the preset itself, by Reset', (playground: Playground) => playground.reset()],
  ])('that %s replaces are set aside and come back with what was looked at', (_, replace) => {
    const { playground, run } = started(`${collapse}&learningRate=2e-3`);
    playground.set('rolloutN', 8);
    const { preset, config, link } = playground;
    replace(playground);
    expect(playground.config.rolloutN).not.toBe(8);
    expect(playground.aside.keys).toEqual(['learningRate', 'rolloutN']);
    playground.aside.undo();
    expect([playground.preset, playground.config, playground.link, playground.selected?.id]).toEqual([preset, config, link, run]);
    expect(playground.aside.keys).toEqual([]);
  });

  test('are not spoken of where there are none, and those set aside before are still to be had', () => {
    const playground = new Playground(`${collapse}&learningRate=2e-3`, 'http://localhost/');
    const { config } = playground;
    playground.choosePreset('healthy');
    playground.choosePreset('collapse');
    playground.reset();
    expect(playground.aside.keys).toEqual(['learningRate']);
    playground.aside.undo();
    expect(playground.config).toEqual(config);
    playground.aside.undo();
    expect(playground.config, 'once').toEqual(config);
  });

  test('are not spoken of any more when they stand again, as after Back, or have been read', async () => {
    const playground = new Playground(`${collapse}&learningRate=2e-3`, 'http://localhost/');
    const { link } = playground;
    playground.reset();
    await playground.goTo(link, undefined);
    expect(playground.aside.keys).toEqual([]);
    playground.reset();
    expect(playground.aside.keys).toEqual(['learningRate']);
    playground.aside.dismiss();
    expect(playground.aside.keys).toEqual([]);
  });
});

test('as many seeds as the reader chose stay through presets', () => {
  const playground = new Playground(collapse, 'http://localhost/');
  playground.set('replicas', 5);
  playground.choosePreset('tool-choice-healthy');
  expect([playground.config.replicas, playground.aside.keys]).toEqual([5, []]);
  playground.choosePreset('healthy');
  expect([playground.config.replicas, playground.base.replicas]).toEqual([5, 1]);
  expect(playground.link).toContain('replicas=5');
});

describe('a run that another choice stops', () => {
  test.each([
    ['another preset', (playground: Playground) => playground.choosePreset('tool-choice-healthy')],
    ['Reset', (playground: Playground) => playground.reset()],
    ['another lab', (playground: Playground) => playground.chooseLab('pointer')],
    ['another task', (playground: Playground) => playground.set('task', 'mini-vqa')],
    ['Back to other settings', (playground: Playground) => playground.goTo(`${collapse}&rolloutN=16`, undefined)],
  ])('(%s) stays, is told of, and can go on', async (_, choose) => {
    const { playground, worker, run: id } = started();
    const [run] = playground.runs;
    worker.tell({ type: 'metrics', run: id, replicas: 1, steps: Int32Array.of(20), seconds: Float64Array.of(3), columns: { entropy: Float64Array.of(1) } });
    await choose(playground);
    expect(playground.runs).toEqual([run]);
    expect(playground.aside.run).toBe(run);
    await playground.goOn(run!);
    expect([playground.aside.run, WorkerStub.sent.at(-1)]).toMatchObject([undefined, { type: 'start', from: { run: id, step: 20 } }]);
  });

  test('is old news when another begins', () => {
    const { playground } = started();
    playground.choosePreset('tool-choice-healthy');
    begin(playground);
    expect(playground.aside.run).toBeUndefined();
  });

  test('before its first step leaves no trace; one that failed there says why', () => {
    const playground = new Playground(collapse, 'http://localhost/');
    playground.start();
    playground.reset();
    expect([playground.runs, playground.aside.run]).toEqual([[], undefined]);
    playground.start();
    WorkerStub.all[0]!.tell({ type: 'status', run: playground.selected!.id, state: 'failed', failure: 'refused', step: 0, steps: 40, notes: [{ id: 'note.refused' }], checkpoints: [] });
    expect(playground.runs).toHaveLength(1);
    playground.reset();
    expect(playground.runs, 'it was not stopped').toHaveLength(1);
  });
});
