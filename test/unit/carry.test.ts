import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { labs } from '../../src/core/labs/index.js';
import { presetConfig } from '../../src/core/labs/configure.js';
import { biencoder } from '../../src/core/labs/biencoder/index.js';
import { grpo } from '../../src/core/labs/grpo/index.js';
import { hasMessage, loadLanguage, message, type Language, type Values } from '../../src/core/messages/messages.js';
import { decodeRuns } from '../../src/core/run/decode.js';
import { encodeRun } from '../../src/core/run/encode.js';
import { costOf } from '../../src/core/run/cost.js';
import { toHtml } from '../../src/core/run/html.js';
import { toMarkdown } from '../../src/core/run/markdown.js';
import { beginRecord, type RunHead, type RunRecord } from '../../src/core/run/record.js';
import { Recorder } from '../../src/core/run/recorder.js';
import { reportOf, type ReportedRun, type Wording } from '../../src/core/run/report.js';
import { decodeLink } from '../../src/core/share.js';
import { FetchProblem, fetchText } from '../../src/ui/carry/fetchText.js';
import { memoryText, timeText } from '../../src/ui/carry/amounts.js';
import { linkOf } from '../../src/ui/state/links.js';
import { Playground } from '../../src/ui/state/playground.svelte.js';
import { evidenceValues } from '../../src/ui/state/wording.js';
import { preset } from './runCurves.js';
import { collapse, restoreWorkers, started, stubWorkers, WorkerStub } from './workerStub.js';

await Promise.all((['en', 'zh'] as const).map((language) => loadLanguage(language, 'grpo')));

const asked = `${collapse}&changes=60:learningRate=1e-3,90:temperature=0.7,90:learningRate=5e-4`;
const changes = [{ step: 60, change: { learningRate: 1e-3 } }, { step: 90, change: { temperature: 0.7, learningRate: 5e-4 } }];

