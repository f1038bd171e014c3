import { expect, test } from 'vitest';
import type { Finding } from '../../src/core/findings/detector.js';
import { FindingWatcher } from '../../src/core/findings/watcher.js';
import { presetConfig } from '../../src/core/labs/configure.js';
import { pointer } from '../../src/core/labs/pointer/index.js';
import type { Config } from '../../src/core/parameters.js';
import { applyValues } from '../../src/core/readValues.js';

const configOf = (id: string, values: Config = {}): Config => ({
  ...presetConfig(pointer, pointer.presets.find((preset) => preset.id === id)!),
  ...values,
});

/** What the detectors say of one replica with these measurements, step by step. */
function watch(config: Config, rows: Readonly<Record<number, Readonly<Record<string, number>>>>): readonly Finding[] {
  const watcher = new FindingWatcher(pointer.detectors, config, 1);
  for (const [step, row] of Object.entries(rows)) watcher.observe(Number(step), (metric) => row[metric] ?? NaN);
  return watcher.findings;
}

const fixOf = (id: string, config: Config) => pointer.detectors.find((detector) => detector.id === id)!.fix?.(config)?.change;

test('a low training score is a finding at the end of a run, not on the way', () => {
  const rows = { 0: { trainScore: 0, validationScore: 0 }, 80: { trainScore: 0.3, validationScore: 0.3 } };
  expect(watch(configOf('v2'), rows)).toEqual([]);
  const ended = watch(configOf('v2'), { ...rows, 160: { trainScore: 0.52, validationScore: 0.48 } });
  expect(ended).toMatchObject([{ id: 'underfitting', step: 160, evidence: { values: { training: 0.52 } } }]);
  expect(watch(configOf('v2'), { ...rows, 160: { trainScore: 0.9, validationScore: 0.85 } })).toEqual([]);
  // What it learned it has by heart: that is overfitting.
  expect(watch(configOf('v2'), { ...rows, 160: { trainScore: 0.52, validationScore: 0.2 } })).toEqual([]);
  // A run that GRPO goes on with is not over when cross-entropy is.
  expect(watch(configOf('v3-grpo'), { 2560: { trainScore: 0.5, validationScore: 0.5 } })).toEqual([]);
  expect(watch(configOf('v3', { steps: 500 }), { 500: { trainScore: 0.5, validationScore: 0.5 } })).toHaveLength(1);
});

test('a gap of more than .1 on two evaluations in a row is overfitting', () => {
  const gap = { trainScore: 0.97, validationScore: 0.85 };
  const level = { trainScore: 0.9, validationScore: 0.85 };
  expect(watch(configOf('v2'), { 8: gap, 16: level, 24: gap, 32: level })).toEqual([]);
  expect(watch(configOf('v2'), { 8: level, 16: gap, 17: {}, 24: gap })).toMatchObject([{ id: 'overfitting', step: 24 }]);
});

test('a number that is not finite is named in either phase, with a gentler rate where there is one', () => {
  expect(watch(configOf('v3'), { 7: { trainLoss: Infinity, gradNorm: 1 } })).toMatchObject([{ id: 'not-finite', step: 7 }]);
  const inGrpo = watch(configOf('v3-grpo'), { 2561: { policyLoss: Infinity, gradNorm: 1, kl: 3 } });
  expect(inGrpo).toMatchObject([{ id: 'not-finite', evidence: { variant: 'grpo' } }]);
  expect(watch(configOf('v3-grpo'), { 9: { trainLoss: 2, gradNorm: Infinity } })[0]!.evidence.variant).toBeUndefined();
  expect(fixOf('not-finite', configOf('v3-grpo', { grpoLearningRate: 0.01 }))).toEqual({ grpoLearningRate: 3e-4 });
  expect(fixOf('not-finite', configOf('v3', { learningRate: 0.05 }))).toEqual({ learningRate: 3e-3 });
  const bothTooHigh = configOf('v3-grpo', { learningRate: 0.05, grpoLearningRate: 0.01, klCoefficient: 0 });
  expect(fixOf('not-finite', bothTooHigh)).toEqual({ learningRate: 3e-3, grpoLearningRate: 3e-4 });
});

test('every fix is a valid change, and a preset that learns needs none', () => {
  expect(fixOf('underfitting', configOf('v3'))).toEqual({ learningRate: 3e-3 });
  expect(fixOf('underfitting', configOf('v3', { learningRate: 0.01 }))).toEqual({ learningRate: 3e-3 });
  expect(fixOf('underfitting', configOf('v3', { learningRate: 3e-3 }))).toBeUndefined();
  expect(fixOf('not-finite', configOf('v2'))).toBeUndefined();
  const configs = [configOf('v3'), configOf('v3-grpo', { grpoLearningRate: 0.1, learningRate: 0.1 })];
  const changes = configs.flatMap((config) => pointer.detectors.map(({ fix }) => [config, fix?.(config)?.change] as const));
  const offered = changes.filter(([, change]) => change !== undefined);
  expect(offered.length).toBeGreaterThan(1);
  for (const [config, change] of offered) expect(applyValues(pointer.parameters, config, change!).problems).toEqual([]);
});
