import { describe, expect, it, test, vi } from 'vitest';
import type { Config, Parameter, Value } from '../../src/core/parameters.js';
import { problemLine } from '../../src/core/problem.js';
import { applyValues } from '../../src/core/readValues.js';
import { defaultConfig, presetConfig } from '../../src/core/labs/configure.js';
import { grpo } from '../../src/core/labs/grpo/index.js';
import { labs } from '../../src/core/labs/index.js';
import { RandomSequence } from '../../src/core/random.js';
import type { ScheduledChange } from '../../src/core/protocol.js';
import { decodeLink, encodeLink, fitsLink } from '../../src/core/share.js';
import { absoluteLink } from '../../src/ui/state/links.js';

const collapse = presetConfig(grpo, grpo.presets.find(({ id }) => id === 'collapse')!);
const decode = (search: string) => decodeLink(search, labs);
const lines = (search: string): string[] => decode(search).problems.map(problemLine);

/** Any right value of a parameter, the ends of its range among them. */
function anyValue(parameter: Parameter, random: RandomSequence): Value {
  if (parameter.kind === 'switch') return random.chance(0.5);
  if (parameter.kind === 'choice') return parameter.options[random.integer(parameter.options.length)]!;
  if (parameter.values) return parameter.values[random.integer(parameter.values.length)]!;
  if (parameter.zero && random.chance(0.2)) return 0;
  if (random.chance(0.2)) return random.chance(0.5) ? parameter.min : parameter.max;
  const value = parameter.min + (parameter.max - parameter.min) * random.uniform() ** 4;
  return parameter.integer ? Math.round(value) : value;
}

describe('links', () => {
  it('hold only what differs from the preset, as a person would write it', () => {
    expect(encodeLink(grpo, 'collapse', collapse, { ...collapse, learningRate: 1e-3 })).toBe(
      '?lab=grpo&preset=collapse&learningRate=1e-3&v=1',
    );
    expect(encodeLink(grpo, 'collapse', collapse, collapse)).toBe('?lab=grpo&preset=collapse&v=1');
    const { lab, configured, embed, problems } = decode('lab=grpo&preset=collapse&learningRate=1e-3');
    expect([lab, configured.preset?.id, configured.config.learningRate]).toEqual([grpo, 'collapse', 1e-3]);
    expect([embed, problems]).toEqual([undefined, []]);
  });

  it('without anything give the first lab and its first preset', () => {
    for (const search of ['', '?', '?&&', '?lang=zh&theme=dark']) {
      const { lab, configured, problems } = decode(search);
      expect([lab, configured.preset?.id, problems]).toEqual([labs[0], labs[0]!.presets[0]!.id, []]);
    }
  });

  it('bring back every valid config, with a preset or without, bit for bit', () => {
    for (let trial = 0; trial < 500; trial++) {
      const random = new RandomSequence(trial, 0, 0);
      const preset = random.chance(0.3) ? undefined : grpo.presets[random.integer(grpo.presets.length)]!;
      const tasks = Object.keys(grpo.variants!.defaults);
      const base = preset ? presetConfig(grpo, preset) : defaultConfig(grpo, { task: tasks[random.integer(3)]! });
      const changes: Record<string, Value> = {};
      for (const parameter of grpo.parameters) {
        if (random.chance(0.3)) changes[parameter.key] = anyValue(parameter, random);
      }
      const config: Config = applyValues(grpo.parameters, base, changes).config;
      const link = encodeLink(grpo, preset?.id, base, config);
      const { configured, problems } = decode(link);
      expect([link, configured.config, problems]).toEqual([link, config, []]);
      const again = encodeLink(grpo, configured.preset?.id, configured.base, configured.config);
      expect(again).toBe(link);
    }
  });

  it('may have digits as a Chinese keyboard gives them', () => {
    const { configured, problems } = decode('?rolloutN=１２&learningRate=５ｅ－４&temperature=０．５');
    expect([configured.config, problems]).toMatchObject([{ rolloutN: 12, learningRate: 5e-4, temperature: 0.5 }, []]);
  });

  it('hold what an embedding page shows', () => {
    const shown = { knobs: ['learningRate', 'rolloutN'], charts: ['entropy', 'validation.answer'] };
    const link = encodeLink(grpo, 'collapse', collapse, collapse, shown);
    const asked = 'embed=1&knobs=learningRate,rolloutN&charts=entropy,validation.answer';
    expect(link).toBe(`?lab=grpo&preset=collapse&${asked}&v=1`);
    expect(decode(link).embed).toEqual(shown);
    expect(decode(link.replaceAll(',', '%2C')).embed).toEqual(shown);
    expect(decode('?embed').embed).toEqual({ knobs: [], charts: [] });
    expect(decode('?embed=0&knobs=seed').embed).toBeUndefined();
  });

  it('hold changes of knobs with their steps, as the command line takes them', () => {
    const schedule = [{ step: 30, change: { learningRate: 1e-3, 'rewardWeights.brevity': 0.5 } }, { step: 90, change: { temperature: 0.7 } }];
    const link = encodeLink(grpo, 'collapse', collapse, collapse, undefined, { schedule });
    expect(link).toBe('?lab=grpo&preset=collapse&changes=30:learningRate=1e-3,30:rewardWeights.brevity=0.5,90:temperature=0.7&v=1');
    for (const written of [link, link.replaceAll(/[:,]|(?<=e|y)=(?=\d)/g, encodeURIComponent)]) {
      expect(decode(written)).toMatchObject({ schedule, configured: { config: collapse }, problems: [] });
    }
    expect(decode('?preset=collapse&changes=90:temperature=0.7,30:learningRate=1e-3').schedule.map(({ step }) => step)).toEqual([30, 90]);
    expect(decode('?preset=collapse&changes=').schedule).toEqual([]);
    const many = (count: number): ScheduledChange[] => Array.from({ length: count }, (_, i) => ({ step: i + 1, change: { learningRate: 1e-3 } }));
    expect([fitsLink(many(100)), fitsLink(many(300))]).toEqual([true, false]);
    const longest = encodeLink(grpo, 'collapse', collapse, collapse, undefined, { schedule: many(100) });
    expect(decode(longest.replaceAll(/[:,]|(?<=e)=(?=\d)/g, encodeURIComponent))).toMatchObject({ schedule: many(100), problems: [] });
  });

  it('hold a title, a pace and where runs are to be had', () => {
    const page = { lang: 'zh', pace: '20', title: 'Too sure, too early: 6e-3 & more' };
    const link = encodeLink(grpo, 'collapse', collapse, collapse, undefined, { page });
    expect(link).toBe('?lab=grpo&preset=collapse&lang=zh&pace=20&title=Too%20sure,%20too%20early:%206e-3%20%26%20more&v=1');
    expect(decode(link)).toMatchObject({ view: { title: page.title, pace: 20 }, problems: [] });
    expect(decode('?runs=data/runs.jsonl')).toMatchObject({ namesLab: false, view: { runs: 'data/runs.jsonl' }, problems: [] });
    expect(decode('?lab=grpo&title=+')).toMatchObject({ namesLab: true, view: {}, problems: [] });
  });
});