describe('a run that a link changes as it trains', () => {
  beforeEach(stubWorkers);
  afterEach(restoreWorkers);

  test('starts with its changes, which are its own from then on', () => {
    const { playground, worker, run } = started(asked);
    expect(worker.commands[0]).toMatchObject({ type: 'start', config: { learningRate: 6e-3 }, schedule: changes });
    expect(playground.setup.schedule).toEqual([]);
    worker.status(run, 'finished', 150);
    playground.launcher.toggle();
    expect(worker.commands.at(-1)).toMatchObject({ type: 'start' });
    expect(worker.commands.at(-1)).not.toHaveProperty('schedule');
  });

  test('takes the knobs with it, but not one that was turned by hand', () => {
    const { playground, worker, run } = started(asked);
    playground.setup.set('temperature', 0.9);
    worker.tell({ type: 'changed', run, step: 60, changes: [{ key: 'learningRate', from: 6e-3, to: 1e-3 }] });
    vi.advanceTimersByTime(1000);
    // The learning rate that stood when the temperature was turned is not asked for again.
    expect(worker.commands.slice(1)).toEqual([{ type: 'change', run, change: { temperature: 0.9 } }]);
    expect(playground.setup.config).toMatchObject({ learningRate: 1e-3, temperature: 0.9 });
    playground.setup.set('learningRate', 2e-3);
    vi.advanceTimersByTime(1000);
    worker.tell({ type: 'changed', run, step: 70, changes: [{ key: 'learningRate', from: 1e-3, to: 2e-3 }] });
    playground.setup.set('learningRate', 3e-3);
    worker.tell({ type: 'changed', run, step: 90, changes: [{ key: 'learningRate', from: 2e-3, to: 5e-4 }] });
    expect(playground.setup.config['learningRate'], 'asked for, and on its way').toBe(3e-3);
    expect(playground.selected!.config['learningRate']).toBe(5e-4);
  });

  test('keeps its link in the address, before it starts and as long as nothing else is wanted', () => {
    const playground = new Playground(`${asked}&title=Too+late&pace=20`, 'http://localhost/');
    const before = '?lab=grpo&preset=entropy-collapse&changes=60:learningRate=1e-3,90:temperature=0.7,90:learningRate=5e-4&title=Too%20late&v=1';
    expect(playground.address).toBe(before);
    playground.launcher.toggle();
    const [worker] = WorkerStub.all;
    const run = playground.selected!.id;
    worker!.status(run, 'running', 70);
    worker!.tell({ type: 'changed', run, step: 60, changes: [{ key: 'learningRate', from: 6e-3, to: 1e-3 }] });
    const { schedule, view } = decodeLink(playground.address, labs);
    expect([schedule, view.title]).toEqual([changes, 'Too late']);
    playground.setup.set('rolloutN', 8);
    expect(playground.address).toBe('?lab=grpo&preset=entropy-collapse&learningRate=1e-3&rolloutN=8&title=Too%20late&v=1');
    playground.setup.choosePreset('healthy');
    expect(playground.address).toBe('?lab=grpo&preset=healthy&v=1');
  });

  test('leaves its changes out where another preset, Reset, or fewer steps leave them no sense', () => {
    const playground = new Playground(asked, 'http://localhost/');
    playground.setup.set('steps', 70);
    playground.launcher.toggle();
    expect(WorkerStub.all[0]!.commands[0]).toMatchObject({ schedule: [changes[0]] });
    for (const leave of [(page: Playground) => page.setup.reset(), (page: Playground) => page.setup.choosePreset('healthy')]) {
      const other = new Playground(asked, 'http://localhost/');
      leave(other);
      expect(other.setup.schedule).toEqual([]);
    }
  });

  test('is shared with the changes that were made by hand, and trained again with them', () => {
    const { playground, worker, run } = started();
    worker.tell({ type: 'status', run, state: 'running', step: 60, steps: 150, notes: [], checkpoints: [0], engine: { id: 'cpu' } });
    playground.setup.set('learningRate', 1e-3);
    vi.advanceTimersByTime(1000);
    worker.tell({ type: 'changed', run, step: 61, changes: [{ key: 'learningRate', from: 6e-3, to: 1e-3 }] });
    const link = linkOf(playground.selected!);
    expect(link).toBe('?lab=grpo&preset=entropy-collapse&changes=61:learningRate=1e-3&v=1');
    expect(linkOf(playground.selected!, { engine: true })).toContain('&engine=cpu&changes=');
    expect(playground.setup.link, 'the settings as they stand').toContain('&learningRate=1e-3&v=1');
    worker.status(run, 'finished', 150);
    playground.launcher.replay(playground.selected!);
    expect(worker.commands.at(-1)).toMatchObject({
      type: 'start', config: { learningRate: 6e-3, engine: 'cpu' }, schedule: [{ step: 61, change: { learningRate: 1e-3 } }],
    });
  });

  test('that was cut off goes on with what it changed after its last checkpoint', async () => {
    const { playground, worker, run: id } = started();
    const run = playground.selected!;
    const steps = Int32Array.from({ length: 30 }, (_, i) => i);
    worker.tell({ type: 'metrics', run: id, replicas: 1, steps, seconds: Float64Array.from(steps), columns: { reward: new Float64Array(30) } });
    worker.tell({ type: 'changed', run: id, step: 15, changes: [{ key: 'temperature', from: 1, to: 0.9 }] });
    worker.tell({ type: 'changed', run: id, step: 25, changes: [{ key: 'learningRate', from: 6e-3, to: 1e-3 }] });
    worker.status(id, 'stopped', 29, [0, 10, 20]);
    await playground.launcher.goOn(run);
    expect(worker.commands.at(-1)).toMatchObject({
      from: { run: id, step: 20 }, config: { learningRate: 6e-3, temperature: 0.9 }, schedule: [{ step: 25, change: { learningRate: 1e-3 } }],
    });
    expect(run.head.schedule).toEqual([{ step: 25, change: { learningRate: 1e-3 } }]);
    worker.tell({ type: 'changed', run: id, step: 25, changes: [{ key: 'learningRate', from: 6e-3, to: 1e-3 }] });
    expect(run.config['learningRate']).toBe(1e-3);
  });
});

