import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Finding } from '../../src/core/findings/detector.js';
import { pointer } from '../../src/core/labs/pointer/index.js';
import { loadLanguage } from '../../src/core/messages/messages.js';
import type { Command } from '../../src/core/protocol.js';
import { Comparison } from '../../src/ui/inspect/differences/comparison.svelte.js';
import { recipeName } from '../../src/ui/state/describe.js';
import { Playground } from '../../src/ui/state/playground.svelte.js';
import type { Run } from '../../src/ui/state/run.svelte.js';
import { settings } from '../../src/ui/state/settings.svelte.js';
import { WorkerStub } from './workerStub.js';

await loadLanguage('en', 'pointer');
await settings.chooseLab('pointer', () => undefined);

beforeEach(() => {
  WorkerStub.all = [];
  vi.stubGlobal('Worker', WorkerStub);
});

function opened(query: string): { playground: Playground; tool: Comparison } {
  const playground = new Playground(`?lab=pointer&${query}`, 'http://localhost/');
  return { playground, tool: new Comparison(playground) };
}

const started = (): Extract<Command, { type: 'start' }>[] => WorkerStub.sent.flatMap((each) => (each.type === 'start' ? [each] : []));
const finish = (run: Run): void =>
  run.receive({ type: 'status', run: run.id, state: 'finished', step: 9, steps: 9, notes: [], checkpoints: [] });
const batchSize = { id: 'batchSize', change: { batchSize: 1 } };
const theBase = { id: 'base', change: {} };
const ids = (tool: Comparison): string[] => tool.shown.map(({ id }) => id);

describe('what is tried starts from the base and leaves the knobs as they stand', () => {
  test('the knobs are compared with a base and tried on it', () => {
    const { playground, tool } = opened('preset=v2&learningRate=1e-2');
    tool.choose('base', 'preset v2');
    tool.choose('other', 'knobs');
    expect(tool.trials.map(({ id }) => id)).toEqual(['base', 'learningRate']);
    const { link } = playground.setup;
    tool.tryTogether();
    expect(started()).toMatchObject([
      { config: { learningRate: 3e-3, replicas: 5 }, arms: [{ change: {} }, { change: { learningRate: 1e-2 } }] },
    ]);
    expect(playground.setup.link, 'preset and knobs').toBe(link);
    expect(tool.trials, 'what differs can be tried again').toHaveLength(2);
    expect(playground.shelf.runs.map(({ origin }) => origin.preset?.id)).toEqual(['v2', 'v2']);
  });

  test('a change that trains on its own does so with the recipe of another preset', () => {
    const { playground, tool } = opened('preset=v2&learningRate=1e-2');
    tool.choose('base', 'preset v3');
    tool.tryAlone({ id: 'batchSize', change: { batchSize: 64 } });
    expect(started()).toMatchObject([{ config: { stage: 'rce', batchSize: 64, learningRate: 3e-4, replicas: 5 } }]);
    expect(playground.setup).toMatchObject({ preset: { id: 'v2' }, config: { stage: 'supervised', learningRate: 1e-2, replicas: 1 } });
    expect([...playground.setup.changed]).toEqual(['learningRate']);
    expect(playground.shelf.runs[0]!.origin).toMatchObject({ preset: { id: 'v3' }, base: { stage: 'rce' } });
  });

  test('a knob that is turned waits for the next run, and says so', () => {
    vi.useFakeTimers();
    const { playground, tool } = opened('preset=v2');
    tool.choose('base', 'preset v3');
    tool.tryAlone(theBase);
    expect(playground.launcher.waiting).toEqual([]);
    playground.setup.set('learningRate', 1e-2);
    vi.runAllTimers();
    vi.useRealTimers();
    expect(WorkerStub.sent.map(({ type }) => type)).toEqual(['start']);
    expect(playground.launcher.waiting).toEqual(['learningRate']);
    expect(playground.launcher.live!.followsKnobs, 'no restart would be its own').toBe(false);
    expect(playground.shelf.runs[0]!.config.learningRate).toBe(3e-4);
  });

  test('what a finding of a trial suggests is tried with the trial’s own preset', () => {
    const { playground, tool } = opened('preset=v2');
    tool.choose('base', 'preset v3');
    tool.tryAlone(theBase);
    const finding: Finding = { id: 'overfitting', step: 9, severity: 'warning', replicas: [], evidence: { values: {} } };
    playground.launcher.apply(playground.shelf.runs[0]!, finding, { remedies: [], change: { dropout: 0.5 }, live: false });
    expect(playground.setup).toMatchObject({ preset: { id: 'v3' }, config: { stage: 'rce', dropout: 0.5 } });
    expect([...playground.setup.changed]).toEqual(['dropout', 'replicas']);
    expect(started().map(({ config }) => config.dropout)).toEqual([0.1, 0.5]);
  });

  test('a run that was chosen stays in the lists when it is removed', () => {
    const { playground, tool } = opened('preset=v3&dropout=0.3');
    playground.launcher.start();
    const [run] = playground.shelf.runs;
    tool.choose('base', `run ${run!.id}`);
    playground.setup.choosePreset('v2');
    tool.tryTogether();
    playground.remove(run!);
    expect(playground.shelf.runs).not.toContain(run);
    expect(tool.base).toMatchObject({ id: `run ${run!.id}`, config: { stage: 'rce', dropout: 0.3 } });
    tool.choose('base', 'preset v2');
    expect(tool.recipes.map(({ id }) => id)).not.toContain(`run ${run!.id}`);
  });
});

