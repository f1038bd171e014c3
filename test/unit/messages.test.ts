import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { presetConfig } from '../../src/core/labs/configure.js';
import { labs } from '../../src/core/labs/index.js';
import type { Lab } from '../../src/core/labs/lab.js';
import { english } from '../../src/core/messages/en/index.js';
import { labTexts, type Catalogue } from '../../src/core/messages/labs.js';
import { hasMessage, loadLanguage, message, type Language, type Values } from '../../src/core/messages/messages.js';
import { chinese } from '../../src/core/messages/zh/index.js';
import type { Config, Parameter, Value } from '../../src/core/parameters.js';
import { kinds, problemLine, type Problem } from '../../src/core/problem.js';
import { views } from '../../src/ui/inspect/views.js';
import { noteText, problemText } from '../../src/ui/state/wording.js';

const languages = ['en', 'zh'] as const;
const ui = new URL('../../src/ui/', import.meta.url);

/** The common part, each lab's and the bench's, in both languages. */
const parts: [name: string, texts: Record<Language, Catalogue>][] = [['common', { en: english, zh: chinese }]];
for (const id of [...labs.map((lab) => lab.id), 'bench']) {
  await Promise.all(languages.map((language) => loadLanguage(language, id)));
  parts.push([id, { en: (await labTexts[id]!.en()).texts, zh: (await labTexts[id]!.zh()).texts }]);
}

const missingIn = (ids: readonly string[], lab?: string): string[] =>
  languages.flatMap((language) => ids.filter((id) => !hasMessage(language, id, lab)).map((id) => `${language} ${id}`));
const placeholders = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!).sort();

function someValues(parameter: Parameter): readonly Value[] {
  if (parameter.kind === 'choice') return parameter.options;
  if (parameter.kind === 'switch') return [true, false];
  return parameter.zero ? [0, parameter.min, parameter.max] : [parameter.min, parameter.max];
}

/** The reasons that knobs give for changing nothing, over every preset and every one change to it. */
function inertReasons(lab: Lab): string[] {
  const configs = lab.presets.flatMap((preset): Config[] => {
    const config = presetConfig(lab, preset);
    return lab.parameters.flatMap((parameter) =>
      someValues(parameter).map((value) => ({ ...config, [parameter.key]: value })),
    );
  });
  const reasons = new Set<string>();
  for (const { inert } of lab.parameters) {
    if (!inert) continue;
    for (const config of configs) {
      const reason = inert(config);
      if (reason !== undefined) reasons.add(reason);
    }
  }
  return [...reasons];
}

