import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Finding } from '../../src/core/findings/detector.js';
import { loadLanguage, message, type Values } from '../../src/core/messages/messages.js';
import { chartRuns, describeLiveChange, runLabel } from '../../src/ui/state/describe.js';
import { Playground } from '../../src/ui/state/playground.svelte.js';
import { begin, collapse, restoreWorkers, started, stubWorkers, WorkerStub } from './workerStub.js';

await Promise.all(['grpo', 'pointer'].map((lab) => loadLanguage('en', lab)));

beforeEach(stubWorkers);
afterEach(restoreWorkers);

test('a lab that is left and chosen again has its knobs as they were', async () => {
  const playground = new Playground(`${collapse}&learningRate=2e-3`, 'http://localhost/');
  const { preset, config } = playground.setup;
  await playground.setup.chooseLab('pointer');
  playground.setup.set('learningRate', 0.002);
  await playground.setup.chooseLab('grpo');
  expect([playground.setup.preset, playground.setup.config]).toEqual([preset, config]);
  await playground.setup.chooseLab('pointer');
  expect(playground.setup.config['learningRate']).toBe(0.002);
});

test('a run is gone on from where it was good: before its first finding and no later than its best, else from its end', () => {
  const { playground, worker, run: id } = started();
  const run = playground.selected!;
  worker.status(id, 'running', 60, [0, 10, 20, 30, 40, 50, 60]);
  expect(run.suggestedCheckpoint).toBe(60);
  const finding = { id: 'validation-drop', severity: 'warning', evidence: { values: {} }, replicas: [] } as const;
  run.head = { ...run.head, findings: [{ ...finding, step: 50 }] };
  expect(run.suggestedCheckpoint).toBe(40);
  run.head = { ...run.head, best: { step: 10, score: 0.77 } };
  expect(run.suggestedCheckpoint).toBe(10);
  run.head = { ...run.head, best: { step: 60, score: 0.8 } };
  run.head = { ...run.head, findings: [{ ...finding, step: 0 }] };
  expect(run.suggestedCheckpoint).toBe(0);
});

test('nothing is loaded before the first run', () => {
  const playground = new Playground(`${collapse}&learningRate=2e-3`, 'http://localhost/');
  playground.setup.set('rolloutN', 8);
  expect(WorkerStub.all).toEqual([]);
  expect(playground.setup.config).toMatchObject({ learningRate: 2e-3, rolloutN: 8 });
  expect(playground.setup.link).toContain('learningRate=2e-3&rolloutN=8');
});

test('a wrong typed value changes nothing and is told until a right one comes', () => {
  const playground = new Playground(collapse, 'http://localhost/');
  playground.setup.set('learningRate', 'fast');
  expect(playground.setup.config.learningRate).toBe(6e-3);
  expect(playground.setup.problems.learningRate).toMatchObject({ received: 'fast', expected: { min: 1e-6, max: 0.1 }, kept: 6e-3 });
  playground.setup.set('learningRate', '5e-3');
  expect(playground.setup.problems).toEqual({});
  expect(playground.setup.config.learningRate).toBe(5e-3);
});

test('choosing a task loads a preset of that task', () => {
  const playground = new Playground(collapse, 'http://localhost/');
  playground.setup.set('task', 'mini-vqa');
  expect(playground.setup.preset?.id).toBe('vqa-healthy');
  expect(playground.setup.config.warmStart).toBe('mini-vqa');
});

test('a task that is chosen again has its knobs as they were left, told apart from the same preset', () => {
  const playground = new Playground(collapse, 'http://localhost/');
  playground.setup.set('temperature', 0.7);
  const { preset, config, link } = playground.setup;
  playground.setup.set('task', 'mini-vqa');
  playground.setup.set('temperature', 0.9);
  playground.setup.set('task', 'tool-choice');
  expect(playground.setup.preset).toBe(preset);
  expect(playground.setup.config).toEqual(config);
  expect(playground.setup.link).toBe(link);
  playground.setup.choosePreset('healthy');
  playground.setup.set('task', 'mini-vqa');
  expect(playground.setup.config).toMatchObject({ task: 'mini-vqa', temperature: 0.9 });
});

test('choosing the task that is there already changes nothing, and no run is stopped', () => {
  const playground = new Playground(collapse, 'http://localhost/');
  playground.launcher.start();
  const { selected } = playground;
  playground.setup.set('task', 'tool-choice');
  expect(playground.selected).toBe(selected);
  expect(playground.launcher.live).toBe(selected);
});

