import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { loadLanguage } from '../../src/core/messages/messages.js';
import { Playground } from '../../src/ui/state/playground.svelte.js';
import { collapse, restoreWorkers, started, stubWorkers, WorkerStub } from './workerStub.js';

await Promise.all(['grpo', 'pointer'].map((lab) => loadLanguage('en', lab)));

beforeEach(stubWorkers);
afterEach(restoreWorkers);

const ended = { id: 'page.workerEnded' };
const gone = { id: 'page.weightsGone' };

describe('a run that is told to stop', () => {
  test('has two seconds to say its last word; then its worker is ended, and what was started since goes on in a new one', () => {
    const { playground, worker, run } = started();
    playground.launcher.start();
    const next = playground.selected!.id;
    playground.launcher.setPace(0);
    vi.advanceTimersByTime(1500);
    expect([worker.terminated, playground.notices]).toEqual([false, []]);
    vi.advanceTimersByTime(500);
    expect(worker.terminated).toBe(true);
    expect(WorkerStub.all[1]!.commands).toMatchObject([
      { type: 'start', arms: [{ run: next }] },
      { type: 'pace', run: next },
    ]);
    expect(playground.notices).toEqual([ended, gone]);
    expect(playground.shelf.runs.map(({ id, status }) => [id, status.state, status.step, status.checkpoints])).toEqual([
      [run, 'stopped', 20, []],
      [next, 'preparing', 0, []],
    ]);
    WorkerStub.all[1]!.status(next, 'running', 3, [0]);
    expect(playground.selected!.status).toMatchObject({ state: 'running', step: 3, checkpoints: [0] });
    playground.dismissNotices();
    expect(playground.notices).toEqual([]);
  });

  test.each(['stopped', 'finished', 'failed'] as const)('is given no more time once it is %s: worker and checkpoints stay', (state) => {
    const { playground, worker, run } = started();
    playground.setup.choosePreset('tool-choice-healthy');
    vi.advanceTimersByTime(1500);
    worker.status(run, state, 22, [0, 10, 20]);
    vi.advanceTimersByTime(60_000);
    expect([worker.terminated, playground.notices, playground.shelf.runs[0]!.status.checkpoints]).toEqual([false, [], [0, 10, 20]]);
    playground.launcher.toggle();
    expect(WorkerStub.all).toHaveLength(1);
  });

  test('by Reset has stopped at once and stays on the shelf; what its worker held is gone', () => {
    const { playground, worker } = started();
    playground.setup.reset();
    expect([playground.shelf.runs.map(({ status }) => status.state), playground.selected, playground.launcher.live]).toEqual([['stopped'], undefined, undefined]);
    vi.advanceTimersByTime(2000);
    expect([worker.terminated, playground.notices, WorkerStub.all.length]).toEqual([true, [ended, { id: 'page.weightsGone' }], 1]);
    playground.launcher.toggle();
    expect([WorkerStub.all.length, playground.notices]).toEqual([2, []]);
  });

  test('before it has begun does not begin in the new worker', () => {
    const { playground } = started();
    playground.launcher.start();
    playground.launcher.start();
    vi.advanceTimersByTime(2000);
    expect(WorkerStub.all[1]!.commands).toMatchObject([{ type: 'start', arms: [{ run: playground.selected!.id }] }]);
    expect(playground.shelf.runs.map(({ status }) => status.state)).toEqual(['stopped', 'preparing']);
  });

  test('is heard no more once its worker was ended', () => {
    const { playground, worker, run } = started();
    playground.launcher.start();
    vi.advanceTimersByTime(2000);
    worker.status(run, 'stopped', 40, [0, 20, 40]);
    worker.raise('error', { message: 'late' });
    expect(playground.shelf.runs.map(({ status }) => [status.state, status.checkpoints])).toEqual([['stopped', []], ['preparing', []]]);
  });
});

describe('silence', () => {
  const noRun = (): Playground => {
    const playground = new Playground(collapse, 'http://localhost/');
    playground.launcher.toggle();
    return playground;
  };

  test('of ten seconds while a run prepares or trains is said, and no more once a word comes', () => {
    const playground = noRun();
    const worker = WorkerStub.all[0]!;
    vi.advanceTimersByTime(9900);
    expect(playground.launcher.silent).toBe(false);
    vi.advanceTimersByTime(200);
    expect(playground.launcher.silent).toBe(true);
    worker.status(playground.selected!.id, 'running', 1);
    expect(playground.launcher.silent).toBe(false);
    for (let i = 0; i < 20; i++) {
      vi.advanceTimersByTime(2000);
      worker.tell({ type: 'alive' });
    }
    expect(playground.launcher.silent).toBe(false);
    vi.advanceTimersByTime(10_100);
    expect(playground.launcher.silent).toBe(true);
  });

  test('is no matter while the run is paused or over, but is where it was told to go on', () => {
    const { playground, worker, run } = started();
    playground.launcher.toggle();
    worker.status(run, 'paused', 21);
    vi.advanceTimersByTime(60_000);
    expect(playground.launcher.silent).toBe(false);
    playground.launcher.toggle();
    vi.advanceTimersByTime(10_100);
    expect(playground.launcher.silent).toBe(true);
    worker.status(run, 'finished', 150);
    vi.advanceTimersByTime(60_000);
    expect(playground.launcher.silent).toBe(false);
  });

  test('can be ended: the run keeps what it measured, and the next one gets a new worker', () => {
    const { playground, worker, run } = started();
    vi.advanceTimersByTime(10_100);
    playground.launcher.endSilent();
    expect([worker.terminated, playground.launcher.silent, playground.launcher.live]).toEqual([true, false, undefined]);
    expect(playground.selected).toMatchObject({ id: run, status: { state: 'stopped', step: 20, checkpoints: [] } });
    expect(playground.notices).toEqual([ended, gone]);
    playground.launcher.toggle();
    expect(WorkerStub.all[1]!.commands).toMatchObject([{ type: 'start' }]);
    vi.advanceTimersByTime(10_100);
    expect(playground.launcher.silent).toBe(true);
  });

  test('of a page that was asleep is none: what was said meanwhile is heard first', () => {
    const { playground, worker, run } = started();
    // After the sleep the timer that ran out in it comes first, then the message that waited.
    vi.runOnlyPendingTimers();
    expect(playground.launcher.silent).toBe(false);
    worker.status(run, 'running', 21);
    vi.advanceTimersByTime(9000);
    expect(playground.launcher.silent).toBe(false);
  });
});

