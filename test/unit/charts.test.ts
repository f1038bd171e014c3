import { describe, expect, it, test, vi } from 'vitest';
import type { Values } from '../../src/core/messages/messages.js';
import { RunSeries } from '../../src/core/series/runSeries.js';
import { chartedMetrics, chartLines, companionsOf, type Metric } from '../../src/core/metrics.js';
import { annotationsOf } from '../../src/ui/charts/annotations.js';
import { logAxis, stepAxis, valueAxis } from '../../src/ui/charts/axis.js';
import type { ChartRun } from '../../src/ui/charts/chartRun.js';
import { runsToCsv } from '../../src/ui/charts/download.js';
import { gapBetween } from '../../src/ui/charts/gap.js';
import { placeForKey } from '../../src/ui/charts/keys.js';
import type { LineChartState } from '../../src/ui/charts/chartState.js';
import { linesOf, wholeRange } from '../../src/ui/charts/lines.js';
import { labelGap, lineGap, placeLabels } from '../../src/ui/charts/markLabels.js';
import { extentOf, readAt } from '../../src/ui/charts/readout.js';
import { chartSummary, levelsOf, readingText } from '../../src/ui/charts/summary.js';
import type { ChartTheme } from '../../src/ui/charts/theme.js';

const metric: Metric = { id: 'gradNorm', unit: 'norm', cadence: 'step', scale: 'linear' };

function seriesOf(replicas: number, values: readonly (readonly number[])[], id = metric.id): RunSeries {
  const series = new RunSeries(replicas);
  series.append({
    steps: Int32Array.from(values, (_, i) => i + 1),
    seconds: new Float64Array(values.length),
    columns: { [id]: Float64Array.from(values.flat()) },
  });
  return series;
}

function runOf(series: RunSeries, current = true): ChartRun {
  return { id: String(current), label: '', color: '#000', current, series, version: 0, marks: [] };
}

describe('labels of marks', () => {
  it('never overlap one another, what is written there or the line of another, and never leave the plot, wherever the marks are', () => {
    let seed = 7;
    let placed = 0;
    const random = (): number => (seed = (seed * 16807) % 2147483647) / 2147483647;
    for (let round = 0; round < 200; round++) {
      const labels = Array.from({ length: 8 }, () => ({ x: 40 + random() * 300, width: 20 + random() * 120 }));
      const level = { row: round % 3, from: 40, to: 120 };
      const boxes = placeLabels(labels, 40, 340, [{ rows: 3, taken: [level] }]).flatMap((place, i) => {
        if (!place) return [];
        const { x, width } = labels[i]!;
        const from = place.side === 'right' ? x + labelGap : x - labelGap - width;
        return [{ row: place.row, from, to: from + width, line: x }];
      });
      placed += boxes.length;
      for (const box of boxes) {
        expect(box.from).toBeGreaterThanOrEqual(40);
        expect(box.to).toBeLessThanOrEqual(340);
        const others = [...boxes, level].filter((other) => other !== box && other.row === box.row);
        expect(others.every((other) => other.to < box.from || other.from > box.to)).toBe(true);
        const far = box.line < box.from ? box.to + lineGap : box.from - lineGap;
        const between = labels.filter(({ x }) => (x - box.line) * (x - far) < 0);
        expect(between, 'lines as near as its own').toEqual([]);
      }
    }
    expect(placed).toBeGreaterThan(200);
  });
});

test('a chart begins where its metrics were first measured, if that is in the later half', () => {
  const from = (step: number): ChartRun => {
    const series = new RunSeries(1);
    series.append({ steps: Int32Array.of(1, step), seconds: new Float64Array(2), columns: { [metric.id]: Float64Array.of(NaN, 2) } });
    return runOf(series);
  };
  expect(wholeRange([from(61)], [metric], 100)).toEqual([61, 100]);
  expect(wholeRange([from(61), from(50)], [metric], 100)).toEqual([0, 100]);
  expect(wholeRange([from(100)], [metric], 100), 'one point is no stretch').toEqual([0, 100]);
  expect(wholeRange([], [metric], 100)).toEqual([0, 100]);
});