describe('results belong to a base by its config and seeds', () => {
  test('a base that has changed since has no results', () => {
    const { playground, tool } = opened('preset=v2&epochs=4');
    tool.choose('base', 'knobs');
    tool.choose('other', 'preset v3');
    tool.seeds = '2';
    tool.tryAlone(theBase);
    finish(playground.shelf.runs[0]!);
    playground.setup.set('learningRate', 1e-5);
    expect(ids(tool), 'seen until something is tried on the new base').toEqual(['base']);
    expect(recipeName(pointer, tool.shown[0]!.base, settings.t)).toContain('Epochs 4 · Replicas 2');
    tool.tryAlone(batchSize);
    expect(ids(tool)).toEqual(['batchSize']);
    expect(tool.shown[0]!.base.config.learningRate).toBe(1e-5);
    playground.setup.set('learningRate', 3e-3);
    expect(ids(tool)).toEqual(['base']);
  });

  test('over other seeds the base is to be trained anew, and those before are not forgotten', () => {
    const { playground, tool } = opened('preset=v2');
    tool.seeds = '2';
    tool.tryAlone(theBase);
    finish(playground.shelf.runs[0]!);
    tool.seeds = '3';
    tool.tryAlone(batchSize);
    finish(playground.shelf.runs[1]!);
    expect(ids(tool)).toEqual(['batchSize']);
    tool.tryAlone(theBase);
    expect(ids(tool), 'it comes first').toEqual(['base', 'batchSize']);
    tool.seeds = '2';
    expect(ids(tool)).toEqual(['base']);
  });

  test('what a run on the shelf has trained already is not trained again, unless it was turned, cut off, or another’s', () => {
    const { playground, tool } = opened('preset=v2&replicas=5&learningRate=1e-2');
    tool.choose('base', 'preset v2');
    tool.choose('other', 'knobs');
    playground.launcher.start();
    const [run] = playground.shelf.runs;
    expect(tool.untrained.map(({ id }) => id)).toEqual(['base', 'learningRate']);
    finish(run!);
    expect(tool.untrained.map(({ id }) => id)).toEqual(['base']);
    playground.shelf.label(run!, { recorded: 'night.jsonl' });
    expect(tool.untrained).toHaveLength(2);
    playground.shelf.label(run!, { recorded: undefined });
    tool.tryTogether();
    expect(started().slice(1)).toMatchObject([{ config: { learningRate: 3e-3, replicas: 5 }, arms: [{ change: {} }] }]);
    expect(tool.shown.map(({ id, run: { id: own } }) => [id, own === run!.id])).toEqual([['base', false], ['learningRate', true]]);
    for (const one of tool.shown) finish(one.run);
    const { length } = started();
    tool.tryTogether();
    tool.tryAlone(theBase);
    expect(started()).toHaveLength(length);
    run!.receive({ type: 'changed', run: run!.id, step: 5, changes: [{ key: 'dropout', from: 0.1, to: 0.2 }] });
    expect(tool.untrained.map(({ id }) => id)).toEqual(['learningRate']);
  });

  test('a run that is removed as others train with it has none, as nothing more is heard of it', () => {
    const { playground, tool } = opened('preset=v2');
    tool.tryTogether();
    playground.remove(tool.shown[1]!.run);
    expect(ids(tool)).toEqual(['base', 'dropout', 'labelSmoothing', 'all']);
    for (const { run } of tool.shown) finish(run);
    playground.remove(tool.shown[1]!.run);
    expect(ids(tool), 'what it has measured stays').toEqual(['base', 'dropout', 'labelSmoothing', 'all']);
  });

  test('trials take the place of earlier ones of the same knobs', () => {
    const { playground, tool } = opened('preset=v2');
    tool.choose('base', 'preset v3');
    tool.tryAlone({ id: 'batchSize', change: { batchSize: 64 } });
    finish(playground.shelf.runs[0]!);
    tool.tryTogether();
    expect(ids(tool)).toEqual(['base', 'batchSize', 'learningRate', 'dropout', 'labelSmoothing', 'all']);
    for (const key of ['dropout', 'labelSmoothing']) tool.fixes.skipped[key] = true;
    for (const { run } of tool.shown) finish(run);
    tool.tryTogether();
    expect(ids(tool), 'what all did is said of other fixes').toEqual(['base', 'batchSize', 'dropout', 'labelSmoothing', 'learningRate']);
  });
});

