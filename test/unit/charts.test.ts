import { describe, expect, it, test } from 'vitest';
import { grpo } from '../../src/core/labs/grpo/index.js';
import { chartedMetrics, chartLines, companionsOf, type Metric } from '../../src/core/metrics.js';
import { RunSeries } from '../../src/core/series/runSeries.js';
import { runsToCsv } from '../../src/ui/charts/download.js';
import { extentOf as valuesOf } from '../../src/ui/charts/extent.js';
import { flatValue } from '../../src/ui/charts/flat.js';
import { gapBetween } from '../../src/ui/charts/gap.js';
import { linesOf } from '../../src/ui/charts/lines.js';
import { seedsText } from '../../src/ui/charts/picture.js';
import { extentOf, readAt } from '../../src/ui/charts/readout.js';
import { chartSummary, levelsOf, readingText } from '../../src/ui/charts/summary.js';
import { config, lineOptions, metric, request, runOf, seriesOf, wording } from './chartRequests.js';

describe('the caption of a chart', () => {
  const ofSeeds = (...counts: number[]): string => seedsText(request(counts.map((replicas, i) => runOf(seriesOf(replicas, [Array.from({ length: replicas }, () => 1)]), i > 0))));

  it('tells the seeds of the runs drawn, not of the knobs as they stand', () => {
    expect(config['replicas']).toBe(1);
    expect(ofSeeds()).toBe('chart.oneSeed');
    expect(ofSeeds(3)).toBe('chart.band.sd n=3');
    expect(ofSeeds(5, 1)).toBe('chart.band.sd n=1–5');
    expect(ofSeeds(1, 1)).toBe('chart.oneSeed');
  });

  it('says of which runs there are bands: of up to four all, of more only the one in the foreground', () => {
    const banded = (count: number): number => {
      const runs = Array.from({ length: count }, (_, i) => runOf(seriesOf(3, [[1, 2, 3], [2, 3, 4]]), i === 0, { id: String(i) }));
      return linesOf(runs, [metric], lineOptions({ kind: 'sd' })).lines.filter(({ low }) => low.length > 0).length;
    };
    expect([banded(1), banded(4), banded(5)]).toEqual([1, 4, 1]);
    expect(ofSeeds(5, 5, 5, 5)).toBe('chart.band.sd n=5');
    expect(ofSeeds(5, 5, 5, 5, 5)).toBe('chart.band.sd.foreground n=5');
  });
});

/** A loss with what is drawn beside it, as a supervised lab declares them. */
describe('a chart of several metrics', () => {
  const validation: Metric = {
    id: 'validationLoss', group: 'validation', unit: 'loss', cadence: 'validation', scale: 'linear',
    chart: {
      with: ['trainLoss'], shadesGap: true, standardError: 'error',
      levels: [{ id: 'chance', at: 0.7 }, { id: 'best', at: { metric: 'oracle' } }],
    },
  };
  const training: Metric = { id: 'trainLoss', group: 'training', unit: 'loss', cadence: 'step', scale: 'linear' };
  const hidden = ['error', 'oracle'].map((id): Metric => ({ ...training, id }));
  const metrics = [validation, training];
  const series = new RunSeries(1);
  series.append({
    steps: Int32Array.of(0, 1, 2, 3, 4),
    seconds: new Float64Array(5),
    columns: {
      trainLoss: Float64Array.of(NaN, 0.5, 0.3, 0.2, 0.1),
      validationLoss: Float64Array.of(0.6, NaN, 0.4, NaN, 0.5),
      error: Float64Array.of(0.1, NaN, 0.05, NaN, NaN),
      oracle: Float64Array.of(0.2, NaN, 0.25, NaN, NaN),
    },
  });
  it('is the only chart of its metrics', () => {
    const all = [...metrics, ...hidden, metric];
    expect(chartedMetrics(all, {})).toEqual([validation, metric]);
    expect(chartLines(all, validation, {})).toEqual(metrics);
    const unmeasured = { ...validation, applies: () => false };
    expect(chartedMetrics([unmeasured, training], {}), 'nothing is lost with the chart that would have held it').toEqual([training]);
  });

  it('has a line for each, the gap between the first two and one standard error about the first', () => {
    const drawn = linesOf([runOf(series)], metrics, lineOptions({ kind: 'sd' }));
    const { lines, gap } = drawn;
    const { low, high } = valuesOf(drawn, { levels: [0.7, 0.25] });
    expect(lines.map(({ metric, place }) => [metric.id, place])).toEqual([['trainLoss', 1], ['validationLoss', 0]]);
    expect(gap!.from.map(({ x }) => x)).toEqual([1, 2, 3, 4]);
    expect(gap!.from.map(({ y }) => y)).toEqual([0.5, 0.4, 0.45, 0.5].map((y) => expect.closeTo(y)));
    expect(gap!.to.map(({ y }) => y)).toEqual([0.5, 0.3, 0.2, 0.1]);
    expect(lines[1]!.low.map(({ y }) => y)).toEqual([0.5, 0.35, NaN].map((y) => (Number.isNaN(y) ? NaN : expect.closeTo(y))));
    expect(lines[1]!.high.map(({ y }) => y)).toEqual([0.7, 0.45, NaN].map((y) => (Number.isNaN(y) ? NaN : expect.closeTo(y))));
    expect([low, high], 'levels are in sight').toEqual([0.1, 0.7]);
  });

  it('has no gap where the lines have no steps in common', () => {
    expect(gapBetween([{ x: 0, y: 1 }, { x: 2, y: 1 }], [{ x: 3, y: 2 }, { x: 5, y: 2 }])).toBeUndefined();
    expect(gapBetween([], [{ x: 3, y: 2 }])).toBeUndefined();
  });

  it('says in words what it shows: every line, every level, and each by its name at a step', () => {
    const options = { kind: 'sd', smoothing: 0 } as const;
    const levels = levelsOf(validation, config, series, wording);
    expect(levels).toEqual([
      { value: 0.7, label: 'chart.level name=level.chance value=0.7' },
      { value: 0.25, label: 'chart.level name=level.best value=0.25' },
    ]);
    expect(levelsOf(validation, config, undefined, wording), 'nothing measured yet').toHaveLength(1);
    const summary = chartSummary(series, metrics, levels, options, wording);
    expect(summary).toContain('title=metric.validationLoss first=0.6 firstStep=0 last=0.5 lastStep=4');
    expect(summary).toContain('title=metric.trainLoss first=0.5 firstStep=1 last=0.1 lastStep=4');
    expect(summary).toContain('level.best value=0.25.');
    const reading = readingText(series, metrics, 2, options, wording);
    expect(reading).toContain('step=2 value=chart.named name=metric.validationLoss value=0.4');
    expect(reading).toContain('chart.named name=metric.trainLoss value=0.3');
    expect(readingText(series, [training], 2, options, wording)).toBe('chart.reading step=2 value=0.3');
  });

  it('saves all its values', () => {
    const csv = runsToCsv({ lab: grpo, runs: [runOf(series)], metrics: [validation.id, ...companionsOf(validation)], along: 'step' });
    expect(csv.split('\n').slice(0, 3)).toEqual([
      'run,step,replica,validationLoss,trainLoss,error,oracle', '"",0,0,0.6,,0.1,0.2', '"",1,0,,0.5,,',
    ]);
  });
});

