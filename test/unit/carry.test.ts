import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { presetConfig } from '../../src/core/labs/configure.js';
import { biencoder } from '../../src/core/labs/biencoder/index.js';
import { message } from '../../src/core/messages/messages.js';
import { decodeRuns } from '../../src/core/run/decode.js';
import { encodeRun } from '../../src/core/run/encode.js';
import { FetchProblem, fetchText } from '../../src/ui/carry/fetchText.js';
import { restoreWorkers, started, stubWorkers } from './workerStub.js';
import { recorded } from './recordedRuns.js';

describe('runs of a file', () => {
  beforeEach(stubWorkers);
  afterEach(restoreWorkers);

  test('carry what was said of them, and are over even if they trained when they were saved', () => {
    const live = { ...recorded([0.7]), state: 'running' } as const;
    const own = { name: 'A name', note: 'Line one\nline two', color: 9, pinned: true, foreground: true };
    const { records, said, problems } = decodeRuns(encodeRun(live, own) + encodeRun(recorded([0.8])) + encodeRun(recorded([0.8]), { color: 10 }));
    expect(problems).toEqual([]);
    expect(said, 'of which there is no eleventh colour').toEqual([own, {}, {}]);
    expect(records.map(({ state }) => state)).toEqual(['interrupted', 'finished', 'finished']);
  });

  test('are drawn in the colours that they were saved with, but those of runs on the charts, and the one that was looked at is', () => {
    const { playground } = started('?lab=grpo&preset=collapse');
    const [own] = playground.shelf.runs;
    playground.shelf.label(own!, { color: 4 });
    const colors = [4, 0, undefined, 7];
    const { opened } = playground.take(colors.map((color, i) => ({
      record: { ...recorded([0.7]), id: `teacher's ${i}` }, recorded: 'x.jsonl', said: { ...(color !== undefined && { color }), pinned: i === 0, foreground: i === 3 },
    })));
    expect(opened.map(({ label }) => label.color)).toEqual([1, 0, 2, 7]);
    expect(own!.label.color).toBe(4);
    expect(opened.map(({ label }) => label.pinned)).toEqual([true, false, false, false]);
    expect(playground.selected).toBe(opened[3]);
    own!.hidden = true;
    const [later] = playground.take([{ record: { ...recorded([0.7]), id: 'later' }, recorded: 'y.jsonl', said: { color: 4 } }]).opened;
    expect(later!.label.color, 'of a run that is not on the charts').toBe(4);
  });

  test('come beside what is there, once, and the first of the lab that is shown to the foreground', () => {
    const { playground } = started('?lab=grpo&preset=collapse');
    const [own] = playground.shelf.runs;
    const record = recorded([0.7]);
    const other = { ...recorded([0.6]), id: 'another', lab: 'biencoder', preset: 'healthy', base: presetConfig(biencoder, biencoder.presets[0]!), config: presetConfig(biencoder, biencoder.presets[0]!), series: [] };
    const { opened } = playground.take([
      { record: other, recorded: 'x.jsonl', said: {} },
      { record, recorded: 'x.jsonl', said: { name: 'Told' } },
      { record: { ...record, step: 110 }, recorded: 'x.jsonl', said: {} },
    ]);
    expect(opened.map(({ label }) => label.recorded)).toEqual(['x.jsonl', 'x.jsonl', 'x.jsonl']);
    expect(new Set(playground.shelf.runs.map(({ id }) => id)).size).toBe(4);
    expect(playground.selected).toBe(opened[1]);
    expect(playground.selected!.label.name).toBe('Told');
    expect(playground.comparable).toContain(own);
    expect(playground.launcher.live, 'what trains goes on').toBe(own);
    const again = playground.take([{ record, recorded: 'y.jsonl', said: {} }]);
    expect([again.opened, again.known]).toEqual([[], [opened[1]]]);
    playground.take([{ record: { ...other, id: 'third' }, recorded: 'z.jsonl', said: {} }]);
    expect(playground.selected, 'a run of another lab is not shown here').toBe(opened[1]);
  });
});

describe('a file that a link names', () => {
  const page = 'https://example.org/docs/?runs=x';
  afterEach(() => void vi.unstubAllGlobals());

  const answer = (body: BodyInit | null, init: ResponseInit = {}): void => {
    vi.stubGlobal('fetch', () => Promise.resolve(new Response(body, { headers: { 'content-type': 'application/octet-stream' }, ...init })));
  };
  const problem = async (address: string, most = 100): Promise<unknown> =>
    fetchText(address, page, most).then(() => 'read', (error: unknown) => (error instanceof FetchProblem ? error.note : error));

  test('of this origin is read', async () => {
    const fetched = vi.fn(() => Promise.resolve(new Response('{"run": …}')));
    vi.stubGlobal('fetch', fetched);
    expect(await fetchText('data/runs.jsonl', page, 100)).toBe('{"run": …}');
    expect(fetched).toHaveBeenCalledWith(new URL('https://example.org/docs/data/runs.jsonl'), expect.objectContaining({ mode: 'same-origin' }));
  });

  test('is refused with what is wrong, by the name of the field', async () => {
    answer('{}');
    for (const address of ['https://example.com/x.jsonl', '//example.com/x', 'data:text/plain,x', 'javascript:alert(1)', 'http://example.org/x']) {
      expect(await problem(address), address).toMatchObject({ id: 'carry.linkOrigin', values: { address, origin: 'https://example.org' } });
    }
    const fromDisk = fetchText('data:text/plain,x', 'file:///home/index.html', 100);
    await expect(fromDisk).rejects.toMatchObject({ note: { id: 'carry.linkOrigin' } });
    expect(await problem('https://')).toMatchObject({ id: 'carry.linkAddress' });
    answer('no', { status: 404 });
    expect(await problem('x.jsonl')).toEqual({ id: 'carry.linkMissing', values: { address: 'x.jsonl', reason: 'HTTP 404' } });
    answer('{}', { headers: { 'content-type': 'text/html; charset=utf-8' } });
    expect(await problem('x.jsonl')).toMatchObject({ id: 'carry.linkPage' });
    answer('\n<!doctype html>');
    expect(await problem('x.jsonl')).toMatchObject({ id: 'carry.linkPage' });
    answer('{}', { headers: { 'content-length': '101' } });
    expect(await problem('x.jsonl')).toMatchObject({ id: 'carry.linkSize' });
    answer('x'.repeat(101));
    expect(await problem('x.jsonl')).toMatchObject({ id: 'carry.linkSize' });
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')));
    expect(await problem('x.jsonl')).toMatchObject({ id: 'carry.linkMissing', values: { reason: 'Failed to fetch' } });
    for (const id of ['carry.linkOrigin', 'carry.linkAddress', 'carry.linkMissing', 'carry.linkPage', 'carry.linkSize']) {
      expect(message('en', id), id).toMatch(/^runs: /);
    }
  });

  test('that never comes is given up', async () => {
    vi.useFakeTimers();
    vi.stubGlobal('fetch', (): Promise<never> => new Promise(() => undefined));
    const told = problem('x.jsonl');
    await vi.advanceTimersByTimeAsync(31_000);
    expect(await told).toMatchObject({ id: 'carry.linkMissing', values: { reason: 'the server did not answer within 30 s' } });
    vi.useRealTimers();
  });
});
