import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { biencoder } from '../../src/core/labs/biencoder/index.js';
import { configure, presetConfig } from '../../src/core/labs/configure.js';
import { grpo } from '../../src/core/labs/grpo/index.js';
import { pointer } from '../../src/core/labs/pointer/index.js';
import { loadLanguage, message, type Values } from '../../src/core/messages/messages.js';
import type { ConfigChange } from '../../src/core/parameters.js';
import type { RunArchive, RunLabel } from '../../src/core/run/archive.js';
import { columnId, readColumn, sortRuns, type Column } from '../../src/core/run/columns.js';
import { cautionsOf } from '../../src/core/run/cautions.js';
import { differenceOf, differingKnobs, findingsOf, mainMetrics, scoreOf, spreadOf } from '../../src/core/run/compare.js';
import { toMarkdown } from '../../src/core/run/markdown.js';
import { beginRecord, configAt, type MetricSummary, type RunHead } from '../../src/core/run/record.js';
import { Recorder } from '../../src/core/run/recorder.js';
import { reportOf } from '../../src/core/run/report.js';
import { matches, searchText } from '../../src/core/run/search.js';
import { drawnAlike } from '../../src/ui/inspect/grpo/beside.js';
import { comparisonMarkdown, comparisonOf, placeText } from '../../src/ui/runs/comparison.js';
import { foundRuns, namesOf } from '../../src/ui/runs/found.js';
import { listing } from '../../src/ui/runs/listing.svelte.js';
import { selection } from '../../src/ui/runs/selection.svelte.js';
import { spreadText } from '../../src/core/run/numbers.js';
import { chartRuns, runLabel, scoreText, startLabel } from '../../src/ui/state/describe.js';
import { Playground } from '../../src/ui/state/playground.svelte.js';
import { Run } from '../../src/ui/state/run.svelte.js';
import { Shelf } from '../../src/ui/state/shelf.svelte.js';
import { begin, collapse, restoreWorkers, started, stubWorkers, WorkerStub } from './workerStub.js';

await loadLanguage('en', 'grpo');
const t = (id: string, values: Values = {}): string => message('en', id, values, 'grpo');

let created = 1000;

interface Made extends Partial<RunHead> {
  readonly change?: ConfigChange;
}

/** A finished run of the preset with some knobs changed. */
function headOf(id: string, { change = {}, ...known }: Made = {}): RunHead {
  const { base } = configure(grpo, { preset: 'collapse', values: {} });
  const config = { ...base, ...change };
  const start = { lab: 'grpo', preset: 'collapse', base, config, seeds: [0, 1, 2], steps: 100 };
  return { ...beginRecord(start, { id, version: '1.2.3', created: created++ }), state: 'finished', step: 100, ...known };
}

const summaryOf = (...final: (number | null)[]): MetricSummary =>
  ({ final, least: final.map((value) => value && value - 0.1), most: final.map((value) => value && value + 0.1) });
const scored = (id: string, final: readonly (number | null)[], known: Made = {}): RunHead =>
  headOf(id, { summary: { 'validation.answer': summaryOf(...final) }, ...known });
const runOf = (head: RunHead, label: Partial<RunLabel> = {}): Run => Run.recorded(1, { ...head, series: [] }, { color: 0, ...label });
const score: Extract<Column, { kind: 'metric' }> = { kind: 'metric', metric: grpo.metrics.find(({ id }) => id === 'validation.answer')!, place: 'final' };
const changedAt = (step: number, from: number, to: number, at = 1000 * step) =>
  ({ type: 'changed', step, at, changes: [{ key: 'learningRate', from, to }] }) as const;