/** A run with final scores of its seeds. */
function recorded(scores: readonly number[], change: Partial<RunHead> = {}): RunRecord {
  const config = change.config ?? preset('collapse', { replicas: scores.length });
  const head = beginRecord(
    { lab: 'grpo', preset: 'collapse', base: preset('collapse'), config, steps: 120, seeds: scores.map((_, i) => i) },
    { id: 'a-run', version: '1.2.3', created: Date.UTC(2026, 9, 7, 8, 30) },
  );
  const recorder = new Recorder(grpo, { ...head, ...change });
  const columns = { 'validation.answer': Float64Array.from([...scores.map(() => 0.5), ...scores]), entropy: Float64Array.from(scores.flatMap(() => [0.2, 0.1])) };
  recorder.apply({ type: 'metrics', replicas: scores.length, steps: Int32Array.of(0, 120), seconds: Float64Array.of(0, 30), columns }, 0);
  recorder.apply({ type: 'status', state: 'finished', step: 120, steps: 120, notes: [], checkpoints: [], bytes: 84e6, engine: { id: 'cpu-fma' } }, 0);
  return recorder.record;
}

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

describe('what a run costs', () => {
  const config = preset('collapse', { replicas: 2 });
  const { series: _, ...head } = recorded([0.7, 0.8]);
  test('is known of runs whose steps cost the same, however many they are', () => {
    expect(costOf(grpo, config, [head])).toEqual({ seconds: 30, bytes: 84e6 });
    expect(costOf(grpo, { ...config, steps: 1200, learningRate: 1e-3, seed: 7 }, [head])!.seconds).toBeCloseTo(300, 9);
  });

  test.each([
    ['another shape', { ...config, rolloutN: 16 }, head],
    ['more seeds', { ...config, replicas: 3 }, head],
    ['a term of the loss that was not there', { ...config, entropyCoefficient: 0.01 }, head],
    ['no run', config, undefined],
    ['too few steps', config, { ...head, step: 5 }],
    ['a run that trained with others', config, { ...head, held: { keys: ['learningRate'], knobs: config } }],
    ['another lab', config, { ...head, lab: 'pointer' }],
    ['a shape that changed on the way', config, { ...head, events: [{ type: 'changed', step: 60, at: 0, changes: [{ key: 'rolloutN', from: 4, to: 16 }] }] }],
  ] as [string, typeof config, RunHead | undefined][])('is not known after %s', (_, wanted, before) => {
    expect(costOf(grpo, wanted, before ? [before] : [])).toBeUndefined();
  });

  test('is said as people say it', () => {
    const t = (id: string, values?: Values): string => message('en', id, values);
    expect([0.2, 1.2, 45, 119, 200, 7000, 10_080].map((seconds) => timeText(seconds, t))).toEqual(['1 s', '2 s', '45 s', '2 min', '4 min', '2 h', '2.8 h']);
    expect([1e5, 84e6, 2.34e9].map((bytes) => memoryText(bytes, t))).toEqual(['1 MB', '84 MB', '2.4 GB']);
  });
});