/** The ids that sources ask for as they are, `t('…')`. */
function askedIn(folder: URL): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(svelte|ts)$/.test(name));
  const sources = files.map((name) => readFileSync(new URL(name, folder), 'utf8'));
  return sources.flatMap((source) => [...source.matchAll(/\bt\(\s*'([^']+)'/g)].map((match) => match[1]!));
}

describe.each(labs.map((lab) => [lab.id, lab] as const))('lab %s is worded', (id, lab) => {
  const missing = (ids: readonly string[]): string[] => missingIn(ids, id);

  test('the lab and its variants', () => {
    expect(missingIn([`lab.${id}`, `lab.${id}.about`]), 'the list of labs knows it before its own texts are there').toEqual([]);
    expect(missing([`lab.${id}.story`])).toEqual([]);
    if (!lab.variants) return;
    const { key, defaults } = lab.variants;
    const ids = Object.keys(defaults).flatMap((variant) => [`${key}.${variant}`, `${key}.${variant}.story`]);
    expect(missing(ids)).toEqual([]);
  });

  test('groups, parameters and options', () => {
    expect(missing(lab.groups.map((group) => `group.${group}`))).toEqual([]);
    expect(missing(lab.parameters.flatMap(({ key }) => [`parameter.${key}`, `parameter.${key}.hint`]))).toEqual([]);
    const options = lab.parameters.flatMap((parameter) =>
      parameter.kind === 'choice' ? parameter.options.map((option) => `option.${parameter.key}.${option}`) : [],
    );
    expect(missing(options)).toEqual([]);
  });

  test('what can change while a run trains: all of it has a slider, as knob.legend says', () => {
    expect(lab.parameters.filter(({ live, kind }) => live && kind !== 'number').map(({ key }) => key)).toEqual([]);
  });

  test('why a knob changes nothing', () => {
    const reasons = inertReasons(lab);
    if (lab.parameters.some((parameter) => parameter.inert)) expect(reasons).not.toEqual([]);
    expect(missing(reasons)).toEqual([]);
  });

  test('metrics and units', () => {
    expect(missing(lab.metrics.flatMap((metric) => [`metric.${metric.id}`, `metric.${metric.id}.hint`]))).toEqual([]);
    expect(missing(lab.metrics.map(({ group }) => `charts.group.${group}`))).toEqual([]);
    expect(missing(lab.metrics.map((metric) => `unit.${metric.unit}`))).toEqual([]);
    expect(missing(lab.metrics.flatMap(({ chart }) => (chart?.levels ?? []).map((level) => `level.${level.id}`)))).toEqual([]);
  });

  test('presets', () => {
    const ids = lab.presets.map((preset) => `preset.${id}.${preset.id}`);
    expect(missing(ids.flatMap((title) => [title, `${title}.story`]))).toEqual([]);
  });

  test('findings', () => {
    const parts = ['', '.evidence', '.cause', '.fix'];
    const ids = lab.detectors.flatMap((detector) => parts.map((part) => `finding.${detector.id}${part}`));
    expect(ids).not.toEqual([]);
    expect(missing(ids)).toEqual([]);
  });

  test('views', () => {
    expect(lab.views).not.toEqual([]);
    expect(lab.views.filter((name) => !Object.hasOwn(views, name))).toEqual([]);
    const asked = askedIn(new URL(`inspect/${id}/`, ui));
    expect(asked).not.toEqual([]);
    expect(missing(asked)).toEqual([]);
  });
});

describe('problems are worded', () => {
  const reasons: Record<Problem['reason'], true> = {
    unknown: true,
    empty: true,
    'not-a-number': true,
    comma: true,
    'not-an-integer': true,
    'out-of-range': true,
    'not-an-option': true,
    'not-a-switch': true,
    'not-applicable': true,
    'other-variant': true,
    'badly-encoded': true,
    repeated: true,
    'too-long': true,
    'too-many': true,
    'not-a-change': true,
    'not-live': true,
    'wrong-kind': true,
    'not-json': true,
    'no-run': true,
    'newer-schema': true,
    'not-later': true,
    'no-metric': true,
  };

  const rolloutN: Problem = {
    key: 'rolloutN', received: 'many', reason: 'not-a-number', expected: { min: 2, max: 32 }, kept: 4,
  };
  const inPage = (problem: Problem, language: Language): string =>
    problemText(
      problem,
      (id, values) => message(language, id, values, 'grpo'),
      (id) => (hasMessage(language, id, 'grpo') ? message(language, id, {}, 'grpo') : undefined),
    );

  test('each names the field and what came, in the language of the page', () => {
    expect(inPage(rolloutN, 'en')).toBe('Rollout n: “many” is not a number. Right: 2 to 32. Using 4.');
    expect(inPage(rolloutN, 'zh')).toBe('Rollout n（组大小）：“many”不是数字。应为：2 到 32。当前使用 4。');
    for (const reason of Object.keys(reasons) as Problem['reason'][]) {
      for (const language of ['en', 'zh'] as const) {
        const text = inPage({ ...rolloutN, reason, ...(reason === 'wrong-kind' && { expected: 'number' }) }, language);
        expect(text).not.toMatch(/[{}]|problem\.|kind\./);
        if (reason !== 'too-many' && reason !== 'not-json') expect(text).toContain('Rollout n');
        if (!['too-many', 'unknown', 'empty', 'no-run', 'no-metric'].includes(reason)) expect(text).toContain('many');
      }
    }
  });

  test('every kind of value has words', () => {
    expect(missingIn(Object.keys(kinds).map((kind) => `kind.${kind}`))).toEqual([]);
  });

  test('what is right is said, and what is used where something is', () => {
    const kl: Problem = { key: 'klCoefficient', received: '7', reason: 'out-of-range', expected: { min: 1e-4, max: 1, zero: true } };
    expect(inPage(kl, 'en')).toBe('KL coefficient: 7 is out of range. Right: 0 or 1e-4 to 1.');
    expect(problemLine(kl)).toBe('klCoefficient: 7 is out of range (expected 0 or 1e-4 to 1)');
    const switched: Problem = { key: 'clipping', received: 'maybe', reason: 'not-a-switch', kept: true };
    expect(inPage(switched, 'en')).toMatch(/Right: on, off\. Using on\.$/);
  });
});

test('a note names engines, metrics and knobs as the page does', () => {
  const t = (id: string, values?: Values): string => message('zh', id, values, 'grpo');
  const inChinese = (id: string, values: Values = {}): string =>
    noteText({ id, values }, t, (each) => (hasMessage('zh', each, 'grpo') ? t(each) : undefined));
  const stopped = inChinese('note.notFinite', { step: 12, what: 'gradNorm', kept: 11 });
  expect(stopped).toContain(t('metric.gradNorm'));
  const lower = inChinese('note.outOfMemory', { lower: 'replicas rolloutN' });
  expect(lower).toContain(`${t('parameter.replicas')}、${t('parameter.rolloutN')}`);
  const engine = { engine: 'reference-webgpu', used: 'reference-wasm', reason: 'no adapter' };
  expect(inChinese('note.engineUnavailable', engine)).toContain(t('option.engine.reference-webgpu'));
});

test('a word stands in the form that its number asks for', () => {
  const removed = (language: Language): string[] => [0, 1, 2, 21].map((count) => message(language, 'runs.removed', { count }));
  expect(removed('en')).toEqual(['Removed 0 runs.', 'Removed 1 run.', 'Removed 2 runs.', 'Removed 21 runs.']);
  expect(new Set(removed('zh').map((text) => text.replace(/\d+/, '#'))).size).toBe(1);
  expect(message('en', 'carry.known', { file: 'x', count: 1 })).toBe('x: 1 run is here already.');
  expect(message('en', 'note.runsDamaged', { count: 1 })).toMatch(/^1 stored run could not be read, because it is damaged or was stored .* It is left as it is\.$/);
});

test('a lab’s own text is told where it has one, else the common one, and neither in another lab', () => {
  const hints = [message('en', 'parameter.replicas.hint', {}, 'grpo'), message('en', 'parameter.replicas.hint')];
  expect(hints[0]).toContain('tool-choice');
  expect(hints[1]).not.toContain('tool-choice');
  expect(message('en', 'run.run', {}, 'grpo')).toBe(message('en', 'run.run'));
  expect(hasMessage('en', 'parameter.rolloutN')).toBe(false);
});

test('what the page asks for whatever the lab is common', () => {
  const folders = readdirSync(ui, { withFileTypes: true }).filter((entry) => entry.isDirectory() && !['inspect', 'bench'].includes(entry.name));
  const asked = folders.flatMap(({ name }) => askedIn(new URL(`${name}/`, ui)));
  expect(asked.length).toBeGreaterThan(100);
  expect(missingIn(asked)).toEqual([]);
  const bench = askedIn(new URL('bench/', ui));
  expect(bench.length).toBeGreaterThan(10);
  expect(missingIn(bench, 'bench')).toEqual([]);
});

describe.each(parts)('the catalogue, part %s,', (name, { en, zh }) => {
  test('says something under every id in both languages, which fill in the same values', () => {
    expect(Object.keys(zh).sort()).toEqual(Object.keys(en).sort());
    for (const id of Object.keys(en)) {
      expect([id, en[id]!.trim() !== '', zh[id]!.trim() !== '']).toEqual([id, true, true]);
      expect([id, placeholders(zh[id]!)]).toEqual([id, placeholders(en[id]!)]);
    }
  });

  test('counts in words that fit the number, in English; Chinese has one form', () => {
    for (const [id, text] of Object.entries(en)) {
      expect([id, /\w\(e?s\)/.test(text)]).toEqual([id, false]);
      const counted = [...text.matchAll(/\{(\w+)\|[^|{}]+\|[^|{}]+\}/g)].map((match) => match[1]!);
      expect([id, counted.filter((value) => !placeholders(text).includes(value))], 'the number is said, too').toEqual([id, []]);
    }
    const rest = (texts: Catalogue, form: RegExp): string[] => Object.keys(texts).filter((id) => /[{}]/.test(texts[id]!.replace(form, '')));
    expect(rest(en, /\{\w+(\|[^|{}]+\|[^|{}]+)?\}/g)).toEqual([]);
    expect(rest(zh, /\{\w+\}/g)).toEqual([]);
  });

  test('has no text of a parameter, metric or preset that is gone', () => {
    const owned = labs.filter(({ id }) => id === name || name === 'common');
    const unowned = (prefix: string, owners: readonly string[]): string[] =>
      Object.keys(en).filter(
        (id) => id.startsWith(prefix) && !owners.some((owner) => `${id}.`.startsWith(`${prefix}${owner}.`)),
      );
    expect(unowned('parameter.', owned.flatMap((lab) => lab.parameters.map(({ key }) => key)))).toEqual([]);
    expect(unowned('metric.', owned.flatMap((lab) => lab.metrics.map((metric) => metric.id)))).toEqual([]);
    const presets = owned.flatMap((lab) => lab.presets.map((preset) => `${lab.id}.${preset.id}`));
    expect(unowned('preset.', presets)).toEqual([]);
  });

  test('leaves no English sentence in Chinese', () => {
    const sentence = /[A-Za-z][\w'’-]*(?:,? +[A-Za-z][\w'’-]*){4}/;
    expect(Object.entries(zh).filter(([, text]) => sentence.test(text))).toEqual([]);
  });

  test('sets what a person calls a run apart from the Chinese around it, also in another script', () => {
    const joined = /[\u4e00-\u9fff]\{(name|base|run|query)\}|\{(name|base|run|query)\}[\u4e00-\u9fff]/;
    expect(Object.entries(zh).filter(([, text]) => joined.test(text))).toEqual([]);
  });

  test('has one Chinese word for one thing', () => {
    const others = /词元|提示词|奈特|纳特|无效分组|稳妥|参考策略|（不变）/;
    expect(Object.entries(zh).filter(([, text]) => others.test(text))).toEqual([]);
  });

  test('has labels, titles and hints that fit where they are shown', () => {
    const longer = (pattern: RegExp, most: number): string[] =>
      Object.keys(en).filter((id) => pattern.test(id) && en[id]!.length > most);
    expect(longer(/^parameter\..*(?<!\.hint)$/, 22)).toEqual([]);
    expect(longer(/^preset\.[\w-]+\.[\w-]+$/, 40)).toEqual([]);
    expect(longer(/\.hint$/, 240)).toEqual([]);
  });
});
