import { describe, expect, test } from 'vitest';
import { FindingWatcher } from '../../src/core/findings/watcher.js';
import { configure, defaultConfig } from '../../src/core/labs/configure.js';
import {
  changeOverSeeds, changeSince, errorsOfLowest, errorsOfNoise, judgeChange, lowestLoss, measuredDifferently, pairsToSee,
  type Evaluations,
} from '../../src/core/labs/reward-model/evaluations.js';
import { rewardModel } from '../../src/core/labs/reward-model/index.js';
import { rewardModelConfig, warmupStepsOf } from '../../src/core/labs/reward-model/parameters.js';
import { groupEffects, neutralWords, wordsPerGroup } from '../../src/core/labs/reward-model/vocabulary.js';
import { loadLanguage, message } from '../../src/core/messages/messages.js';
import { evidenceValues } from '../../src/ui/state/wording.js';

await Promise.all([loadLanguage('en', 'reward-model'), loadLanguage('zh', 'reward-model')]);

/** Two evaluations with the given losses and accuracies. */
const evaluations = (loss: number[], lossError: number, accuracy = [0.7, 0.7], accuracyError = 0.01): Evaluations => ({
  steps: loss.map((_, i) => 8 * i),
  loss,
  accuracy,
  lossError: loss.map((_, i) => (i === loss.length - 1 ? 0 : lossError)),
  accuracyError: loss.map(() => accuracyError),
});

describe('validation loss rose by 2%: is this overfitting?', () => {
  const rise = [0.593, 0.605];

  test('with 200 pairs, whose error is 2.6%, it is noise; with an error of 0.5% it is not', () => {
    const noisy = changeSince(evaluations(rise, 0.026 * 0.593), 0);
    expect(noisy.loss.mean).toBeCloseTo(0.0202, 4);
    expect(noisy.loss.error).toBeCloseTo(0.026, 6);
    expect(judgeChange(noisy, errorsOfNoise)).toBe('noise');
    expect(judgeChange(changeSince(evaluations(rise, 0.003), 0), errorsOfNoise)).toBe('overconfident');
  });

  test('beyond noise it depends on accuracy what it is', () => {
    const judge = (accuracy: number[]): string => judgeChange(changeSince(evaluations([0.6, 0.8], 0.02, accuracy), 0), errorsOfNoise);
    expect(judge([0.7, 0.69])).toBe('overconfident');
    expect(judge([0.7, 0.73])).toBe('overconfident');
    expect(judge([0.7, 0.65])).toBe('overfitting');
    expect(judgeChange(changeSince(evaluations([0.8, 0.6], 0.02), 0), errorsOfNoise)).toBe('lower');
    expect(judgeChange(changeSince(evaluations([0.8, 0.6], 0.02), 1), errorsOfNoise)).toBe('last');
  });

  test('the lowest of many evaluations has to be left by more', () => {
    const change = changeSince(evaluations([0.6, 0.65], 0.02), 0);
    expect(judgeChange(change, errorsOfNoise)).toBe('overconfident');
    expect(judgeChange(change, errorsOfLowest)).toBe('noise');
  });

  test('over seeds the larger of both errors counts: of their spread, or of their pairs', () => {
    const of = (...changes: number[]) => changeOverSeeds(changes.map((change) => changeSince(evaluations([1, 1 + change], 0.03), 0))).loss;
    expect(of(0.1, 0.2, 0.3)).toEqual({ mean: expect.closeTo(0.2, 9), error: expect.closeTo(0.1 / Math.sqrt(3), 9) });
    expect(of(0.1, 0.1, 0.1).error).toBeCloseTo(0.03 / Math.sqrt(3), 9);
    expect(of(0.1)).toEqual({ mean: expect.closeTo(0.1, 9), error: expect.closeTo(0.03, 9) });
  });

  test('the step compared with is that of the lowest mean loss', () => {
    expect(lowestLoss([evaluations([0.9, 0.5, 0.6], 0.01), evaluations([0.9, 0.7, 0.4], 0.01)])).toBe(2);
  });

  test('how many pairs would tell: four times as many halve the error', () => {
    expect(pairsToSee(0.02, 0.01, 500)).toBe(500);
    expect(pairsToSee(0.02, 0.02, 500)).toBe(2000);
  });

  test('a logged training loss above validation is measured differently where the evaluated one is below', () => {
    expect(measuredDifferently(0.733, 0.58, 0.606)).toBe(true);
    expect(measuredDifferently(0.733, 0.65, 0.606)).toBe(false);
    expect(measuredDifferently(0.5, 0.45, 0.606)).toBe(false);
  });
});