describe('a report', () => {
  const wording = (language: Language): Wording => ({
    t: (id, values) => message(language, id, values, 'grpo'),
    optional: (id, values) => (hasMessage(language, id, 'grpo') ? message(language, id, values, 'grpo') : undefined),
    evidence: evidenceValues,
    note: ({ id, values }) => message(language, id, values, 'grpo'),
  });
  const reported = (record: RunRecord, more: Partial<ReportedRun> = {}): ReportedRun => ({ head: record, name: 'A run', link: 'https://example.org/?lab=grpo&v=1', ...more });
  const figure = { kind: 'figure', name: 'entropy', title: 'Entropy <b>', svg: '<svg><text>Entropy</text></svg>' } as const;

  test('of one run tells what it came to before anything else, then what differs, what was found, how to repeat it, and on what', () => {
    const changed = { type: 'changed', step: 61, at: 0, changes: [{ key: 'learningRate', from: 3e-3, to: 1e-3 }] } as const;
    const record = { ...recorded([0.7, 0.8, 0.9], { config: preset('collapse', { replicas: 3, learningRate: 1e-2 }), events: [changed] }) };
    const told = toMarkdown(reportOf(grpo, [reported(record)], wording('en')), 'none');
    expect(told).toContain('# A run\n');
    expect(told).toContain('| :-- | --: | --: |');
    expect(told.split('\n').slice(0, 3)).toEqual(['# A run', '', 'Validation answers right: 0.80 ± 0.10 SD at the end. Best of the mean: 0.80 (step 120).']);
    expect(told, 'not the advice of the preset').not.toContain(message('en', 'preset.grpo.collapse.story', {}, 'grpo').slice(0, 30));
    expect(told).toContain('[Train again: A run](https://example.org/?lab=grpo&v=1)');
    expect(told).toMatch(/^\| Learning rate `learningRate` \| 3e-3 \| 0\.01 \|$/m);
    expect(told).not.toContain('`temperature`');
    expect(told).toContain('- Changed before step 61: Learning rate 3e-3 → 1e-3.');
    expect(told).toMatch(/\| 0\.80 \| 0\.10 \| 0\.80 \(step 120\) \| 0\.50 … 0\.80 \|/);
    expect(told).toContain('- No detector found anything up to step 120.');
    expect(told).toMatch(/finished · 120 of 120 steps · 3 seeds: 0, 1, 2 · engine .*· Tuning Playground 1\.2\.3 · 2026-10-07 08:30 UTC/);
    expect(told.split('\n').filter((line) => /^#/.test(line))).toEqual(['# A run', '## Settings', '## Results', '## Findings', '## Train again', '## Measured with']);
  });

  test('of several pairs them by their seeds', () => {
    const first = recorded([0.5, 0.6, 0.7]);
    const second = recorded([0.62, 0.7, 0.83, 0.1], { seeds: [0, 1, 2, 9], config: preset('collapse', { replicas: 4, temperature: 0.7 }) });
    const apart = recorded([0.5], { seeds: [77] });
    const told = toMarkdown(reportOf(grpo, [reported(first, { name: 'One' }), reported(second, { name: 'Two' }), reported(apart, { name: 'Three' })], wording('en')), 'none');
    // Differences .12, .1 and .13: mean .117, t(2) = 4.303, sd .0153.
    expect(told).toMatch(/\| Two \| \+0\.12 ± 0\.04 at 95% \(3 seeds\) \|/);
    expect(told).toMatch(/\| Three \| no seed in common \|/);
    expect(told).toMatch(/\| One \| – \|/);
    expect(told).toContain('| Metric | Run | Difference to One, end |');
    expect(told.split('\n').slice(0, 5)).toEqual([
      '# Compared: One, Two, Three', '',
      '- **One**: Validation answers right: 0.60 ± 0.10 SD at the end. Best of the mean: 0.60 (step 120).',
      '- **Two**: Validation answers right: 0.56 ± 0.32 SD at the end. Best of the mean: 0.56 (step 120). Compared with One: better, in 3 of 3 seeds.',
      '- **Three**: Validation answers right: 0.50 at the end. Best of the mean: 0.50 (step 0). Compared with One: not known: no seed in common.',
    ]);
    expect(told).toMatch(/^\| Temperature `temperature` \| 1 \| 1 \| 0\.7 \| 1 \|$/m);
  });

  test('names the parent of a fork where it is told of, and offers to train only its settings', () => {
    const parent = { ...recorded([0.5]), id: 'parent' };
    const fork = recorded([0.6], { from: { run: 'parent', step: 20 } });
    const both = toMarkdown(reportOf(grpo, [reported(parent, { name: 'First' }), reported(fork, { name: 'Second' })], wording('en')), 'none');
    expect(both).toContain('- **Second**: Began with the weights of step 20 of First.');
    expect(both).toContain('- [Train again: First](');
    expect(both).toContain('- [Train its settings from step 0: Second](');
    const alone = toMarkdown(reportOf(grpo, [reported(fork)], wording('en')), 'none');
    expect(alone).toContain('Began with the weights of step 20 of another run.');
  });

  test('says whose a note is where there are several runs', () => {
    const runs = [reported(recorded([0.5]), { name: 'One' }), reported(recorded([0.6]), { name: 'Two', note: 'Why is it better?\nAsk Ann.' })];
    expect(toMarkdown(reportOf(grpo, runs, wording('en')), 'none')).toContain('\n> **Two**: Why is it better?\n> Ask Ann.\n');
    expect(toMarkdown(reportOf(grpo, runs.slice(1), wording('en')), 'none')).toContain('\n> Why is it better?\n> Ask Ann.\n');
    expect(toHtml(reportOf(grpo, runs, wording('en')), 'x', 'en')).toContain('<blockquote><strong>Two</strong>: Why is it better?<br>Ask Ann.</blockquote>');
  });

  test('says what several runs note once, with their names where it is not all of them', () => {
    const noting = (name: string, ...ids: string[]): ReportedRun => reported({ ...recorded([0.5]), notes: ids.map((id) => ({ id })) }, { name });
    const runs = [noting('One', 'note.noWebgpu', 'note.weightsNotKept'), noting('Two', 'note.noWebgpu'), noting('Three', 'note.noWebgpu', 'note.weightsNotKept')];
    const lines = toMarkdown(reportOf(grpo, runs, wording('en')), 'none').split('\n');
    const said = (id: string): string[] => lines.filter((line) => line.includes(message('en', id)));
    expect(said('note.noWebgpu')).toEqual([`- ${message('en', 'note.noWebgpu')}`]);
    expect(said('note.weightsNotKept')).toEqual([`- **One, Three**: ${message('en', 'note.weightsNotKept')}`]);
  });

  test('of many runs has a title of one line', () => {
    const many = Array.from({ length: 5 }, (_, i) => reported(recorded([0.5]), { name: `Run ${i}` }));
    expect(toMarkdown(reportOf(grpo, many, wording('en')), 'none')).toMatch(/^# 5 runs compared: /);
  });

  test('tells no difference between tasks or of unequal training without saying so', () => {
    const first = recorded([0.5, 0.6]);
    const other = recorded([0.7, 0.8], { config: preset('entropy-collapse', { replicas: 2 }) });
    const shorter = { ...recorded([0.6, 0.7]), step: 60 };
    const told = toMarkdown(reportOf(grpo, [reported(first, { name: 'One' }), reported(other, { name: 'Two' }), reported(shorter, { name: 'Three' })], wording('en')), 'none');
    expect(told).toMatch(/\| Validation answers right \| Two \| – \|/);
    expect(told).toMatch(/\| Validation answers right \| Three \| \+0\.10 ± /);
    expect(told).toContain('Not compared with One: Two.');
    expect(told).toContain('different steps (60, 120)');
  });

  test('keeps what people wrote a text, in Markdown and in HTML', () => {
    const name = '<script>alert(1)</script> | `x` *y* [z](javascript:alert(1)) $a$ #1';
    const note = '# not a heading\n- not a list\n<img src=x onerror=alert(1)>\n1. no number';
    const blocks = reportOf(grpo, [reported(recorded([0.7, 0.8]), { name, note, recorded: 'a|b.jsonl' }), reported(recorded([0.7, 0.8]))], wording('en'), [figure]);
    const markdown = toMarkdown(blocks, 'files');
    expect(markdown).toContain('\\<script>alert(1)\\</script> \\| \\`x\\` \\*y\\* \\[z\\](javascript:alert(1)) \\$a\\$ #1');
    expect(markdown).toContain('#1**: \\# not a heading\n> \\- not a list\n> \\<img src=x onerror=alert(1)>\n> 1\\. no number');
    const columns = markdown.split('\n').filter((line) => line.startsWith('|')).map((line) => line.replace(/\\./g, '').split('|').length);
    expect(new Set(columns).size, 'every table keeps its columns').toBeLessThanOrEqual(2);
    expect(markdown).toContain('![Entropy \\<b>](entropy.svg)');
    expect(toMarkdown(blocks, 'none')).not.toContain('entropy.svg');
    const html = toHtml(blocks, 'runs', 'en');
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(html).not.toMatch(/<script|<img/);
    expect(html, 'a chart has its title in it').toContain('<figure><svg><text>Entropy</text></svg></figure>');
  });

  test('is worded in Chinese, too, without a placeholder left', () => {
    const record = recorded([0.5, 0.1], { from: { run: 'other', step: 20 }, events: [{ type: 'changed', step: 61, at: 0, changes: [{ key: 'learningRate', from: 3e-3, to: 1e-3 }] }] });
    const told = toMarkdown(reportOf(grpo, [reported(record, { recorded: 'x.jsonl' }), reported(recorded([0.4, 0.2]))], wording('zh')), 'none');
    expect(told).toContain('在第 61 步之前更改：');
    expect(told).not.toMatch(/[{}]|report\.|carry\./);
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
