import { expect, it } from 'vitest';
import { family } from '../../src/core/labs/grpo/family.js';
import { familyRow, reached } from '../../src/core/labs/grpo/familyRow.js';
import { checkValue } from '../../src/core/readValues.js';
import { grpo } from '../../src/core/labs/grpo/index.js';
import { RunSeries } from '../../src/core/series/runSeries.js';

const about = { score: 'validation.answer', replicas: 2, rolloutN: 4, samplesPerStep: 32 };
const seriesOf = (columns: Record<string, number[]>): RunSeries => {
  const series = new RunSeries(2);
  series.append({
    steps: Int32Array.of(0, 10, 20), seconds: Float64Array.of(0, 1, 2),
    columns: Object.fromEntries(Object.entries(columns).map(([id, values]) => [id, Float64Array.from(values)])),
  });
  return series;
};

it('tells the last score with its deviation over seeds, when its mean was reached first, and what was sampled', () => {
  const series = seriesOf({ 'validation.answer': [0.5, 0.5, reached - 0.1, reached + 0.1, 0.6, 0.8] });
  expect(familyRow(series, about)).toEqual({
    mean: expect.closeTo(0.7, 12), sd: expect.closeTo(Math.SQRT2 / 10, 12), reachedAt: 10, samples: 640,
  });
});

it('says where a score was never reached, and counts every group that was generated', () => {
  const series = seriesOf({ 'validation.answer': [0.1, 0.1, 0.2, 0.2, 0.3, 0.3], generatedGroups: [NaN, NaN, 8, 16, 8, 8] });
  expect(familyRow(series, about)).toMatchObject({ reachedAt: undefined, samples: 4 * (12 + 8) });
});

it('has variants of one change each that the lab takes', () => {
  expect(family[0]).toEqual({ id: 'plain', change: {} });
  for (const { id, change } of family.slice(1)) {
    const entries = Object.entries(change);
    expect(entries, id).toHaveLength(1);
    for (const [key, value] of entries) {
      expect(checkValue(grpo.parameters.find((parameter) => parameter.key === key)!, value).problem, id).toBeUndefined();
    }
  }
});
