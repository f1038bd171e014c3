import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { loadLanguage, message, type Values } from '../../src/core/messages/messages.js';
import { progressOf } from '../../src/core/run/progress.js';
import { baselineColor, type ChartMark } from '../../src/ui/charts/chartRun.js';
import { defaultSettings, readChartSettings, storeChartSettings } from '../../src/ui/charts/chartSettings.js';
import { chartRuns } from '../../src/ui/state/describe.js';
import type { Run } from '../../src/ui/state/run.svelte.js';
import { restoreWorkers, started, stubWorkers } from './workerStub.js';

await loadLanguage('en', 'grpo');
const t = (id: string, values?: Values): string => message('en', id, values, 'grpo');

beforeEach(stubWorkers);
afterEach(() => {
  restoreWorkers();
  vi.unstubAllGlobals();
});

test('the run that others are compared with is grey, and told so', () => {
  const { playground, worker, run } = started();
  worker.status(run, 'finished', 150);
  playground.launcher.start();
  expect(chartRuns(playground, t).map(({ baseline }) => baseline)).toEqual([false, false]);
  playground.shelf.compareWith(playground.shelf.runs[0]!);
  const drawn = chartRuns(playground, t);
  expect(drawn.map(({ id, baseline, color }) => [id === run, baseline, color === baselineColor])).toEqual([[true, true, true], [false, false, false]]);
});

test('a best is marked on the line of its metric; one that is where the run began is no success, and none while it trains', () => {
  const { playground, worker, run: id } = started();
  const run = playground.selected!;
  const bestOf = (): ChartMark | undefined => chartRuns(playground, t)[0]!.marks.find(({ kind }) => kind === 'best' || kind === 'start');
  worker.status(id, 'running', 10, [0]);
  run.head = { ...run.head, best: { step: 0, score: 0.4 } };
  expect(bestOf()).toBeUndefined();
  const validate = (step: number, score: number): void => worker.tell({
    type: 'metrics', run: id, replicas: 1, steps: Int32Array.of(step), seconds: Float64Array.of(step), columns: { 'validation.reward': Float64Array.of(score) },
  });
  validate(0, 0.4);
  worker.status(id, 'stopped', 9, [0]);
  expect(bestOf(), 'nothing is known of how it went on').toMatchObject({ kind: 'start', label: t('runs.bestOnce') });
  validate(10, 0.3);
  worker.status(id, 'finished', 150, [0]);
  expect(bestOf()).toMatchObject({ kind: 'start', step: 0, value: 0.4, label: t('runs.bestAtStart'), metrics: ['validation.reward'] });
  run.head = { ...run.head, best: { step: 30, score: 0.5 } };
  expect(bestOf()).toMatchObject({ kind: 'best', step: 30, value: 0.5, label: 'best 0.50' });
});

test('a fork is drawn from where it left, in whatever is counted; a run that calls itself its parent does no harm', () => {
  const { playground, worker, run: id } = started();
  worker.status(id, 'running', 20, [0, 20]);
  worker.tell({
    type: 'metrics', run: id, replicas: 1, steps: Int32Array.of(10, 20), seconds: Float64Array.of(3, 6), columns: { entropy: Float64Array.of(1, 1) },
  });
  worker.status(id, 'finished', 20, [0, 20]);
  playground.setup.set('rolloutN', 8);
  playground.launcher.start({ run: id, step: 20 });
  const [parent, fork] = chartRuns(playground, t);
  const { lab } = playground.setup;
  expect(progressOf(lab, fork!, 'samples').at(22)).toBe(progressOf(lab, parent!, 'samples').at(20) + 2 * 8 * 8);
  expect(progressOf(lab, fork!, 'time').at(20)).toBe(6);
  const run = playground.selected as Run;
  run.head = { ...run.head, from: { run: run.id, step: 20 } };
  expect(chartRuns(playground, t)[1]!.parent).toBeUndefined();
});

test('how charts are drawn is kept in the browser, as far as it is right, and where nothing can be kept it is as usual', () => {
  const kept = new Map<string, string>();
  vi.stubGlobal('localStorage', { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => kept.set(key, value) });
  const chosen = { along: 'time', smoothing: 0.2, band: 'range', trimmed: true } as const;
  expect(readChartSettings()).toEqual(defaultSettings);
  storeChartSettings(chosen);
  expect(readChartSettings()).toEqual(chosen);
  for (const wrong of ['{', 'null', '7', '{"along":"miles","smoothing":9,"band":"wide","trimmed":"no"}']) {
    kept.set('charts', wrong);
    expect(readChartSettings()).toEqual(defaultSettings);
  }
  const refuse = (): never => {
    throw new Error('refused');
  };
  vi.stubGlobal('localStorage', { getItem: refuse, setItem: refuse });
  storeChartSettings(chosen);
  expect(readChartSettings()).toEqual(defaultSettings);
});
