import { describe, expect, test } from 'vitest';
import { grpo } from '../../src/core/labs/grpo/index.js';
import type { NumberParameter } from '../../src/core/parameters.js';
import { checkValue } from '../../src/core/readValues.js';
import { sliderScale } from '../../src/ui/controls/sliderScale.js';

const numbers = grpo.parameters.filter((parameter) => parameter.kind === 'number');
const named = (key: string): NumberParameter => numbers.find((parameter) => parameter.key === key)!;

describe.each(numbers.map((parameter) => [parameter.key, parameter] as const))('the slider of %s', (_, parameter) => {
  const scale = sliderScale(parameter);
  const notches = [...Array(Math.min(scale.last, 400) + 1).keys()].map((i) => Math.round((i * scale.last) / Math.min(scale.last, 400)));

  test('stands for a right value at every notch, rising from its least to its largest', () => {
    const values = notches.map((notch) => scale.value(notch));
    for (const value of values) expect(checkValue(parameter, value).problem, String(value)).toBeUndefined();
    expect(values).toEqual([...new Set(values)].sort((a, b) => a - b));
    expect(values[0]).toBe(parameter.zero ? 0 : parameter.min);
    expect(values.at(-1)).toBe(parameter.max);
  });

  test('stays at the notch of the value that it was moved to', () => {
    for (const notch of notches) expect(scale.position(scale.value(notch))).toBe(notch);
  });
});

test('a learning rate moves by round numbers, as many in each decade', () => {
  const scale = sliderScale(named('learningRate'));
  const from = (value: number): number => scale.position(value);
  expect(from(1e-2) - from(1e-3)).toBe(from(1e-4) - from(1e-5));
  expect(scale.value(from(1e-3) + 1)).toBe(1.2e-3);
});

test('a typed value between two notches shows at the nearer one', () => {
  expect(sliderScale(named('klCoefficient')).value(sliderScale(named('klCoefficient')).position(0.0301))).toBe(0.03);
});

test('a limit that the rest of the config brings shortens the slider', () => {
  const scale = sliderScale(named('maxResponseLength'), 10);
  expect(scale.value(scale.last)).toBe(10);
});
