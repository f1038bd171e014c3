import { describe, expect, test } from 'vitest';
import { grpo } from '../../src/core/labs/grpo/index.js';
import { hasMessage, message, type Language } from '../../src/core/messages/messages.js';
import { toHtml } from '../../src/core/run/html.js';
import { toMarkdown } from '../../src/core/run/markdown.js';
import type { RunRecord } from '../../src/core/run/record.js';
import { reportOf, type ReportedRun, type Wording } from '../../src/core/run/report.js';
import { evidenceValues } from '../../src/ui/state/wording.js';
import { preset } from './runCurves.js';
import { recorded } from './recordedRuns.js';

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
