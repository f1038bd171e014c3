import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { biencoder } from '../../src/core/labs/biencoder/index.js';
import { presetConfig } from '../../src/core/labs/configure.js';
import { grpo } from '../../src/core/labs/grpo/index.js';
import type { RunArchive, RunLabel } from '../../src/core/run/archive.js';
import { comparisonOf } from '../../src/ui/runs/comparison.js';
import { foundRuns, namesOf } from '../../src/ui/runs/found.js';
import { Playground } from '../../src/ui/state/playground.svelte.js';
import type { Run } from '../../src/ui/state/run.svelte.js';
import { Shelf } from '../../src/ui/state/shelf.svelte.js';
import { begin, collapse, restoreWorkers, started, stubWorkers, WorkerStub } from './workerStub.js';
import { type Made, headOf, t } from './heads.js';

describe('the shelf', () => {
  beforeEach(stubWorkers);
  afterEach(restoreWorkers);

  test('keeps what a person says of a run, until it is taken back', () => {
    const { playground: { shelf } } = started();
    const [run] = shelf.runs;
    shelf.label(run!, { name: 'Mine', pinned: true });
    shelf.label(run!, { name: undefined, color: 4 });
    expect(run!.label).toEqual({ pinned: true, color: 4 });
  });

  test('opens without measurements; what was just removed is not there, and what was removed long ago goes for good', async () => {
    vi.stubGlobal('BroadcastChannel', undefined);
    vi.stubGlobal('navigator', {});
    const label = { color: 0 };
    const stored = Array.from({ length: 200 }, (_, i) => ({ head: headOf(`run ${i}`), label }));
    const removed = [60_000, 3_600_000].map((ago) => ({ head: headOf(`${ago} ms ago`), label: { ...label, removed: Date.now() - ago } }));
    const archive = {
      list: () => Promise.resolve({ runs: [...stored, ...removed], damaged: 0 }),
      get: vi.fn(),
      remove: vi.fn(() => Promise.resolve()),
    };
    const shelf = new Shelf(archive as Partial<RunArchive> as RunArchive);
    await shelf.open();
    expect(shelf.notices).toEqual([]);
    expect(shelf.runs).toHaveLength(200);
    expect(archive.get).not.toHaveBeenCalled();
    expect(archive.remove.mock.calls).toEqual([[['3600000 ms ago']]]);
    const names = namesOf(shelf.runs, t);
    expect(foundRuns(shelf.runs, names, 'run 1', t).length).toBeLessThan(200);
    expect(comparisonOf(shelf.runs.slice(0, 10), shelf.runs[0], t)).toHaveLength(4);
    expect(archive.get).not.toHaveBeenCalled();
  });

  test('holds the measurements of runs on the charts; of others the archive has them, until they are looked at', async () => {
    vi.stubGlobal('BroadcastChannel', undefined);
    const rows = { steps: Int32Array.of(1), seconds: Float64Array.of(1), columns: { kl: Float64Array.of(1, 1, 1) } };
    const records = Array.from({ length: 14 }, (_, i) => ({ ...headOf(`run ${i}`), series: [rows] }));
    let full = true;
    const archive = {
      put: vi.fn(() => (full ? Promise.reject(new Error('full')) : Promise.resolve())),
      clear: () => Promise.resolve(),
      get: vi.fn((id: string) => Promise.resolve(records.find((record) => record.id === id))),
    };
    const open = (): Shelf => new Shelf(archive as Partial<RunArchive> as RunArchive);
    const measured = ({ runs }: Shelf): number[] => runs.map(({ series }) => series.rows);

    const refused = open();
    refused.take(records.map((record) => ({ record, recorded: 'file', said: {} })));
    await refused.save();
    expect(measured(refused), 'nobody else has them').toEqual(Array.from({ length: 14 }, () => 1));

    full = false;
    const shelf = open();
    shelf.take(records.map((record) => ({ record, recorded: 'file', said: {} })));
    await shelf.save();
    const [kept, gone] = [shelf.runs.filter(({ hidden }) => !hidden), shelf.runs.filter(({ hidden }) => hidden)];
    expect([kept, gone].map((runs) => runs.map(({ series }) => series.rows))).toEqual([kept.map(() => 1), gone.map(() => 0)]);
    expect(gone).toHaveLength(4);
    shelf.show(gone[0]!);
    await vi.waitFor(() => expect(gone[0]!.series.rows).toBe(1));
    await shelf.save();
    expect(shelf.runs.filter(({ hidden, series }) => !hidden && series.rows === 1)).toHaveLength(10);
  });

  test('keeps at once what a person says and does, all of it together, and within a second how training goes', async () => {
    vi.stubGlobal('BroadcastChannel', undefined);
    vi.stubGlobal('navigator', {});
    const puts: { id: string; state?: string; step?: number; name?: string; removed?: boolean }[][] = [];
    const archive: Partial<RunArchive> = {
      put: (runs) => {
        puts.push(runs.map(({ id, trained, label }) => ({
          id,
          ...(trained && { state: trained.head.state, step: trained.head.step }),
          ...(label && { removed: label.removed !== undefined, ...(label.name && { name: label.name }) }),
        })));
        return Promise.resolve();
      },
      clear: () => Promise.resolve(),
    };
    const playground = new Playground(collapse, 'http://localhost/', archive as RunArchive);
    playground.shelf.opened = true;
    playground.launcher.toggle();
    const [worker] = WorkerStub.all;
    const run = playground.selected!;
    const { id } = run;
    const written = async (): Promise<typeof puts> => {
      await vi.advanceTimersByTimeAsync(0);
      return puts.splice(0);
    };
    worker!.status(id, 'running', 20);
    expect(await written()).toEqual([]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(await written()).toEqual([[{ id, state: 'running', step: 20, removed: false }]]);

    worker!.status(id, 'paused', 31);
    expect(await written()).toEqual([[{ id, state: 'paused', step: 31 }]]);
    for (const name of ['M', 'Mi', 'Mine']) playground.shelf.label(run, { name });
    expect(await written()).toEqual([[{ id, name: 'Mine', removed: false }]]);
    worker!.tell({ type: 'changed', run: id, step: 32, changes: [{ key: 'learningRate', from: 6e-3, to: 1e-3 }] });
    expect(await written()).toHaveLength(1);

    begin(playground);
    const other = playground.selected!;
    expect((await written()).flat()).toContainEqual({ id, state: 'stopped', step: 31 });
    playground.remove(run, other);
    expect(await written()).toEqual([[
      { id: other.id, state: 'stopped', step: 1, removed: true }, { id, name: 'Mine', removed: true },
    ]]);
    playground.shelf.restore();
    expect((await written()).map((runs) => runs.map(({ removed }) => removed))).toEqual([[false, false]]);
  });

  test('stays with what a person has just said where the archive was read just before that is in it', async () => {
    vi.stubGlobal('BroadcastChannel', undefined);
    vi.stubGlobal('navigator', {});
    const stored = { head: headOf('a'), label: { color: 0 } };
    let listed = (): void => undefined;
    let put = (): void => undefined;
    const archive: Partial<RunArchive> = {
      list: () => new Promise((resolve) => (listed = () => resolve({ runs: [stored], damaged: 0 }))),
      put: () => new Promise((resolve) => (put = resolve)),
      clear: () => Promise.resolve(),
    };
    const shelf = new Shelf(archive as RunArchive);
    const opening = shelf.open();
    await vi.advanceTimersByTimeAsync(0);
    listed();
    await opening;
    shelf.cleared({ checkpoints: 0, runs: 0 });
    await vi.advanceTimersByTimeAsync(0);
    shelf.label(shelf.runs[0]!, { name: 'Mine' });
    await vi.advanceTimersByTimeAsync(0);
    listed();
    await vi.advanceTimersByTimeAsync(0);
    put();
    await vi.advanceTimersByTimeAsync(0);
    expect(shelf.runs[0]!.label.name).toBe('Mine');
  });

  test('brings the baseline to the charts and leaves it there as long as others can go', () => {
    const { playground } = started();
    const [first] = playground.shelf.runs;
    first!.hidden = true;
    playground.shelf.compareWith(first!);
    expect([playground.baseline, first!.hidden]).toEqual([first, false]);
    for (let i = 0; i < 12; i++) begin(playground);
    expect(first!.hidden).toBe(false);
    playground.shelf.compareWithNone(grpo);
    playground.launcher.start();
    expect([playground.baseline, first!.hidden]).toEqual([undefined, true]);
  });

  test('knows one baseline a lab, from what is said of its run: the last one chosen, in whichever tab', async () => {
    vi.stubGlobal('BroadcastChannel', undefined);
    vi.stubGlobal('navigator', {});
    const elsewhere = presetConfig(biencoder, biencoder.presets[0]!);
    const stored = (id: string, label: Partial<RunLabel>, known: Made = {}) => ({ head: headOf(id, known), label: { color: 0, ...label } });
    const runs = [stored('a', { baseline: 2000 }), stored('b', { baseline: 1000 }), stored('of before', {}), stored('elsewhere', { baseline: 3000 }, { lab: 'biencoder', base: elsewhere, config: elsewhere })];
    const archive: Partial<RunArchive> = {
      list: () => Promise.resolve({ runs, damaged: 0 }),
      get: (id) => Promise.resolve({ ...runs.find(({ head }) => head.id === id)!.head, series: [] }),
      put: () => Promise.resolve(),
      clear: () => Promise.resolve(),
    };
    const shelf = new Shelf(archive as RunArchive);
    await shelf.open();
    const [a, b, before, other] = shelf.runs;
    expect([shelf.baselineOf(grpo), shelf.baselineOf(biencoder)]).toEqual([a, other]);
    expect(shelf.runs.filter(({ hidden }) => !hidden), 'it is on the charts of a new tab').toEqual([a, other]);
    shelf.compareWith(before!);
    expect([shelf.baselineOf(grpo), a!.label.baseline, b!.label.baseline]).toEqual([before, undefined, undefined]);
    shelf.remove([before!]);
    expect(shelf.baselineOf(grpo)).toBeUndefined();
    shelf.restore();
    expect(shelf.baselineOf(grpo)).toBe(before);
    expect(shelf.baselineOf(biencoder)).toBe(other);
  });

  test('hides the run in the foreground behind the next that is shown, and leaves the only one', () => {
    const { playground } = started();
    for (let i = 0; i < 3; i++) begin(playground);
    const [first, second, third, fourth] = playground.shelf.runs;
    const shown = (): Run[] => playground.shelf.runs.filter(({ hidden }) => !hidden);
    playground.hide([fourth!]);
    expect([playground.selected, shown()]).toEqual([third, [first, second, third]]);
    playground.select(first!);
    playground.hide([first!, second!]);
    expect([playground.selected, shown()]).toEqual([third, [third]]);
    playground.hide([third!]);
    expect([playground.selected, shown()]).toEqual([third, [third]]);
    for (const run of [first!, second!]) playground.shelf.show(run);
    playground.hide(playground.shelf.runs);
    expect([playground.selected, shown()]).toEqual([third, [third]]);
  });

  test('gives up several runs at once, which come back together; one that trains is stopped, one of another tab stays', () => {
    const { playground, worker, run } = started(collapse);
    playground.launcher.start();
    const [first, second] = playground.shelf.runs;
    first!.elsewhere = true;
    playground.remove(first!, second!);
    expect(playground.shelf.runs).toEqual([first]);
    expect(second!.label.removed).toBeDefined();
    expect(second!.live).toBe(false);
    expect(worker.commands).toContainEqual({ type: 'stop', run });
    first!.elsewhere = false;
    playground.shelf.restore();
    expect(playground.shelf.runs).toEqual([first, second]);
    expect(second!.label.removed).toBeUndefined();
    playground.remove(first!, second!);
    expect(playground.shelf.removed).toEqual([first, second]);
  });
});