test('an address to share is that of the page, wherever it was opened from', () => {
  vi.stubGlobal('location', { href: 'file:///home/me/dist/index.html?lab=pointer&v=1#charts' });
  expect(absoluteLink('?lab=grpo&v=1')).toBe('file:///home/me/dist/index.html?lab=grpo&v=1');
  vi.unstubAllGlobals();
});

describe('a wrong link says what was wrong and still gives a valid config', () => {
  it.each<[string, string, string]>([
    ['an unknown lab', '?lab=grpp', `lab: 'grpp' is not an option (expected ${labs.map(({ id }) => id).join(', ')})`],
    ['an unknown preset', '?preset=colapse', "preset: 'colapse' is not an option (expected collapse)"],
    ['an unknown version', '?v=2', "v: '2' is not an option (expected 1)"],
    ['an unknown knob', '?lerningRate=1', 'lerningRate: unknown (did you mean learningRate?)'],
    ['a value out of range', '?learningRate=5', 'learningRate: 5 is out of range (expected 1e-6 to 0.1)'],
    ['a value beyond all numbers', '?learningRate=1e999', 'learningRate: 1e999 is out of range (expected 1e-6 to 0.1)'],
    ['no value', '?learningRate=', 'learningRate: no value (expected 1e-6 to 0.1)'],
    ['a decimal comma', '?temperature=1,5', "temperature: '1,5' has a comma (expected 0.1 to 2, written as in 1.5 or 1000)"],
    ['a superscript', '?seed=10²', "seed: '10²' is not a number (expected 0 to 1e6)"],
    ['code', '?learningRate=alert(1)', "learningRate: 'alert(1)' is not a number (expected 1e-6 to 0.1)"],
    ['broken encoding', '?seed=%E0%A4%A', "seed: '%E0%A4%A' cannot be read (expected UTF-8 as %xx, %25 for %)"],
    ['a second value', '?seed=1&seed=2', "seed: given twice; '2' ignored"],
    ['unknown knobs', '?embed&knobs=learnRate', "knobs: 'learnRate' is not an option (expected learningRate)"],
    ['an unknown chart to show', '?embed=1&charts=entropie', "charts: 'entropie' is not an option (expected entropy)"],
    ['a preset of another task', '?preset=collapse&task=mini-vqa', "preset: 'collapse' is a preset for task=running-sum, not for task=mini-vqa"],
    ['an embed that is neither on nor off', '?embed=maybe', "embed: 'maybe' is not an option (expected 1)"],
    ['a language that the page does not speak', '?lang=fr', "lang: 'fr' is not an option (expected en, zh)"],
    ['a kind of a theme', '?theme=dark-blue', "theme: 'dark-blue' is not an option (expected light, dark)"],
    ['a theme that does not exist', '?theme=blue', "theme: 'blue' is not an option (expected light, dark)"],
    ['a pace that is not offered', '?pace=7', "pace: '7' is not an option (expected 60, 20, 5, 0)"],
    ['a title like a story', `?title=${'a'.repeat(200)}`, `title: '${'a'.repeat(80)}…' is too long (expected at most 120 characters)`],
    ['runs from nowhere', '?runs=', 'runs: no value (expected runs.jsonl)'],
    ['a change without a value', '?changes=60:learningRate', "changes: '60:learningRate' is not a change (expected a step and a value, as in 60:learningRate=1e-3)"],
    ['a change of an unknown knob', '?changes=60:lerningRate=1e-3', "changes: 'lerningRate' is not an option (expected learningRate)"],
    ['a change of a polluting key', '?changes=60:__proto__=1', "changes: '__proto__' is not an option (expected "],
    ['a change of what is fixed', '?changes=60:innerEpochs=2', 'changes 60:innerEpochs: cannot change while a run trains (expected learningRate, '],
    ['a change after the end', '?steps=50&changes=60:learningRate=1e-3', 'changes 60:learningRate: 60 is out of range (expected 1 to 50)'],
    ['a change to a wrong value', '?changes=60:learningRate=5', 'changes 60:learningRate: 5 is out of range (expected 1e-6 to 0.1)'],
    ['a change made twice', '?changes=60:learningRate=1e-3,60:learningRate=2e-3', "changes 60:learningRate: given twice; '2e-3' ignored"],
    ['a polluting key', '?__proto__=1', '__proto__: unknown'],
    ['an inherited name', '?toString=1&task=constructor', 'toString: unknown'],
  ])('%s', (_, search, line) => {
    expect(lines(search)).toContainEqual(expect.stringContaining(line));
    const { config } = decode(search).configured;
    expect(applyValues(grpo.parameters, config, config)).toEqual({ config, problems: [] });
  });

  it('names what an embed asks for that the settings leave no meaning, and keeps it for when they change', () => {
    const { embed, problems } = decode('?preset=healthy&embed&knobs=rewardWeights.hedge,seed&charts=entropy.decisive');
    expect(embed).toEqual({ knobs: ['rewardWeights.hedge', 'seed'], charts: ['entropy.decisive'] });
    expect(problems.map(({ key, received, reason }) => [key, received, reason])).toEqual([
      ['knobs', 'rewardWeights.hedge', 'not-applicable'],
      ['charts', 'entropy.decisive', 'not-applicable'],
    ]);
  });

  it('keeps the first of two values and names what the field has now', () => {
    const { configured, problems } = decode('?seed=3&seed=4&learningRate=%');
    expect(configured.config.seed).toBe(3);
    const now = [['seed', 3], ['learningRate', configured.base.learningRate]];
    expect(problems.map(({ key, kept }) => [key, kept])).toEqual(now);
  });

  it('is not slowed down or flooded by an absurdly long one', () => {
    const long = lines(`?learningRate=${'9'.repeat(1e6)}`);
    expect(long).toHaveLength(1);
    expect(long[0]!.length).toBeLessThan(200);
    const many = lines(`?${Array.from({ length: 1e5 }, (_, i) => `k${i}=1`).join('&')}`);
    expect(many.length).toBeLessThanOrEqual(201);
    expect(lines(`?embed=1&knobs=${'x,'.repeat(450)}`)).toHaveLength(1);
  });

  it('is read quickly where it has as many and as long unknown fields as are read at all', () => {
    const search = `?${Array.from({ length: 200 }, (_, i) => `${i}`.padEnd(1000, 'learningRate')).join('&')}`;
    const times = Array.from({ length: 3 }, () => {
      const began = performance.now();
      expect(lines(search)).toHaveLength(200);
      return performance.now() - began;
    });
    expect(Math.min(...times), 'ms').toBeLessThan(50);
  });

  it('never throws, whatever bytes come', () => {
    const pieces = ['%', '&', '=', '?', '+', 'a', '0', 'é', '\u0000', '\ud800', 'seed', 'task', 'embed', 'knobs', ','];
    const invalid: string[] = [];
    for (let trial = 0; trial < 2000; trial++) {
      const random = new RandomSequence(trial, 1, 0);
      const chosen = Array.from({ length: random.integer(40) }, () => pieces[random.integer(pieces.length)]);
      const search = chosen.join('');
      const { config } = decode(search).configured;
      if (applyValues(grpo.parameters, config, config).problems.length > 0) invalid.push(search);
    }
    expect(invalid).toEqual([]);
  });
});