describe('what a run came to', () => {
  test('is the mean over the seeds in which it was measured, with their deviation', () => {
    expect(spreadOf(scored('a', [0.2, 0.4, null]), 'validation.answer', 'final')).toEqual({ mean: expect.closeTo(0.3), sd: expect.closeTo(0.1414), seeds: 2 });
    expect(spreadOf(scored('a', [0.2, 0.4, 0.6]), 'validation.answer', 'most')!.mean).toBeCloseTo(0.5);
    expect(spreadOf(scored('a', [0.2], { seeds: [7] }), 'validation.answer', 'final')).toMatchObject({ mean: 0.2, sd: NaN, seeds: 1 });
    expect(spreadOf(scored('a', [null, null, null]), 'validation.answer', 'final')).toBeUndefined();
    expect(spreadOf(headOf('a'), 'kl', 'final')).toBeUndefined();
  });

  test('differs from another run’s by the mean over pairs of the same seed, whatever their places', () => {
    const base = scored('base', [0.1, 0.3, 0.7]);
    // Seeds 1 and 2 are in both: 0.5 − 0.3 and 0.8 − 0.7; Student's t of one degree of freedom.
    const other = scored('other', [0.8, 0.5, 0.9], { seeds: [2, 1, 9] });
    const { mean, band, pairs } = differenceOf(other, base, 'validation.answer', 'final')!;
    expect([mean, pairs]).toEqual([expect.closeTo(0.15), 2]);
    expect(band).toBeCloseTo(12.706 * 0.05, 4);
    expect(differenceOf(base, base, 'validation.answer', 'final')).toEqual({ mean: 0, band: 0, pairs: 3 });
  });

  test('differs without an error where fewer than two seeds are the same, and not at all where one was not measured', () => {
    const base = scored('base', [0.1, 0.3, 0.5]);
    expect(differenceOf(scored('a', [0.4], { seeds: [1] }), base, 'validation.answer', 'final')).toEqual({ mean: expect.closeTo(0.1), band: NaN, pairs: 1 });
    expect(differenceOf(scored('a', [0.4, 0.6], { seeds: [8, 9] }), base, 'validation.answer', 'final')).toEqual({ mean: expect.closeTo(0.2), band: NaN, pairs: 0 });
    expect(differenceOf(headOf('a'), base, 'validation.answer', 'final')).toBeUndefined();
  });

  test('is told of the score first, which has a best, and then of what the large charts show', () => {
    const heads = [scored('a', [1, 1, 1]), headOf('b', { summary: { entropy: summaryOf(1, 1, 1), kl: summaryOf(0, 0, 0) } })];
    expect(mainMetrics(grpo, heads).map(({ id }) => id)).toEqual(['validation.answer', 'entropy']);
    expect(heads.map(scoreOf)).toEqual(['validation.answer', 'validation.answer']);
  });
});

describe('the best of a run', () => {
  // Seeds peak at different steps: the best of each would be .8, .9 and .7.
  const validated = [[0.2, 0.2, 0.2], [0.8, 0.5, 0.5], [0.6, 0.9, 0.6], [0.5, 0.6, 0.7]];
  const recorder = new Recorder(grpo, headOf('a', { state: 'running' }));
  recorder.apply({
    type: 'metrics', replicas: 3, steps: Int32Array.of(0, 10, 20, 30), seconds: Float64Array.of(0, 1, 2, 3),
    columns: { 'validation.answer': Float64Array.from(validated.flat()) },
  }, 0);
  recorder.apply({ type: 'status', state: 'finished', step: 30, steps: 30, notes: [], checkpoints: [] }, 0);
  const { head } = recorder;
  const run = runOf(head);
  const best = '0.70 ± 0.17 SD';

  test('is the checkpoint that a person would take: the step where the mean over seeds was highest, with its deviation', () => {
    expect(head.best).toEqual({ step: 20, score: expect.closeTo(0.7), scores: [0.6, 0.9, 0.6] });
    expect(spreadOf(head, 'validation.answer', 'best')).toEqual({ mean: expect.closeTo(0.7), sd: expect.closeTo(0.1732), seeds: 3 });
    expect(spreadOf(head, 'entropy', 'best'), 'only what a run is judged by has a best').toBeUndefined();
    const other = scored('b', [0.5, 0.5, 0.5], { best: { step: 90, score: 0.6, scores: [0.5, 0.7, 0.6] } });
    expect(differenceOf(head, other, 'validation.answer', 'best')).toMatchObject({ mean: expect.closeTo(0.1), pairs: 3 });
  });

  test('is the same in the list, on the charts, in the table, in the comparison and in the report', () => {
    const metric = score.metric;
    expect(scoreText(run, t), 'the list').toContain('best 0.70,');
    const [drawn] = chartRuns({ labRuns: [run], comparable: [run], selected: run, baseline: undefined }, t);
    expect(drawn!.marks.find(({ kind }) => kind === 'best'), 'the charts').toMatchObject({ step: 20, value: expect.closeTo(0.7), label: 'best 0.70' });
    const column = listing.columns(grpo, head.config)[0] as typeof score;
    expect(spreadText(metric, spreadOf(head, column.metric.id, column.place), t), 'the table').toContain(best);
    expect(placeText(column.metric, column.place, t)).toBe(`${t('metric.validation.answer')}, ${t('shelf.columns.best')}`);
    const compared = comparisonOf([run, runOf(headOf('b'))], run, t, () => undefined).find(({ id }) => id === 'results')!;
    expect(compared.rows.find(({ label }) => label === placeText(metric, 'best', t))!.cells[0]!.text, 'the comparison').toContain(best);
    const wording = { t, optional: () => undefined, evidence: () => ({}), note: () => '' };
    const report = toMarkdown(reportOf(grpo, [{ head, name: 'a', link: '' }], wording), 'none');
    expect(report, 'the report').toContain('| 0.70 (step 20) |');
    expect(report).toContain('| Best of the mean |');
  });

  test('of an earlier version is known without its seeds, so that no difference is made of it', () => {
    const old = scored('old', [0.5, 0.6, 0.7], { best: { step: 20, score: 0.7 } });
    expect(spreadOf(old, 'validation.answer', 'best')).toEqual({ mean: 0.7, sd: NaN, seeds: 3 });
    expect(differenceOf(old, head, 'validation.answer', 'best')).toBeUndefined();
  });
});