test('a variant that no preset is about can be chosen all the same: with its defaults', () => {
  const { playground, worker, run } = started('?lab=biencoder');
  playground.setup.set('tower', 'transformer');
  expect(worker.commands.at(-1)).toEqual({ type: 'stop', run });
  expect(playground).toMatchObject({ setup: { preset: undefined }, selected: undefined, viewed: { tower: 'transformer' } });
  expect([...playground.setup.changed]).toEqual([]);
  expect(playground.setup.link).toBe('?lab=biencoder&tower=transformer&v=1');
  playground.setup.set('tower', 'lstm');
  expect(playground.setup).toMatchObject({ config: { tower: 'transformer' }, problems: { tower: { received: 'lstm' } } });
  playground.setup.set('tower', 'mean-pool');
  expect(playground.setup.preset?.id).toBe('healthy');
});

describe('while a run trains', () => {
  test('a dragged slider sends its last value once, and only knobs that can change live', () => {
    const { playground, worker, run } = started();
    for (const value of [5e-3, 4e-3, 3e-3]) playground.setup.set('learningRate', value);
    playground.setup.set('warmupSteps', 50);
    vi.advanceTimersByTime(1000);
    expect(worker.commands.slice(1)).toEqual([{ type: 'change', run, change: { learningRate: 3e-3 } }]);
    expect(playground.launcher.waiting).toEqual(['warmupSteps']);
  });

  test('a slider that is dragged over several steps leaves one change, from its first value to its last', () => {
    const { playground, worker, run } = started();
    let step = 20;
    const turn = (key: string, values: readonly number[], gap: number): void => {
      for (let i = 1; i < values.length; i++) {
        vi.advanceTimersByTime(gap);
        worker.tell({ type: 'changed', run, step: ++step, changes: [{ key, from: values[i - 1]!, to: values[i]! }] });
      }
    };
    turn('learningRate', [6e-3, 5e-3, 4e-3, 3e-3, 2.5e-3], 500);
    turn('temperature', [1, 0.9, 0.8], 500);
    turn('temperature', [0.8, 0.7, 0.6], 5000);
    turn('temperature', [0.6, 0.5, 0.7, 0.8], 500);
    const told = playground.selected!.changes.map(({ step, changes: [{ key, from, to } = {}] }) => [step, key, from, to]);
    expect(told).toEqual([
      [21, 'learningRate', 6e-3, 2.5e-3],
      [25, 'temperature', 1, 0.8],
      [27, 'temperature', 0.8, 0.7],
      [28, 'temperature', 0.7, 0.5],
      [30, 'temperature', 0.5, 0.8],
    ]);
  });

  test('it can be restarted with its newest weights, unless they would not fit', () => {
    const { playground, worker, run } = started();
    playground.setup.set('replicas', 3);
    expect(playground.launcher.canContinue(playground.selected!)).toBe(false);
    playground.setup.set('replicas', 1);
    playground.setup.set('warmupSteps', 50);
    expect(playground.launcher.canContinue(playground.selected!)).toBe(true);
    playground.launcher.restartWithWeights();
    expect(worker.commands.slice(1)).toMatchObject([
      { type: 'stop', run },
      { type: 'start', from: { run, step: 20 }, config: { warmupSteps: 50 } },
    ]);
  });

  test('Pause, Resume and Step reach the worker, and Step starts a run that waits', () => {
    const { playground, worker, run } = started();
    playground.launcher.toggle();
    worker.status(run, 'paused', 21);
    playground.launcher.step();
    playground.launcher.toggle();
    expect(worker.commands.slice(1).map(({ type }) => type)).toEqual(['pause', 'step', 'resume']);

    playground.setup.reset();
    playground.launcher.step();
    const fresh = playground.selected!.id;
    worker.status(fresh, 'paused', 0);
    expect(worker.commands.slice(4)).toMatchObject([
      { type: 'stop', run },
      { type: 'start', arms: [{ run: fresh }], paused: true },
      { type: 'step', run: fresh },
    ]);
  });

  test('a fix that cures as it trains changes it; another, or one after an alarm, starts a new run and the old one stays to compare', () => {
    const { playground, worker, run } = started();
    const finding: Finding = { id: 'entropy-collapse', step: 15, severity: 'warning', replicas: [], evidence: { values: {} } };
    playground.launcher.apply(playground.selected!, finding, { remedies: [], change: { learningRate: 1e-3 }, live: true });
    vi.advanceTimersByTime(1000);
    expect(worker.commands.at(-1)).toEqual({ type: 'change', run, change: { learningRate: 1e-3 } });

    playground.launcher.apply(playground.selected!, finding, { remedies: [], change: { learningRate: 8e-4 }, live: false });
    expect(worker.commands.at(-1)).toMatchObject({ type: 'start', config: { learningRate: 8e-4 } });
    worker.status(playground.selected!.id, 'running', 5);

    playground.launcher.apply(playground.selected!, { ...finding, severity: 'alarm' }, { remedies: [], change: { learningRate: 5e-4 }, live: true });
    expect(worker.commands.at(-1)).toMatchObject({ type: 'start', config: { learningRate: 5e-4 } });
    expect(playground.comparable.map(({ id }) => id)).toContain(run);
    expect(playground.selected!.id).not.toBe(run);
  });

  test('a late word of a run that was stopped does not bring it back', () => {
    const { playground, worker, run } = started();
    playground.setup.choosePreset('tool-choice-healthy');
    worker.status(run, 'running', 22);
    expect(playground.shelf.runs[0]!.status.state).toBe('stopped');
    expect(playground.launcher.live).toBeUndefined();
  });
});

