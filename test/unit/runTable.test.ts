import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { configure } from '../../src/core/labs/configure.js';
import { grpo } from '../../src/core/labs/grpo/index.js';
import { columnId, readColumn, sortRuns, type Column } from '../../src/core/run/columns.js';
import { configAt } from '../../src/core/run/record.js';
import { matches, searchText } from '../../src/core/run/search.js';
import { foundRuns, namesOf } from '../../src/ui/runs/found.js';
import { listing } from '../../src/ui/runs/listing.svelte.js';
import { selection } from '../../src/ui/runs/selection.svelte.js';
import { runLabel, scoreText, startLabel } from '../../src/ui/state/describe.js';
import { headOf, runOf, score, scored, t } from './heads.js';

describe('runs are sorted', () => {
  const runs = [scored('low', [0.1, 0.1, 0.1]), scored('none', [null, null, null]), scored('high', [0.2, 0.9, 0.4]), scored('low too', [0.1, 0.1, 0.1])].map((head) => ({ head }));
  const order = (column: Column, descending: boolean): string[] => sortRuns(runs, { column, descending }, ({ head }) => head.id).map(({ head }) => head.id);

  test('by a metric’s mean over seeds; those that did not measure it come last, equal ones the newest first', () => {
    expect(order(score, true)).toEqual(['high', 'low too', 'low', 'none']);
    expect(order(score, false)).toEqual(['low too', 'low', 'high', 'none']);
  });

  test('by name, by time, and by a knob, where it means something', () => {
    expect(order({ kind: 'name' }, false)).toEqual(['high', 'low', 'low too', 'none']);
    expect(order({ kind: 'created' }, true)).toEqual(['low too', 'high', 'none', 'low']);
    const knob = (key: string): Column => ({ kind: 'knob', parameter: grpo.parameters.find((parameter) => parameter.key === key)! });
    const heads = [headOf('a', { change: { rolloutN: 16 } }), headOf('b', { change: { rolloutN: 4 } }), headOf('c', { change: { warmStart: 'train', warmStartDropout: 0.1 } })];
    const by = (key: string): string[] => sortRuns(heads.map((head) => ({ head })), { column: knob(key), descending: false }, () => '').map(({ head }) => head.id);
    expect(by('rolloutN').at(-1)).toBe('a');
    expect(by('warmStartDropout')[0]).toBe('c');
  });

  test('by a column that is remembered as a text', () => {
    const ids = ['name', 'created', 'metric:validation.answer:most', 'knob:learningRate'];
    expect(ids.map((id) => columnId(readColumn(grpo, id)!))).toEqual(ids);
    for (const wrong of ['', 'knob:speed', 'metric:validation.answer', 'metric:luck:final', 'metric:entropy:worst', '__proto__']) expect(readColumn(grpo, wrong)).toBeUndefined();
  });
});

describe('a run is found', () => {
  const head = headOf('a', { change: { learningRate: 1e-3 }, events: [{ type: 'changed', step: 9, at: 1, changes: [{ key: 'temperature', from: 1, to: 0.7 }] }] });
  const label = { color: 0, name: 'Slow ＬＲ', note: 'for Tuesday’s class', recorded: 'night.jsonl' };
  const text = searchText(grpo, { ...head, now: configAt(head) }, label, { name: 'Slow ＬＲ', preset: 'Peak, then collapse', state: 'interrupted', findings: ['Entropy collapse', 'Clipping'], knob: (key) => t(`parameter.${key}`) });

  test.each(['slow lr', 'TUESDAY', 'then peak', 'collapse', 'night.jsonl', 'Learning rate', 'learningRate=1e-3', 'actor.optim.lr', '--learning_rate', 'temperature=0.7', '0.001', '10e-4', 'learningRate=.001', 'temperature=７e-1', 'interrupted', 'entropy clipping', ''])('by ‘%s’', (query) => {
    expect(matches(text, query)).toBe(true);
  });

  test.each(['fast', 'slow fast', 'rollout.n', 'learningRate=3e-3', 'top_p', '0.01', '0.0010001', 'learningRate=0.7', 'finished', 'dead groups'])('not by ‘%s’', (query) => {
    expect(matches(text, query)).toBe(false);
  });

  test('among others by the name that the page gives it', () => {
    const runs = [runOf(headOf('a')), runOf(headOf('b', { change: { rolloutN: 8 } })), runOf(headOf('c'), { note: 'rollout of the week' })];
    const found = (query: string): string[] => foundRuns(runs, namesOf(runs, t), query, t).map(({ id }) => id);
    expect(found('rollout')).toEqual(['b', 'c']);
    expect(found('rollout n 8')).toEqual(['b']);
    expect(found('  ')).toEqual(['a', 'b', 'c']);
  });

  test('by its state and what was found in it, as the page says them', () => {
    const collapsed = { id: 'entropy-collapse', step: 20, severity: 'alarm', replicas: [{ replica: 0, step: 20 }], evidence: { values: {} } } as const;
    const runs = [runOf(headOf('a', { state: 'failed' })), runOf(headOf('b', { state: 'interrupted', findings: [collapsed] })), runOf(headOf('c'))];
    const found = (query: string): string[] => foundRuns(runs, namesOf(runs, t), query, t).map(({ id }) => id);
    expect(['failed', 'interrupted', t('finding.entropy-collapse'), t('status.finished')].map(found)).toEqual([['a'], ['b'], ['b'], ['c']]);
  });
});

