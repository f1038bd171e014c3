import { describe, expect, it, test, vi } from 'vitest';
import type { Config, Parameter, Value } from '../../src/core/parameters.js';
import { problemLine } from '../../src/core/problem.js';
import { applyValues } from '../../src/core/readValues.js';
import { defaultConfig, presetConfig } from '../../src/core/labs/configure.js';
import { grpo } from '../../src/core/labs/grpo/index.js';
import { labs } from '../../src/core/labs/index.js';
import { RandomSequence } from '../../src/core/random.js';
import { decodeLink, encodeLink } from '../../src/core/share.js';
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
    ['a polluting key', '?__proto__=1', '__proto__: unknown'],
    ['an inherited name', '?toString=1&task=constructor', 'toString: unknown'],
  ])('%s', (_, search, line) => {
    expect(lines(search)).toContain(line);
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