describe('findings', () => {
  const { config } = configure(rewardModel, { preset: 'healthy', values: { epochs: 1 } });
  const last = rewardModel.steps(config);

  /** The findings of one replica, an evaluation each 8 steps. */
  function found(rows: readonly Readonly<Record<string, number>>[]): string[] {
    const watcher = new FindingWatcher(rewardModel.detectors, config, 1);
    rows.forEach((row, i) => watcher.observe(Math.min(8 * i, last), (metric) => row[metric] ?? NaN));
    return watcher.findings.map(({ id, step }) => `${id}@${step}`);
  }
  const row = (validationLoss: number, trainLossEvaluated: number, accuracy: number, overconfidence = 0.03) =>
    ({ validationLoss, trainLossEvaluated, accuracy, overconfidence });

  test('overfitting needs a gap, a rise from the minimum and lost accuracy', () => {
    const start = [row(0.9, 0.9, 0.55), row(0.6, 0.5, 0.7)];
    expect(found([...start, row(0.67, 0.4, 0.69)])).toEqual(['overfitting@16']);
    expect(found([...start, row(0.67, 0.4, 0.7)])).toEqual([]);
    expect(found([...start, row(0.65, 0.4, 0.69)])).toEqual([]);
    expect(found([...start, row(0.67, 0.5, 0.69)])).toEqual([]);
  });

  test('over-confidence is judged at the last evaluation, where training pairs are known', () => {
    const sure = row(0.6, 0.2, 0.7, 0.12);
    const rows = Array.from({ length: last / 8 + 1 }, () => sure);
    expect(found(rows)).toEqual([`overconfidence@${last}`]);
    expect(found(rows.slice(0, -1))).toEqual([]);
    expect(found(rows.map((each) => ({ ...each, trainLossEvaluated: 0.4 })))).toEqual([]);
  });

  test('over-confidence is told in points that add up', () => {
    const watch = rewardModel.detectors.find(({ id }) => id === 'overconfidence')!.watch(config);
    const evidence = watch(last, (metric) => row(0.6, 0.2, 0.5945, 0.3245)[metric as 'accuracy'])!;
    const { accuracyPercent, confidencePercent, excessPercent } = evidenceValues(evidence);
    expect([accuracyPercent, confidencePercent, excessPercent]).toEqual([59, 92, 33]);
  });

  test('a number that is not finite is named', () => {
    expect(found([{ gradNorm: 1 }, { gradNorm: Infinity }])).toEqual(['not-finite@8']);
  });
});

test('a run counts whole batches of its epochs, and warm-up is a share of them', () => {
  const steps = (values: Readonly<Record<string, number>>): number => rewardModel.steps({ ...defaultConfig(rewardModel), ...values });
  expect(steps({})).toBe(128);
  expect(steps({ gradientAccumulation: 4 })).toBe(32);
  expect(steps({ trainingPairs: 100, batchSize: 16, epochs: 2 })).toBe(12);
  expect(steps({ trainingPairs: 64, batchSize: 128, epochs: 3 })).toBe(3);
  expect(steps({ steps: 50 })).toBe(50);
  expect(steps({ steps: 5000 })).toBe(128);
  expect(warmupStepsOf(rewardModelConfig(defaultConfig(rewardModel)))).toBe(13);
  expect(warmupStepsOf(rewardModelConfig({ ...defaultConfig(rewardModel), warmupSteps: 20 }))).toBe(20);
});

test.each(['en', 'zh'] as const)('every word of an answer can be read in %s', (language) => {
  const groups = [...groupEffects.map((_, group) => `words.${group}`), 'words.neutral'].map((id) => message(language, id, {}, 'reward-model').split(' '));
  expect(groups.map((words) => words.length)).toEqual([...groupEffects.map(() => wordsPerGroup), neutralWords]);
  expect(new Set(groups.flat()).size).toBe(groups.flat().length);
});

test.each(['en', 'zh'] as const)('how right the preset “Surer than right” ends is told as it was measured, wherever it is, in %s', (language) => {
  const { expected } = rewardModel.presets.find(({ id }) => id === 'overconfident')!;
  const accuracy = String(expected.find(({ metric }) => metric === 'accuracy')!.mean);
  for (const id of ['preset.reward-model.overconfident.story', 'finding.overconfidence.fix', 'parameter.labelSmoothing.hint']) {
    expect(message(language, id, {}, 'reward-model'), id).toContain(accuracy);
  }
});