describe('a name', () => {
  test('that a person gave wins, and what the run is called without it stays known', () => {
    const runs = [runOf(headOf('a'), { name: 'Mine' }), runOf(headOf('b'))];
    expect(runs.map((run) => runLabel(run, runs, t))).toEqual(['Mine', startLabel(runs[1]!, runs, t)]);
    expect(startLabel(runs[0]!, runs, t)).toContain(t('preset.grpo.collapse'));
  });

  test('of its score stands beside the best and the last one', () => {
    const run = runOf(scored('a', [0.4, 0.6, 0.8], { best: { step: 20, score: 0.684 } }));
    expect(scoreText(run, t)).toBe(`${t('metric.validation.answer')}: best 0.68, end 0.60`);
    expect(scoreText(runOf(headOf('b')), t)).toBe('');
  });
});

describe('several runs are selected', () => {
  const listed = ['a', 'b', 'c', 'd', 'e'];
  const selected = (): string[] => selection.of(listed.map((id) => ({ id }))).map(({ id }) => id);
  beforeEach(() => selection.set(listed, false));

  test('one by one, and no longer', () => {
    selection.pick('d', true, listed);
    selection.pick('a', true, listed);
    expect(selected()).toEqual(['a', 'd']);
    selection.pick('d', false, listed);
    expect(selected()).toEqual(['a']);
  });

  test('as a range from the one before, to either side, as they are listed', () => {
    selection.pick('d', true, listed);
    selection.pick('b', true, listed, true);
    expect(selected()).toEqual(['b', 'c', 'd']);
    selection.pick('c', false, listed, true);
    expect(selected()).toEqual(['d']);
  });

  test('alone where the one before is not in the list any more', () => {
    selection.pick('e', true, listed);
    selection.pick('b', true, ['a', 'b', 'c'], true);
    expect(selected()).toEqual(['b', 'e']);
  });
});

describe('the table', () => {
  const kept = new Map<string, string>();
  beforeEach(() => vi.stubGlobal('localStorage', { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value) }));
  afterEach(() => vi.unstubAllGlobals());

  test('shows the score unless other columns are chosen, which the browser remembers with the order', () => {
    const { config } = configure(grpo, { preset: 'collapse', values: {} });
    const usual = listing.columns(grpo, config);
    expect(usual.map(columnId)).toEqual(['metric:validation.answer:best', 'metric:validation.answer:final']);
    listing.choose(grpo, [score, { kind: 'knob', parameter: grpo.parameters[0]! }]);
    listing.sort(grpo, score);
    expect(listing.sorting(grpo)).toEqual({ column: score, descending: true });
    listing.sort(grpo, score);
    expect(listing.sorting(grpo).descending).toBe(false);
    expect(JSON.parse(kept.get('runs of grpo')!)).toEqual({ columns: [columnId(score), 'knob:task'], sorted: columnId(score), descending: false });
    listing.choose(grpo, undefined);
    expect(listing.columns(grpo, config)).toEqual(usual);
    listing.sort(grpo, { kind: 'name' });
    expect(listing.sorting(grpo)).toEqual({ column: { kind: 'name' }, descending: false });
  });
});