test('Step where no worker can be had fails that run, and the next one is stepped', () => {
  WorkerStub.refusal = new TypeError('no workers here');
  const playground = new Playground(collapse, 'http://localhost/');
  playground.launcher.step();
  expect(playground.selected!.status.state).toBe('failed');
  WorkerStub.refusal = undefined;
  playground.launcher.step();
  const [worker] = WorkerStub.all;
  worker!.status(playground.selected!.id, 'paused', 0);
  expect(worker!.commands.map(({ type }) => type)).toEqual(['start', 'step']);
});

test('a run can be forked from its end: it goes on for as many steps again', () => {
  const { playground, worker, run } = started();
  worker.status(run, 'finished', 150, [0, 140, 150]);
  playground.launcher.start({ run, step: 140 });
  expect(worker.commands.at(-1)).toMatchObject({ type: 'start', from: { step: 140 }, config: { steps: 150 } });
  playground.launcher.start({ run, step: 150 });
  expect(worker.commands.at(-1)).toMatchObject({ type: 'start', from: { step: 150 }, config: { steps: 300 } });
  expect(playground.setup.changed).toContain('steps');
});

test('an earlier run is shown with its own preset, and its settings come back when asked for', () => {
  const { playground, worker, run } = started('?lab=grpo&preset=vqa-healthy&learningRate=1e-3');
  playground.setup.set('temperature', 0.8);
  vi.advanceTimersByTime(1000);
  playground.setup.choosePreset('tool-choice-healthy');
  worker.status(run, 'stopped', 21);
  expect(playground.viewedPreset?.id).toBe('tool-choice-healthy');
  playground.select(playground.shelf.runs[0]!);
  expect(playground.viewedPreset?.id).toBe('vqa-healthy');
  expect([playground.setup.preset?.id, playground.setup.config.task]).toEqual(['tool-choice-healthy', 'tool-choice']);
  expect(playground.setup.hasSettingsOf(playground.selected!)).toBe(false);
  expect(playground.launcher.canContinue(playground.selected!)).toBe(false);

  playground.setup.load({ ...playground.selected!.origin, config: playground.selected!.config });
  expect(playground.setup.hasSettingsOf(playground.selected!)).toBe(true);
  expect(playground.launcher.canContinue(playground.selected!)).toBe(true);
  expect(playground.setup.config).toMatchObject({ task: 'mini-vqa', learningRate: 1e-3, temperature: 0.8 });
  expect([...playground.setup.changed]).toEqual(['learningRate', 'temperature']);

  playground.setup.choosePreset('tool-choice-healthy');
  const finding: Finding = { id: 'length-collapse', step: 15, severity: 'alarm', replicas: [], evidence: { values: {} } };
  playground.launcher.apply(playground.shelf.runs[0]!, finding, { remedies: [], change: { temperature: 1 }, live: false });
  expect(playground.selected!.origin).toMatchObject({ preset: { id: 'vqa-healthy' }, config: { task: 'mini-vqa', temperature: 1 } });
});