describe('knobs in which runs differ', () => {
  const keysOf = (...heads: RunHead[]): string[] => differingKnobs(grpo, heads).map(({ parameter }) => parameter.key);

  test('are those with other values, and nothing else', () => {
    expect(keysOf(headOf('a'), headOf('b'))).toEqual([]);
    expect(keysOf(headOf('a'), headOf('b', { change: { learningRate: 1e-3 } }), headOf('c', { change: { rolloutN: 8 } }))).toEqual(['learningRate', 'rolloutN']);
  });

  test('are those that were turned as a run trained, with the steps; a drag is one change', () => {
    const turned = headOf('b', { events: [changedAt(20, 3e-3, 2e-3, 100), changedAt(21, 2e-3, 1e-3, 200), changedAt(60, 1e-3, 5e-4, 90_000)] });
    const [difference] = differingKnobs(grpo, [headOf('a'), turned]);
    const { learningRate } = turned.config;
    expect(difference!.courses).toEqual([
      { start: learningRate, changes: [] },
      { start: learningRate, changes: [{ step: 20, to: 1e-3 }, { step: 60, to: 5e-4 }] },
    ]);
  });

  test('are left out where they mean nothing in any run, and of one in which they do not there is no value', () => {
    const without = headOf('a', { change: { warmStartDropout: 0.3 } });
    expect(keysOf(without, headOf('b'))).toEqual([]);
    const trained = headOf('c', { change: { warmStart: 'train', warmStartDropout: 0.5 } });
    const { courses } = differingKnobs(grpo, [without, trained]).find(({ parameter }) => parameter.key === 'warmStartDropout')!;
    expect(courses).toEqual([undefined, { start: 0.5, changes: [] }]);
  });
});

test('findings of several runs are told together, the earliest first', () => {
  const found = (id: string, step: number) => ({ id, step, severity: 'alarm', replicas: [{ replica: 0, step }], evidence: { values: {} } }) as const;
  const rows = findingsOf([headOf('a', { findings: [found('kl-blow-up', 50)] }), headOf('b', { findings: [found('entropy-collapse', 20), found('kl-blow-up', 70)] })]);
  expect(rows.map(({ id, findings }) => [id, ...findings.map((finding) => finding?.step)])).toEqual([
    ['entropy-collapse', undefined, 20],
    ['kl-blow-up', 50, 70],
  ]);
});

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