describe('a chart is flat', () => {
  const kl: Metric = { ...metric, id: 'kl' };
  const rate: Metric = { ...metric, id: 'learningRate', unit: 'rate' };
  const value = (metric: Metric, ...runs: (readonly (readonly number[])[])[]): number | undefined =>
    flatValue(runs.map((values) => runOf(seriesOf(values[0]!.length, values, metric.id))), [metric]);

  test('that never changed in any run or seed by more than rounding', () => {
    expect(value(metric, [[0, 0], [0, 0]])).toBe(0);
    expect(value(metric, [[2e-8], [-3e-8]])).toBeCloseTo(0);
    expect(value(metric, [[0.5], [0.5 + 1e-7]], [[0.5]])).toBeCloseTo(0.5);
    expect(value(rate, [[1e-6], [1e-6]])).toBe(1e-6);
  });

  test('and no other: one that changed, differs between runs or seeds, was measured once or never', () => {
    expect(value(metric, [[0.5], [0.501]])).toBeUndefined();
    expect(value(metric, [[0.5], [0.5]], [[0.6], [0.6]])).toBeUndefined();
    expect(value(metric, [[0.5, 0.6], [0.5, 0.6]])).toBeUndefined();
    expect(value(rate, [[0], [1e-6]]), 'a small rate is not rounding').toBeUndefined();
    expect(value(metric, [[0.5]])).toBeUndefined();
    expect(flatValue([runOf(seriesOf(1, [[1], [1]]))], [kl])).toBeUndefined();
    expect(flatValue([], [metric])).toBeUndefined();
  });

  test('of several lines where all are', () => {
    const series = new RunSeries(1);
    series.append({ steps: Int32Array.of(1, 2), seconds: new Float64Array(2), columns: { gradNorm: Float64Array.of(1, 1), kl: Float64Array.of(1, 2) } });
    expect(flatValue([runOf(series)], [metric])).toBe(1);
    expect(flatValue([runOf(series)], [metric, kl])).toBeUndefined();
  });
});

describe('readings', () => {
  it('tell the measured value nearest to a step and the extremes, missing replicas left out', () => {
    const series = seriesOf(2, [[1, 3], [NaN, 8], [0, 0]]);
    const options = { kind: 'range', smoothing: 0 } as const;
    expect(readAt(series, metric.id, options, 2)).toEqual({ step: 2, mean: 8, low: 8, high: 8 });
    expect(readAt(series, metric.id, options, 0)).toMatchObject({ step: 1, mean: 2, low: 1, high: 3 });
    expect(readAt(series, metric.id, options)).toMatchObject({ step: 3, mean: 0 });
    expect(readAt(series, 'kl', options)).toBeUndefined();
    expect(extentOf(series, metric.id, options)).toMatchObject({ min: { step: 3 }, max: { step: 2 }, first: { step: 1 } });
  });
});
