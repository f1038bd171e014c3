import { describe, expect, test } from 'vitest';
import { compareConfigs, oneAtATime, readValue } from '../../src/core/comparison/differences.js';
import { effectOf } from '../../src/core/comparison/verdict.js';
import { presetConfig } from '../../src/core/labs/configure.js';
import { pointer } from '../../src/core/labs/pointer/index.js';

const configOf = (id: string) => presetConfig(pointer, pointer.presets.find((preset) => preset.id === id)!);
const v2 = configOf('v2');
const v3 = configOf('v3');

describe('two recipes side by side', () => {
  const { different, equal } = compareConfigs(pointer, v3, v2);

  test('differ in the knobs that a report on them would list, with both values', () => {
    expect(different.map(({ key, base, other }) => [key, base, other])).toEqual([
      ['stage', 'rce', 'supervised'],
      ['learningRate', 3e-4, 3e-3],
      ['batchSize', 1, 64],
      ['epochs', 5, 20],
      ['dropout', 0.1, 0.5],
      ['labelSmoothing', 0.1, 0],
    ]);
    expect(equal.map(({ key }) => key)).toEqual(expect.arrayContaining(['attentionDropout', 'poolSize', 'shotNum', 'heads']));
  });

  test('fixes that can train together are tried one at a time and all at once', () => {
    expect(different.filter(({ together }) => !together).map(({ key }) => key)).toEqual(['stage', 'batchSize', 'epochs']);
    const fixes = Object.fromEntries(different.filter(({ together }) => together).map(({ key, other }) => [key, other]));
    expect(oneAtATime(fixes)).toEqual([
      { id: 'base', change: {} },
      { id: 'learningRate', change: { learningRate: 3e-3 } },
      { id: 'dropout', change: { dropout: 0.5 } },
      { id: 'labelSmoothing', change: { labelSmoothing: 0 } },
      { id: 'all', change: { learningRate: 3e-3, dropout: 0.5, labelSmoothing: 0 } },
    ]);
    expect(oneAtATime({ dropout: 0.5 }).map(({ id }) => id)).toEqual(['base', 'dropout']);
  });

  test('how a run is repeated and measured is no difference, nor is a knob that means nothing in either', () => {
    const keys = [...different.map(({ key }) => key), ...equal.map(({ key }) => key)];
    const meaningless = ['replicas', 'seed', 'engine', 'validationEvery', 'klCoefficient', 'rolloutN'];
    expect(keys.filter((key) => meaningless.includes(key))).toEqual([]);
    const grpo = compareConfigs(pointer, v3, configOf('v3-grpo'));
    expect(grpo.different.map(({ key }) => key)).toEqual(['stage']);
  });
});

test('a value can be typed as a multiple of the base, and a wrong one is named', () => {
  const learningRate = pointer.parameters.find(({ key }) => key === 'learningRate')!;
  for (const text of ['×10', 'x10', '3e-3', ' X 10 ']) expect(readValue(learningRate, 3e-4, text)).toEqual({ value: 3e-3 });
  expect(readValue(learningRate, 3e-4, '×0.1')).toEqual({ value: 3e-5 });
  expect(readValue(learningRate, 3e-4, '×1000')).toMatchObject({ problem: { key: 'learningRate', reason: 'out-of-range' } });
  for (const text of ['×0x10', 'x 1e1', '×−2', '×', '×10×']) {
    expect(readValue(learningRate, 3e-4, text)).toMatchObject({ problem: { reason: 'not-a-number', received: text } });
  }
  expect(readValue(learningRate, 3e-4, 'fast')).toMatchObject({ problem: { reason: 'not-a-number', received: 'fast' } });
});

describe('what a fix did', () => {
  const base = [0.794, 0.795, 0.748, 0.754, 0.771];

  test('is told from differences of the same seed: what lifts every seed helps although the scores overlap', () => {
    const effect = effectOf([0.817, 0.833, 0.801, 0.826, 0.827], base);
    expect(effect).toMatchObject({ verdict: 'helps', wins: 5, seeds: 5 });
    expect(effect.mean).toBeCloseTo(0.8208, 10);
    expect(effect.sd).toBeCloseTo(0.01246, 4);
    expect(effect.difference).toBeCloseTo(0.0484, 10);
    // 2.776 · .01863 / √5
    expect(effect.band).toBeCloseTo(0.0231, 4);
    expect(effectOf([0.737, 0.741, 0.663, 0.681, 0.652], base)).toMatchObject({ verdict: 'hurts', wins: 0 });
  });

  test('is none where it is surely small, and open where seeds disagree or one is all there is', () => {
    expect(effectOf(base.map((score) => score - 0.015), base).verdict).toBe('none');
    expect(effectOf([...base], base)).toMatchObject({ verdict: 'none', difference: 0, band: 0, wins: 0 });
    expect(effectOf(base.map((score, seed) => score + (seed % 2 ? 0.06 : -0.02)), base).verdict).toBe('open');
    expect(effectOf([0.9], [0.7])).toMatchObject({ verdict: 'open', wins: 1, seeds: 1 });
    expect(effectOf([NaN, 0.8], [0.7, 0.7]).verdict).toBe('open');
  });
});