describe('a comparison', () => {
  const runs = [
    runOf(scored('a', [0.4, 0.6, 0.8], { engine: { id: 'cpu' }, best: { step: 80, score: 0.62, scores: [0.42, 0.62, 0.82] } })),
    runOf(scored('b', [0.5, 0.7, 0.9], { change: { learningRate: 1e-3 }, best: { step: 60, score: 0.72, scores: [0.52, 0.72, 0.92] }, findings: [{ id: 'entropy-collapse', step: 30, severity: 'alarm', replicas: [{ replica: 1, step: 30 }], evidence: { values: {} } }] })),
  ];
  const sections = comparisonOf(runs, runs[0], t, () => undefined);
  const cells = (id: string): string[][] =>
    sections.find((section) => section.id === id)!.rows.map(({ label, cells }) => [label, ...cells.map(({ text, difference }) => (difference === undefined ? text : `${text} | ${difference}`))]);

  test('tells what differs, results with their differences to the baseline, and findings with their steps', () => {
    expect(cells('settings')).toEqual([[t('parameter.learningRate'), '3e-3', '1e-3']]);
    expect(cells('results')).toEqual([
      [t('compare.verdict', { metric: t('metric.validation.answer') }), t('shelf.baseline'), 'better, in 3 of 3 seeds'],
      [`${t('metric.validation.answer')}, end`, '0.60 ± 0.20 SD', '0.70 ± 0.20 SD | +0.10 ± 0.00 at 95%'],
      [`${t('metric.validation.answer')}, best of the mean`, '0.62 ± 0.20 SD', '0.72 ± 0.20 SD | +0.10 ± 0.00 at 95%'],
    ]);
    expect(cells('findings')).toEqual([[t('finding.entropy-collapse'), '–', 'step 30, in 1 of 3 seeds']]);
    expect(cells('runs')).toContainEqual([t('compare.engine'), 'cpu', '–']);
    const recorded = comparisonOf([runs[0]!, runOf(headOf('c'), { recorded: 'night.jsonl' })], runs[0], t, () => undefined);
    expect(recorded[0]!.rows).toContainEqual({ label: t('compare.recorded'), cells: [{ text: '–' }, { text: 'night.jsonl' }] });
    expect(cells('runs').map(([label]) => label)).not.toContain(t('compare.note'));
  });

  test('is copied as Markdown that shows every text as it is', () => {
    const markdown = comparisonMarkdown(sections, ['a | b', '<b>*bold*</b>\n# x'], ['Mind *this*.'], 'About it.', t);
    const lines = markdown.split('\n');
    expect(lines[0]).toBe('Mind \\*this\\*.');
    expect(lines.filter((line) => line.startsWith('### '))).toEqual(['runs', 'settings', 'results', 'findings'].map((id) => `### ${t(`compare.${id}`)}`));
    expect(lines).toContain('| Run | a \\| b | \\<b>\\*bold\\*\\</b> # x |');
    expect(lines).toContain(`| ${t('metric.validation.answer')}, end | 0.60 ± 0.20 SD | 0.70 ± 0.20 SD (+0.10 ± 0.00 at 95%) |`);
    expect(lines.at(-1)).toBe('About it.');
  });

  test('tells no difference to a run of another task, and says of which runs and why', () => {
    const { config } = configure(grpo, { preset: 'entropy-collapse', values: {} });
    const other = runOf(scored('c', [0.9, 0.9, 0.9], { change: config }));
    const told = comparisonOf([runs[0]!, runs[1]!, other], runs[0], t, () => undefined).find(({ id }) => id === 'results')!;
    const answer = told.rows.find(({ label }) => label === `${t('metric.validation.answer')}, end`)!;
    expect(answer.cells.map(({ difference }) => difference !== undefined)).toEqual([false, true, false]);
    expect(differenceOf(other.head, runs[0]!.head, 'validation.answer', 'most')).toBeUndefined();
    const named = [runs[0]!, runs[1]!, other].map(({ head }) => ({ head, name: `<${head.id}>` }));
    expect(cautionsOf(grpo, named, named[0]!, t)).toEqual([t('compare.otherVariant', { names: '<c>', base: '<a>', knob: t('parameter.task') })]);
    expect(cautionsOf(grpo, named.slice(0, 2), named[0]!, t)).toEqual([]);
  });

  test('but one is told between stages of the pointer network, which measure the same', () => {
    const [supervised, rce] = ['v2', 'v3'].map((id) => {
      const { base } = configure(pointer, { preset: id, values: {} });
      return scored(id, [0.5, 0.6, 0.7], { lab: 'pointer', preset: id, base, change: base, summary: { validationScore: summaryOf(0.5, 0.6, 0.7) } });
    });
    expect(supervised!.config['stage']).not.toBe(rce!.config['stage']);
    expect(differenceOf(rce!, supervised!, 'validationScore', 'final')).toMatchObject({ mean: 0, pairs: 3 });
  });

  test('says of each run whether it ended better than the baseline, and in how many seeds', () => {
    const base = runOf(scored('base', [0.5, 0.6, 0.7]));
    const verdictOn = (final: readonly number[], known: Made = {}): string =>
      comparisonOf([base, runOf(scored('x', final, known))], base, t, () => undefined).find(({ id }) => id === 'results')!.rows[0]!.cells[1]!.text;
    expect(verdictOn([0.6, 0.71, 0.8])).toBe('better, in 3 of 3 seeds');
    expect(verdictOn([0.4, 0.51, 0.6])).toBe('worse, in 3 of 3 seeds');
    expect(verdictOn([0.505, 0.605, 0.705])).toBe('no difference that counts: below 0.02, over 3 seeds');
    expect(verdictOn([0.9, 0.55, 0.8])).toBe('no clear difference: better in 2 of 3 seeds; more seeds would tell');
    expect(verdictOn([0.9], { seeds: [1] })).toBe('not known: one seed');
    expect(verdictOn([0.9, 0.9], { seeds: [8, 9] })).toBe('not known: no seed in common');
    const { config } = configure(grpo, { preset: 'entropy-collapse', values: {} });
    expect(verdictOn([0.9, 0.9, 0.9], { change: config }), 'another task').toBe('–');
  });

  test('warns of runs that trained for unequal numbers of steps', () => {
    const at = (step: number) => ({ head: scored('a', [0.5, 0.5, 0.5], { step }), name: 'x' });
    const uneven = [at(40), at(9), at(80), at(9)];
    expect(cautionsOf(grpo, uneven, uneven[0]!, t)).toEqual([t('compare.unequalSteps', { steps: '9, 40, 80' })]);
    expect(cautionsOf(grpo, [at(40), at(40)], at(40), t)).toEqual([]);
  });

  test('says where there is nothing to tell', () => {
    const alike = comparisonMarkdown(comparisonOf([runs[0]!, runOf(headOf('c'))], runs[0], t, () => undefined), ['a', 'c'], [], '', t);
    expect(alike).toContain(t('compare.sameSettings'));
    expect(alike).toContain(t('compare.nothingFound'));
  });
});

