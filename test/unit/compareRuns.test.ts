import { describe, expect, test } from 'vitest';
import { configure } from '../../src/core/labs/configure.js';
import { grpo } from '../../src/core/labs/grpo/index.js';
import { pointer } from '../../src/core/labs/pointer/index.js';
import { cautionsOf } from '../../src/core/run/cautions.js';
import { differenceOf, differingKnobs, findingsOf, mainMetrics, scoreOf, spreadOf } from '../../src/core/run/compare.js';
import { toMarkdown } from '../../src/core/run/markdown.js';
import type { RunHead } from '../../src/core/run/record.js';
import { Recorder } from '../../src/core/run/recorder.js';
import { reportOf } from '../../src/core/run/report.js';
import { drawnAlike } from '../../src/ui/inspect/grpo/beside.js';
import { comparisonMarkdown, comparisonOf, placeText } from '../../src/ui/runs/comparison.js';
import { listing } from '../../src/ui/runs/listing.svelte.js';
import { spreadText } from '../../src/core/run/numbers.js';
import { chartRuns, scoreText } from '../../src/ui/state/describe.js';
import type { Run } from '../../src/ui/state/run.svelte.js';
import { type Made, changedAt, headOf, runOf, score, scored, summaryOf, t } from './heads.js';

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
    const compared = comparisonOf([run, runOf(headOf('b'))], run, t).find(({ id }) => id === 'results')!;
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

describe('a comparison', () => {
  const runs = [
    runOf(scored('a', [0.4, 0.6, 0.8], { engine: { id: 'cpu' }, best: { step: 80, score: 0.62, scores: [0.42, 0.62, 0.82] } })),
    runOf(scored('b', [0.5, 0.7, 0.9], { change: { learningRate: 1e-3 }, best: { step: 60, score: 0.72, scores: [0.52, 0.72, 0.92] }, findings: [{ id: 'entropy-collapse', step: 30, severity: 'alarm', replicas: [{ replica: 1, step: 30 }], evidence: { values: {} } }] })),
  ];
  const sections = comparisonOf(runs, runs[0], t);
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
    expect(cells('runs')).toContainEqual([t('compare.engine'), t('option.engine.cpu'), '–']);
    const recorded = comparisonOf([runs[0]!, runOf(headOf('c'), { recorded: 'night.jsonl' })], runs[0], t);
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
    const told = comparisonOf([runs[0]!, runs[1]!, other], runs[0], t).find(({ id }) => id === 'results')!;
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
      comparisonOf([base, runOf(scored('x', final, known))], base, t).find(({ id }) => id === 'results')!.rows[0]!.cells[1]!.text;
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
    const alike = comparisonMarkdown(comparisonOf([runs[0]!, runOf(headOf('c'))], runs[0], t), ['a', 'c'], [], '', t);
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