describe('a mark', () => {
  const theme = { font: 'sans', fontSize: 11 } as ChartTheme;
  const context = { save: vi.fn(), restore: vi.fn(), measureText: (text: string) => ({ width: 6 * text.length }) };
  const stateWith = (step: number): LineChartState => ({
    lines: { lines: [], gap: undefined, low: 0, high: 1, lowPositive: 1 },
    x: stepAxis(0, 100, 5),
    y: valueAxis({ range: [0, 1] }, 0, 1, 4),
    log: false,
    marks: [{ step, kind: 'change', label: 'Stage 2' }],
    small: false,
    levels: [],
    width: 400, height: 240, whole: [0, 100], theme,
  });
  const annotations = (state: LineChartState) => annotationsOf(state, context as unknown as CanvasRenderingContext2D);

  it('is named below the name of a level at the top of the plot, unless there is room beside it', () => {
    const rowOf = (step: number): unknown => {
      const [level, mark] = annotations({ ...stateWith(step), levels: [{ value: 1, label: 'oracle 1.00' }] });
      expect(level).toMatchObject({ value: 1, label: { position: 'end', yAdjust: 0 } });
      return mark!.label!.yAdjust;
    };
    expect(rowOf(50)).toBe(0);
    expect(rowOf(95)).toBe(14);
  });

  it('has its name clear of the lines, far down too in a large chart; where there is no room, over its lines, and not at all in a small one', () => {
    const labelOver = (values: readonly number[], small: boolean): unknown => {
      const run = runOf(seriesOf(1, values.map((value) => [value])));
      const options = { kind: 'none', smoothing: 0, width: 350 } as const;
      const [mark] = annotations({ ...stateWith(50), small, height: 112, lines: linesOf([run], [metric], options) });
      return mark!.label;
    };
    const along = Array.from({ length: 100 }, () => 0.95);
    const across = along.map((_, i) => i % 2);
    const atTop = along.map((_, i) => 1 - 0.6 * (i % 2));
    for (const small of [true, false]) expect(labelOver(along, small)).toMatchObject({ display: true, yAdjust: 14 });
    expect(labelOver(atTop, true)).toMatchObject({ display: false });
    expect(labelOver(atTop, false)).toMatchObject({ display: true, yAdjust: 56 });
    expect(labelOver(across, true)).toMatchObject({ display: false });
    expect(labelOver(across, false)).toMatchObject({ display: true, yAdjust: 0 });
  });
});

describe('axes', () => {
  it('show the whole range of a metric that has one, and 0 for one that cannot be negative', () => {
    expect(valueAxis({ ...metric, range: [0, 1] }, 0.4, 0.5, 4)).toMatchObject({ min: 0, max: 1 });
    expect(valueAxis(metric, 0.4, 1.9, 4)).toMatchObject({ min: 0, max: 2, ticks: [0, 0.5, 1, 1.5, 2] });
    expect(valueAxis(metric, -0.03, 0.04, 4).min).toBeLessThanOrEqual(-0.03);
  });

  it('hold data that never changes', () => {
    for (const value of [0, 5e-4, -2, 1e6]) {
      const axis = valueAxis(metric, value, value, 4);
      expect(axis.max).toBeGreaterThan(axis.min);
      expect(axis.min).toBeLessThanOrEqual(value);
      expect(axis.max).toBeGreaterThanOrEqual(value);
    }
    expect(logAxis(1e-3, 1e-3, 4)).toMatchObject({ min: 1e-3, max: 1e-2 });
    expect(logAxis(NaN, 0, 4)).toMatchObject({ min: 0.1, max: 1 });
  });

  it('end at the last step where round steps reach it', () => {
    expect(stepAxis(0, 120, 5).ticks).toEqual([0, 30, 60, 90, 120]);
    expect(stepAxis(0, 150, 3).ticks).toEqual([0, 50, 100, 150]);
    expect(stepAxis(0, 1, 5)).toMatchObject({ min: 0, max: 1 });
  });
});