test('responses stand side by side where they had the same random numbers: one step, seed and prompt', () => {
  const drawn = (id: string, step: number, replica: number, prompt: readonly number[], known: Made = {}): Run => {
    const run = runOf(headOf(id, known));
    const group = { prompt, expected: [], responses: [{ tokens: [1], logProbs: [0], entropies: [0], rewards: [], reward: 1, advantage: 0 }] };
    run.inspection = { kind: 'rollouts', step, replica, vocabulary: [], groups: [group] } as never;
    return run;
  };
  const base = drawn('base', 40, 1, [3, 4]);
  // Its second replica has the seed of the base's first but one.
  const same = drawn('same', 40, 0, [3, 4], { seeds: [1, 2, 3] });
  const others = [
    drawn('later', 41, 1, [3, 4]), drawn('other seed', 40, 2, [3, 4]), drawn('other prompt', 40, 1, [3, 5]), runOf(headOf('not inspected')),
  ];
  expect(drawnAlike([...others, same, base], base).map(({ run }) => run.id)).toEqual(['same', 'base']);
  expect(drawnAlike([...others, base], base)).toEqual([]);
  expect(drawnAlike([same, base, others[3]!], others[3]!)).toEqual([]);
});

test('a table in Markdown has its names to the left', () => {
  expect(toMarkdown([{ kind: 'table', head: ['x', 'y'], rows: [['1', '2']] }], 'none')).toBe('| x | y |\n| :-- | --: |\n| 1 | 2 |\n');
  expect(toMarkdown([{ kind: 'paragraph', line: 'a\\b `c` [d](e)' }], 'none')).toBe('a\\\\b \\`c\\` \\[d\\](e)\n');
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
    expect(comparisonOf(shelf.runs.slice(0, 10), shelf.runs[0], t, () => undefined)).toHaveLength(4);
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
    const puts: { id: string; name: string | undefined; state: string; step: number; removed: boolean }[][] = [];
    const archive: Partial<RunArchive> = {
      put: (runs) => {
        puts.push(runs.map(({ head: { id, state, step }, label: { name, removed } }) => ({ id, name, state, step, removed: removed !== undefined })));
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
    expect(await written()).toEqual([[{ id, name: undefined, state: 'running', step: 20, removed: false }]]);

    worker!.status(id, 'paused', 31);
    expect(await written()).toEqual([[{ id, name: undefined, state: 'paused', step: 31, removed: false }]]);
    for (const name of ['M', 'Mi', 'Mine']) playground.shelf.label(run, { name });
    expect(await written()).toEqual([[{ id, name: 'Mine', state: 'paused', step: 31, removed: false }]]);
    worker!.tell({ type: 'changed', run: id, step: 32, changes: [{ key: 'learningRate', from: 6e-3, to: 1e-3 }] });
    expect(await written()).toHaveLength(1);

    begin(playground);
    const other = playground.selected!;
    expect((await written()).flat()).toContainEqual({ id, name: 'Mine', state: 'stopped', step: 31, removed: false });
    playground.remove(run, other);
    expect(await written()).toEqual([[
      { id: other.id, name: undefined, state: 'stopped', step: 1, removed: true }, { id, name: 'Mine', state: 'stopped', step: 31, removed: true },
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