test('a wrong number of seeds is named, and starts nothing', () => {
  const { tool } = opened('preset=v2');
  for (const seeds of ['', '1', '17', '2.5', '-3']) {
    tool.seeds = seeds;
    expect(tool.seedsProblem).toMatchObject({ received: seeds, expected: { min: 2, max: 16 } });
    expect([tool.ready, tool.readyTogether]).toEqual([false, false]);
    tool.tryTogether();
    tool.tryAlone(theBase);
  }
  expect(WorkerStub.sent).toEqual([]);
  tool.seeds = '16';
  expect([tool.seedsProblem, tool.ready, tool.readyTogether]).toEqual([undefined, true, true]);
});

test('a base that is never validated has no score to compare', () => {
  const { tool } = opened('preset=v2&validationEvery=0');
  expect([tool.unscored, tool.ready]).toEqual([undefined, true]);
  tool.choose('base', 'knobs');
  tool.choose('other', 'preset v3');
  expect(tool.unscored).toEqual({ metric: 'validationScore', knob: 'validationEvery' });
  expect([tool.ready, tool.readyTogether]).toEqual([false, false]);
});

test('what was typed over a value is forgotten with the recipes that it was typed for', () => {
  const { tool } = opened('preset=v2');
  const trial = (): unknown => tool.trials.find(({ id }) => id === 'learningRate')?.change;
  for (const [side, chosen, before] of [['base', 'knobs', 'preset v3'], ['other', 'preset v3', 'preset v2']] as const) {
    tool.fixes.typed.learningRate = '×5';
    tool.fixes.skipped.dropout = true;
    expect(trial()).toEqual({ learningRate: 1.5e-3 });
    tool.choose(side, chosen);
    tool.choose(side, before);
    expect(trial()).toEqual({ learningRate: 3e-3 });
    expect(tool.trials).toHaveLength(5);
  }
});

test.each([
  ['grpo', 'tool-choice-healthy', 'task'],
  ['biencoder', undefined, undefined],
  ['reward-model', undefined, undefined],
])('in the lab %s, what can be compared with the knobs can be tried on them', async (id, preset, variant) => {
  await loadLanguage('en', id);
  await settings.chooseLab(id, () => undefined);
  const playground = new Playground(`?lab=${id}${preset ? `&preset=${preset}` : ''}&learningRate=2e-3`, 'http://localhost/');
  const tool = new Comparison(playground);
  expect(playground.setup.lab.tools.map(({ name }) => name)).toContain('differences');
  expect(tool.recipes.length).toBeGreaterThan(2);
  if (variant) expect(new Set(tool.recipes.map(({ config }) => config[variant])).size).toBe(1);
  tool.choose('base', tool.recipes[0]!.id);
  tool.choose('other', 'knobs');
  expect(tool.trials.map(({ id: trial }) => trial)).toContain('learningRate');
  tool.tryTogether();
  expect(started().at(-1)!.arms.length).toBe(tool.trials.length);
});