describe('lines', () => {
  it('cost no more points than pixels however long the run is, and keep every extreme', () => {
    const values = Array.from({ length: 20_000 }, (_, i) => [i === 12_345 ? 99 : Math.sin(i / 50), 0.2]);
    const lines = linesOf([runOf(seriesOf(2, values))], [metric], { kind: 'range', smoothing: 0, width: 300 });
    expect(lines.lines[0]!.mean.length).toBeLessThanOrEqual(310);
    expect(Math.max(...lines.lines[0]!.high.map((point) => point.y))).toBe(99);
  });

  it('let a wide band widen the axis only so far that the means stay readable', () => {
    const steady = Array.from({ length: 20 }, (_, i) => [i / 20, i / 20]);
    const wild = steady.map((row, i) => (i === 10 ? [-200, 201] : row));
    const lines = linesOf([runOf(seriesOf(2, wild))], [metric], { kind: 'sd', smoothing: 0, width: 300 });
    expect(lines.high).toBeLessThan(2);
    expect(lines.low).toBe(0);
  });
});

/** A loss with what is drawn beside it, as a supervised lab declares them. */
describe('a chart of several metrics', () => {
  const validation: Metric = {
    id: 'validationLoss', unit: 'loss', cadence: 'validation', scale: 'linear',
    chart: {
      with: ['trainLoss'], shadesGap: true, standardError: 'error',
      levels: [{ id: 'chance', at: 0.7 }, { id: 'best', at: { metric: 'oracle' } }],
    },
  };
  const training: Metric = { id: 'trainLoss', unit: 'loss', cadence: 'step', scale: 'linear' };
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
  const wording = {
    format: String,
    t: (id: string, values: Values = {}) => [id, ...Object.entries(values).map(([name, value]) => `${name}=${value}`)].join(' '),
  };

  it('is the only chart of its metrics', () => {
    const all = [...metrics, ...hidden, metric];
    expect(chartedMetrics(all, {})).toEqual([validation, metric]);
    expect(chartLines(all, validation, {})).toEqual(metrics);
    const unmeasured = { ...validation, applies: () => false };
    expect(chartedMetrics([unmeasured, training], {}), 'nothing is lost with the chart that would have held it').toEqual([training]);
  });

  it('has a line for each, the gap between the first two and one standard error about the first', () => {
    const { lines, gap, low, high } = linesOf([runOf(series)], metrics, { kind: 'sd', smoothing: 0, width: 300, levels: [0.7, 0.25] });
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
    const levels = levelsOf(validation, series, wording);
    expect(levels).toEqual([
      { value: 0.7, label: 'chart.level name=level.chance value=0.7' },
      { value: 0.25, label: 'chart.level name=level.best value=0.25' },
    ]);
    expect(levelsOf(validation, undefined, wording), 'nothing measured yet').toHaveLength(1);
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
    const csv = runsToCsv([runOf(series)], [validation.id, ...companionsOf(validation)]);
    expect(csv.split('\n').slice(0, 3)).toEqual([
      'run,step,replica,validationLoss,trainLoss,error,oracle', '"",0,0,0.6,,0.1,0.2', '"",1,0,,0.5,,',
    ]);
  });
});

test('keys go from point to point and stay at the ends', () => {
  const from = (key: string): number | undefined => placeForKey(key, 2, 3);
  expect(['ArrowLeft', 'ArrowRight', 'PageDown', 'End', 'Home', 'a'].map(from)).toEqual([1, 3, 0, 3, 0, undefined]);
  expect([placeForKey('ArrowRight', 3, 3), placeForKey('ArrowRight', -1, 3)]).toEqual([3, 0]);
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