test('an earlier run can still be looked into', () => {
  const { playground, worker, run } = started();
  playground.launcher.start();
  playground.launcher.inspect(playground.shelf.runs[0]!, 2, 5);
  expect(worker.commands.at(-1)).toEqual({ type: 'inspect', run, replica: 2, item: 5 });
});

test('after a failure the next run gets a new worker, and nothing is forked from the old one', () => {
  const { playground, worker, run } = started();
  worker.failed(run, 'memory', { id: 'note.outOfMemory', values: { lower: 'replicas' } });
  expect(worker.terminated).toBe(true);
  expect(playground.selected!.status).toMatchObject({ state: 'failed', checkpoints: [] });
  playground.launcher.toggle();
  expect(WorkerStub.all).toHaveLength(2);
  expect(WorkerStub.all[1]!.commands).toMatchObject([{ type: 'start' }]);
});

test('runs are told apart by preset, by what differs from it, and where nothing does by their number', () => {
  const { playground } = started();
  playground.setup.set('replicas', 3);
  begin(playground);
  playground.setup.choosePreset('tool-choice-healthy');
  begin(playground);
  begin(playground);
  const t = (id: string, values: Values = {}): string => message('en', id, values, 'grpo');
  expect(playground.shelf.runs.map((run) => runLabel(run, playground.shelf.runs, t))).toEqual([
    'Entropy collapse: hedge on everything',
    'Entropy collapse: hedge on everything · Replicas 3',
    'Tool choice: learns to commit · Replicas 3 (run 3)',
    'Tool choice: learns to commit · Replicas 3 (run 4)',
  ]);
  expect(chartRuns(playground, t).map(({ label }) => label), 'beside a line, without what all share').toEqual([
    'Entropy collapse: hedge on everything',
    'Entropy collapse: hedge on everything · Replicas 3',
    'Tool choice: learns to commit · Replicas 3 (run 3)',
    'Tool choice: learns to commit · Replicas 3 (run 4)',
  ]);
  playground.remove(playground.shelf.runs[0]!);
  expect(chartRuns(playground, t).map(({ label }) => label)).toEqual([
    'Entropy collapse: hedge on everything',
    'Tool choice: learns to commit (run 3)',
    'Tool choice: learns to commit (run 4)',
  ]);
});

test('a change is named by its knob, and one that the training makes by itself by its phase', () => {
  const { playground } = started('?lab=pointer&preset=v3-grpo');
  const t = (id: string, values: Values = {}): string => message('en', id, values, 'pointer');
  const described = (key: string, from: string | number, to: string | number): string =>
    describeLiveChange(playground.selected!, [{ key, from, to }], t);
  expect(described('dropout', 0.1, 0.5)).toBe('Dropout 0.1 → 0.5');
  expect(described('phase', 'rce', 'grpo')).toBe('Training phase RCE → GRPO');
});

test('every run is kept; the newest ten of a lab are on the charts, each in its own colour, and pinned ones stay there', async () => {
  const { playground } = started();
  const [first] = playground.shelf.runs;
  playground.shelf.label(first!, { pinned: true });
  for (let i = 0; i < 13; i++) begin(playground);
  expect(playground.shelf.runs).toHaveLength(14);
  const shown = playground.labRuns.filter(({ hidden }) => !hidden);
  expect(shown).toEqual([first, ...playground.labRuns.slice(-9)]);
  expect(new Set(shown.map(({ color }) => color)).size).toBe(10);
  await playground.setup.chooseLab('pointer');
  for (let i = 0; i < 3; i++) begin(playground);
  expect(playground.labRuns).toHaveLength(3);
  await playground.setup.chooseLab('grpo');
  expect(playground.labRuns).toHaveLength(14);
});

test('a removed run can be brought back, until another is removed', () => {
  const { playground } = started();
  playground.launcher.start();
  const [first, second] = playground.shelf.runs;
  playground.remove(first!);
  expect(playground.shelf.runs).toEqual([second]);
  playground.shelf.restore();
  expect(playground.shelf.runs).toEqual([first, second]);
  playground.remove(first!);
  playground.remove(second!);
  playground.shelf.restore();
  expect(playground.shelf.runs).toEqual([second]);
});