describe('a worker that cannot be had or breaks', () => {
  const told = (playground: Playground): unknown => playground.selected!.status.notes.at(-1);

  test('where the browser refuses it, the run fails with the reason, and the page stays whole', async () => {
    WorkerStub.refusal = new TypeError('This document requires TrustedScriptURL');
    const playground = new Playground(collapse, 'http://localhost/');
    playground.launcher.toggle();
    expect(playground.selected!.status.state).toBe('failed');
    expect(told(playground)).toEqual({ id: 'page.workerNotStarted', values: { reason: WorkerStub.refusal.message } });
    await playground.setup.chooseLab('pointer');
    expect([playground.setup.lab.id, playground.setup.config['trainingPairs'], playground.selected]).toEqual(['pointer', undefined, undefined]);
    expect(playground.setup.lab.steps(playground.setup.config)).toBeGreaterThan(0);
    await playground.setup.chooseLab('grpo');
    WorkerStub.refusal = undefined;
    playground.launcher.toggle();
    expect(WorkerStub.all[0]!.commands).toMatchObject([{ type: 'start', lab: 'grpo' }]);
  });

  test.each([
    ['throws', 'error', { message: 'boom' }, { id: 'page.workerFailed', values: { reason: 'boom' } }],
    ['does not load', 'error', { message: '' }, { id: 'page.workerNotLoaded' }],
    ['has an unhandled rejection', 'message', { data: { type: 'broken', reason: 'lost' } }, { id: 'page.workerFailed', values: { reason: 'lost' } }],
    ['says what cannot be read', 'messageerror', {}, { id: 'page.workerFailed', values: { reason: 'a message from it could not be read' } }],
  ] as const)('where it %s, the run fails with the reason', (_, type, event, note) => {
    const { playground, worker } = started();
    worker.raise(type, event);
    expect(playground.selected!.status).toMatchObject({ state: 'failed', step: 20, checkpoints: [] });
    expect([told(playground), worker.terminated, playground.notices]).toEqual([note, true, []]);
  });

  test('between runs, the page says so', () => {
    const { playground, worker, run } = started();
    worker.status(run, 'finished', 150, [150]);
    worker.raise('error', { message: 'boom' });
    expect(playground.notices).toEqual([{ id: 'page.workerFailed', values: { reason: 'boom' } }]);
    expect(playground.selected!.status).toMatchObject({ state: 'finished', checkpoints: [] });
  });

  test.each([['notFinite', false], ['lost', false], ['refused', false], ['memory', true], ['fault', true]] as const)(
    'a failure of kind %s gives the worker up: %s',
    (failure, terminated) => {
      const { playground, worker, run } = started();
      worker.failed(run, failure, { id: 'note.failed', values: { reason: 'x' } });
      expect([worker.terminated, playground.selected!.status.checkpoints.length > 0, playground.notices]).toEqual([terminated, !terminated, []]);
    },
  );

  test.each(['another run', 'reset'] as const)(
    'where a run breaks it that was told to stop by %s, it is given up as well, and what was started since goes on in a new one',
    (way) => {
      const { playground, worker, run } = started();
      if (way === 'reset') playground.setup.reset();
      playground.launcher.start();
      const next = playground.selected!.id;
      worker.failed(run, 'fault', { id: 'note.failed', values: { reason: 'x' } });
      expect(worker.terminated).toBe(true);
      expect(WorkerStub.all[1]!.commands).toMatchObject([{ type: 'start', arms: [{ run: next }] }]);
      expect(playground.selected!.status.state).toBe('preparing');
      expect(playground.shelf.runs.every(({ status }) => status.checkpoints.length === 0)).toBe(true);
      expect(playground.notices[0]).toEqual({ id: 'note.failed', values: { reason: 'x' } });
      vi.advanceTimersByTime(5000);
      expect(WorkerStub.all).toHaveLength(2);
    },
  );
});
