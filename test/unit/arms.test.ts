import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { loadLanguage, message, type Values } from '../../src/core/messages/messages.js';
import { runLabel } from '../../src/ui/state/describe.js';
import { Playground } from '../../src/ui/state/playground.svelte.js';
import { collapse, restoreWorkers, stubWorkers, WorkerStub } from './workerStub.js';

await loadLanguage('en', 'grpo');

beforeEach(stubWorkers);
afterEach(restoreWorkers);

describe('runs that train together', () => {
  const rates = [1e-3, 3e-3, 6e-3].map((learningRate) => ({ learningRate }));
  function startedArms(): { playground: Playground; worker: WorkerStub; ids: string[] } {
    const playground = new Playground(collapse, 'http://localhost/');
    playground.launcher.startArms(rates);
    const worker = WorkerStub.all[0]!;
    const ids = playground.shelf.runs.map(({ id }) => id);
    for (const id of ids) worker.status(id, 'running', 3);
    return { playground, worker, ids };
  }

  test('start with one command, each with its own values, colour and name', () => {
    const { playground, worker, ids } = startedArms();
    expect(worker.commands).toMatchObject([
      { type: 'start', config: { learningRate: 6e-3 }, arms: ids.map((run, i) => ({ run, change: rates[i] })) },
    ]);
    expect(playground.shelf.runs.map(({ config }) => config.learningRate)).toEqual([1e-3, 3e-3, 6e-3]);
    expect(new Set(playground.shelf.runs.map(({ color }) => color)).size).toBe(3);
    const t = (id: string, values: Values = {}): string => message('en', id, values, 'grpo');
    expect(playground.shelf.runs.map((run) => runLabel(run, playground.shelf.runs, t))).toEqual([
      'Entropy collapse: hedge on everything · Learning rate 1e-3',
      'Entropy collapse: hedge on everything · Learning rate 3e-3',
      'Entropy collapse: hedge on everything',
    ]);
    expect(playground.comparable).toHaveLength(3);
  });

  test('pause and stop together, and the one in the foreground is inspected', () => {
    const { playground, worker, ids } = startedArms();
    playground.launcher.toggle();
    expect(worker.commands.at(-1)).toEqual({ type: 'pause', run: ids[0] });
    playground.select(playground.shelf.runs[1]!);
    expect(worker.commands.at(-1)).toMatchObject({ type: 'inspect', run: ids[1], replica: 0 });
    expect(playground.launcher.live!.id).toBe(ids[1]);
    playground.remove(playground.shelf.runs[1]!);
    expect(playground.launcher.live!.id).toBe(ids[0]);
    playground.setup.choosePreset('tool-choice-healthy');
    expect(worker.commands.filter(({ type }) => type === 'stop')).toHaveLength(1);
    expect(playground.shelf.runs.map(({ status }) => status.state)).toEqual(['stopped', 'stopped']);
  });

  test('each know their own best score, the first of equals', () => {
    const { playground } = startedArms();
    playground.shelf.runs.forEach((run, i) => {
      const validated = Float64Array.of(0.2, NaN, 0.5 + i / 10, 0.5 + i / 10);
      const steps = Int32Array.of(0, 5, 10, 20);
      run.receive({ type: 'metrics', run: run.id, replicas: 1, steps, seconds: new Float64Array(4), columns: { 'validation.reward': validated } });
    });
    expect(playground.shelf.runs.map(({ best }) => best)).toEqual([0.5, 0.6, 0.7].map((score) => ({ step: 10, score, scores: [score] })));
  });

  test('fail together: nothing is heard any more of those whose worker is given up', () => {
    const { playground, worker, ids } = startedArms();
    const note = { id: 'note.outOfMemory', values: { lower: 'replicas' } };
    worker.failed(ids[1]!, 'memory', note);
    expect(worker.terminated).toBe(true);
    expect(playground.shelf.runs.map(({ status }) => status)).toMatchObject(ids.map(() => ({ state: 'failed', notes: [note] })));
    expect(playground.launcher.live).toBeUndefined();
  });

  test('change live together, but not in what they differ in', () => {
    const { playground, worker, ids } = startedArms();
    playground.setup.set('temperature', 0.8);
    playground.setup.set('learningRate', 2e-3);
    vi.advanceTimersByTime(1000);
    expect(worker.commands.slice(1)).toEqual([{ type: 'change', run: ids[0], change: { temperature: 0.8 } }]);
    expect(playground.shelf.runs.map(({ config }) => [config.temperature, config.learningRate])).toEqual([[0.8, 1e-3], [0.8, 3e-3], [0.8, 6e-3]]);
    expect(playground.launcher.waiting).toEqual(['learningRate']);
  });

  test('are refused where they are too many, wrong, or differ in what a population shares', () => {
    const { playground, worker } = startedArms();
    const eight = Array.from({ length: 8 }, (_, i) => ({ learningRate: 1e-3 * (i + 1) }));
    expect(() => playground.launcher.startArms(eight)).toThrow('arms: 8 (expected 1 to 6)');
    expect(() => playground.launcher.startArms([{ learningRate: 7 }])).toThrow('learningRate: 7 is out of range');
    expect(() => playground.launcher.startArms([{ width: 16 }])).toThrow('width: runs that train together share it');
    expect(worker.commands, 'what trains goes on').toHaveLength(1);
    playground.launcher.startArms(eight.slice(0, 6));
    expect(playground.shelf.runs).toHaveLength(9);
    expect(new Set(playground.shelf.runs.map(({ color }) => color)).size).toBe(9);
  });
});
