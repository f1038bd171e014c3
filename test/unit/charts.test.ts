import { describe, expect, it, test } from 'vitest';
import { presetConfig } from '../../src/core/labs/configure.js';
import { grpo } from '../../src/core/labs/grpo/index.js';
import { labs } from '../../src/core/labs/index.js';
import type { Values } from '../../src/core/messages/messages.js';
import { chartedMetrics, chartLines, companionsOf, type Metric } from '../../src/core/metrics.js';
import { tableDefaults } from '../../src/core/parameters.js';
import { RunSeries } from '../../src/core/series/runSeries.js';
import { logAxis, progressAxis, roundEnd, stepAxis, valueAxis } from '../../src/ui/charts/axis.js';
import type { ChartMark, ChartRun } from '../../src/ui/charts/chartRun.js';
import { defaultSettings } from '../../src/ui/charts/chartSettings.js';
import { chartView, type ChartRequest, type ChartView } from '../../src/ui/charts/chartView.js';
import { runsToCsv } from '../../src/ui/charts/download.js';
import { extentOf as valuesOf } from '../../src/ui/charts/extent.js';
import { flatValue } from '../../src/ui/charts/flat.js';
import { gapBetween } from '../../src/ui/charts/gap.js';
import { placeForKey } from '../../src/ui/charts/keys.js';
import { linesOf, type LineOptions } from '../../src/ui/charts/lines.js';
import { markingsOf } from '../../src/ui/charts/markings.js';
import { paperTheme } from '../../src/ui/charts/paper.js';
import { plotArea } from '../../src/ui/charts/plotArea.js';
import { byValue, pointedAt } from '../../src/ui/charts/pointed.js';
import { seedsText } from '../../src/ui/charts/picture.js';
import { extentOf, readAt } from '../../src/ui/charts/readout.js';
import { chartSummary, levelsOf, readingText } from '../../src/ui/charts/summary.js';
import { between, moved, zoomed, type Seen } from '../../src/ui/charts/zoom.js';

const metric: Metric = { id: 'gradNorm', group: 'optimizer', unit: 'norm', cadence: 'step', scale: 'linear' };

function seriesOf(replicas: number, values: readonly (readonly number[])[], id = metric.id): RunSeries {
  const series = new RunSeries(replicas);
  series.append({
    steps: Int32Array.from(values, (_, i) => i + 1),
    seconds: new Float64Array(values.length),
    columns: { [id]: Float64Array.from(values.flat()) },
  });
  return series;
}

const config = presetConfig(grpo, grpo.presets[0]!);

function runOf(series: RunSeries, current = true, change: Partial<ChartRun> = {}): ChartRun {
  const own = { id: String(current), label: '', color: '#000', current, baseline: false, live: false, version: 0, marks: [] };
  return { ...own, head: { config, events: [] }, series, ...change };
}

const lineOptions = (change: Partial<LineOptions>): LineOptions => ({ lab: grpo, along: 'step', kind: 'none', smoothing: 0, width: 300, ...change });
const wording = {
  format: String,
  t: (id: string, values: Values = {}) => [id, ...Object.entries(values).map(([name, value]) => `${name}=${value}`)].join(' '),
};

function request(runs: readonly ChartRun[], change: Partial<ChartRequest> = {}): ChartRequest {
  const size = { small: false, width: 400, height: 240 };
  return { lab: grpo, metrics: [metric], config, runs, settings: { ...defaultSettings, smoothing: 0 }, log: false, wording, theme: paperTheme, ...size, ...change };
}

const measure = (text: string): number => 6 * text.length;

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

describe('what is written into a plot', () => {
  const area = plotArea(400, 240);
  /** A view of 100 steps and values from 0 to 1. */
  function viewWith(marks: readonly ChartMark[], values: readonly number[] = [], change: Partial<ChartView> = {}): ChartView {
    const run = runOf(seriesOf(1, values.map((value) => [value])));
    return {
      lines: linesOf([run], [metric], lineOptions({ width: 350 })), along: 'step', log: false,
      x: stepAxis(0, 100, 5), y: valueAxis([0, 1], 0, 1, 4),
      marks: marks.map((mark) => ({ mark, place: mark.step, color: '#0000ff' })),
      levels: [], small: false, width: 400, height: 240, whole: [0, 100], theme: paperTheme, ...change,
    };
  }
  const change = (step: number, label = 'Learning rate 1e-3 → 3e-3'): ChartMark => ({ step, kind: 'change', label });

  it('never overlaps, never leaves the plot, and in a large chart leaves no mark without its name', () => {
    let seed = 7;
    const random = (): number => (seed = (seed * 16807) % 2147483647) / 2147483647;
    for (let round = 0; round < 100; round++) {
      const marks = Array.from({ length: 6 }, () => change(Math.round(100 * random()), 'x'.repeat(5 + 20 * random())));
      const values = Array.from({ length: 100 }, () => random());
      const { texts } = markingsOf(viewWith(marks, round % 2 ? values : [], { levels: [{ value: 0.5, label: 'chance' }] }), measure);
      expect(texts).toHaveLength(7);
      for (const box of texts) {
        expect(box.left).toBeGreaterThanOrEqual(area.left);
        expect(box.right).toBeLessThanOrEqual(area.right);
        expect(box.top).toBeGreaterThanOrEqual(area.top);
        expect(box.bottom).toBeLessThanOrEqual(area.bottom);
        const overlapping = texts.filter((other) => other !== box && other.left < box.right && other.right > box.left && other.top < box.bottom && other.bottom > box.top);
        expect(overlapping).toEqual([]);
      }
    }
  });

  it('keeps the names of later changes, close to earlier ones, and of one that is wider than its place as much as fits', () => {
    const { texts } = markingsOf(viewWith([change(40), change(43), change(46), change(52, 'much '.repeat(40))]), measure);
    expect(texts.map(({ text }) => text).slice(0, 3)).toEqual(Array.from({ length: 3 }, () => 'Learning rate 1e-3 → 3e-3'));
    expect(texts[3]!.text).toMatch(/^much much .*…$/);
  });

  it('names a level clear of the lines, and where there is no such place on a ground that hides them', () => {
    const nameOf = (values: readonly number[]): unknown => {
      const levels = [{ value: 0.5, label: 'chance 0.50' }];
      return markingsOf(viewWith([], values, { levels }), measure).texts[0];
    };
    const atLevel = Array.from({ length: 100 }, () => 0.5);
    expect(nameOf([])).toMatchObject({ right: area.right, solid: false });
    const above = nameOf(atLevel.map((value, i) => (i > 50 ? value + 0.04 : 0.9))) as { top: number };
    expect(above).toMatchObject({ right: area.right, solid: false });
    expect(above.top, 'below the level').toBeGreaterThan((area.top + area.bottom) / 2);
    expect(nameOf(atLevel.map((value, i) => value + (i > 50 ? 0.06 * (i % 2 ? 1 : -1) : 0.4)))).toMatchObject({ left: area.left, solid: false });
    expect(nameOf(atLevel.map((value, i) => value + (i % 2 ? 0.06 : -0.06)))).toMatchObject({ solid: true });
  });

  it('names a level clear of the moments, too', () => {
    const [level] = markingsOf(viewWith([change(95, 'Stage 2')], [], { levels: [{ value: 0.5, label: 'chance 0.50' }] }), measure).texts;
    expect(level).toMatchObject({ left: area.left, solid: false });
  });

  it('is clear of lines in a small chart, or not there', () => {
    const labelOver = (values: readonly number[], small: boolean): unknown =>
      markingsOf(viewWith([change(50, 'Stage 2')], values, { small, height: 116 }), measure).texts[0];
    const along = Array.from({ length: 100 }, () => 0.97);
    const across = along.map((_, i) => i % 2);
    expect(labelOver(along, true)).toMatchObject({ top: plotArea(400, 116).top + 14, solid: false });
    expect(labelOver(across, true)).toBeUndefined();
    expect(labelOver(across, false)).toMatchObject({ top: plotArea(400, 116).top, solid: true });
  });

  it('marks the best on its own line in its colour', () => {
    const best: ChartMark = { step: 50, kind: 'best', value: 0.25, label: 'best 0.25' };
    const { dots, texts, rules } = markingsOf(viewWith([best]), measure);
    const [x, y] = [area.left + (area.right - area.left) / 2, area.bottom - 0.25 * (area.bottom - area.top)];
    expect(dots).toEqual([{ x, y, color: '#0000ff' }]);
    expect(texts[0]).toMatchObject({ text: 'best 0.25', color: '#0000ff' });
    expect(rules).toEqual([]);
    const { dots: [start] } = markingsOf(viewWith([{ ...best, kind: 'start' }]), measure);
    expect(start!.color, 'where it began is no success').toBe(paperTheme.muted);
  });
});

describe('axes', () => {
  it('show the whole range of a metric that has one, and 0 for one that cannot be negative', () => {
    expect(valueAxis([0, 1], 0.4, 0.5, 4)).toMatchObject({ min: 0, max: 1 });
    expect(valueAxis([0, 1], 0, 1 + 1e-12, 4), 'rounding is no more').toMatchObject({ min: 0, max: 1 });
    expect(valueAxis([0, 1], 0, 1.3, 4), 'what is beyond is shown').toMatchObject({ min: 0, max: 1.5 });
    expect(valueAxis([0, 1], -0.03, 1, 4), 'at that end alone').toMatchObject({ min: -0.5, max: 1 });
    expect(valueAxis([0, 0.9], -0.03, 0.5, 4)).toMatchObject({ max: 0.9 });
    expect(valueAxis(undefined, 0.4, 1.9, 4)).toMatchObject({ min: 0, max: 2, ticks: [0, 0.5, 1, 1.5, 2] });
    expect(valueAxis(undefined, -0.03, 0.04, 4).min).toBeLessThanOrEqual(-0.03);
  });

  it('hold data that never changes', () => {
    for (const value of [0, 5e-4, -2, 1e6]) {
      const axis = valueAxis(undefined, value, value, 4);
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

  it('count samples and tokens in thousands and millions, and time in seconds, minutes or hours', () => {
    const told = (...axis: Parameters<typeof progressAxis>): string[] => {
      const { ticks, format } = progressAxis(...axis);
      return ticks.map(format);
    };
    expect(told('samples', 0, 4800, 3)).toEqual(['0', '2000', '4000']);
    expect(told('samples', 0, 50_000, 5)).toEqual(['0', '10k', '20k', '30k', '40k', '50k']);
    expect(told('tokens', 0, 3e7, 3)).toEqual(['0', '10M', '20M', '30M']);
    expect(told('time', 0, 0.4, 3)).toEqual(['0', '0.2 s', '0.4 s']);
    expect(told('time', 0, 60, 3)).toEqual(['0', '20 s', '40 s', '60 s']);
    expect(told('time', 0, 600, 3)).toEqual(['0', '5 min', '10 min']);
    expect(told('time', 0, 10_000, 3)).toEqual(['0', '1 h', '2 h']);
  });

  it('that grow with a run end at round numbers', () => {
    expect([0.013, 9, 10, 101, 130, 2600].map(roundEnd)).toEqual([0.015, 10, 10, 120, 150, 3000].map((end) => expect.closeTo(end, 9)));
  });
});

describe('lines', () => {
  it('cost no more points than pixels however long the run is, and keep every extreme', () => {
    const values = Array.from({ length: 20_000 }, (_, i) => [i === 12_345 ? 99 : Math.sin(i / 50), 0.2]);
    const lines = linesOf([runOf(seriesOf(2, values))], [metric], lineOptions({ kind: 'range' }));
    expect(lines.lines[0]!.mean.length).toBeLessThanOrEqual(310);
    expect(Math.max(...lines.lines[0]!.high.map((point) => point.y))).toBe(99);
  });

  it('let a wide band widen the axis only so far that the means stay readable', () => {
    const steady = Array.from({ length: 20 }, (_, i) => [i / 20, i / 20]);
    const wild = steady.map((row, i) => (i === 10 ? [-200, 201] : row));
    const { low, high } = valuesOf(linesOf([runOf(seriesOf(2, wild))], [metric], lineOptions({ kind: 'sd' })));
    expect(high).toBeLessThan(2);
    expect(low).toBe(0);
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

describe('the axis of a share', () => {
  it('ends at the largest share, however far a band reaches beyond it', () => {
    for (const lab of labs) {
      const shares = lab.metrics.filter(({ unit, id }) => unit === 'share' && id !== 'overconfidence');
      const base = tableDefaults(lab.parameters);
      for (const share of shares) {
        const series = new RunSeries(2);
        series.append({ steps: Int32Array.of(1, 2), seconds: new Float64Array(2), columns: { [share.id]: Float64Array.of(0.02, 0.6, 0.3, 1) } });
        const run = runOf(series, true, { head: { config: base, events: [] } });
        const settings = { ...defaultSettings, smoothing: 0, band: 'sd' } as const;
        const { view: { y } } = chartView(request([run], { lab, metrics: [share], config: base, settings }));
        expect([y.min, y.max, y.ticks.at(-1)], `${lab.id}: ${share.id}`).toEqual([0, 1, 1]);
      }
    }
  });
});

describe('a view', () => {
  /** Rows at steps 1, 2, …, of one replica, half a second each. */
  function timed(values: readonly number[], change: Partial<ChartRun> = {}, current = true): ChartRun {
    const series = new RunSeries(1);
    series.append({
      steps: Int32Array.from(values, (_, i) => i + 1),
      seconds: Float64Array.from(values, (_, i) => 0.5 * (i + 1)),
      columns: { [metric.id]: Float64Array.from(values), responseLength: Float64Array.from(values, () => 5) },
    });
    return runOf(series, current, change);
  }
  const view = (runs: readonly ChartRun[], change: Partial<ChartRequest> = {}): ChartView => chartView(request(runs, change)).view;
  const along = (kind: ChartRequest['settings']['along']): Partial<ChartRequest> => ({ settings: { ...defaultSettings, smoothing: 0, along: kind } });

  it('goes as far as the run will train, in steps and samples, and as far as it has come in tokens and time', () => {
    const steps = Number(config['steps']);
    const run = timed([0.1, 0.2, 0.3, 0.4]);
    const perStep = Number(config['promptsPerStep']) * Number(config['rolloutN']);
    expect(view([run]).x).toMatchObject({ min: 0, max: steps });
    expect(view([run], along('samples')).x).toMatchObject({ min: 0, max: perStep * steps });
    expect(view([run], along('tokens')).x).toMatchObject({ min: 0, max: 4 * perStep * 5 });
    expect(view([run], along('time')).x).toMatchObject({ min: 0, max: 2 });
    expect(view([timed(Array.from({ length: 41 }, () => 1), { live: true })], along('time')).x.max, 'of 20.5 s, with room to grow').toBe(25);
    expect(view([], along('samples')).x.max, 'before any run').toBe(perStep * steps);
  });

  it('has its points where they are counted', () => {
    const xs = (kind: ChartRequest['settings']['along']): number[] => view([timed([1, 2, 3])], along(kind)).lines.lines[0]!.mean.map(({ x }) => x);
    expect(xs('step')).toEqual([1, 2, 3]);
    expect(xs('samples')).toEqual([32, 64, 96]);
    expect(xs('tokens')).toEqual([160, 320, 480]);
    expect(xs('time')).toEqual([0.5, 1, 1.5]);
  });

  it('that is zoomed into has the points of that part, and one to either side', () => {
    const run = timed(Array.from({ length: 1000 }, (_, i) => i));
    const xs = view([run], { ...along('time'), range: [100, 102] }).lines.lines[0]!.mean.map(({ x }) => x);
    expect(xs).toEqual([99.5, 100, 100.5, 101, 101.5, 102, 102.5]);
  });

  it('begins where its metrics were first measured, if that is in the later half', () => {
    const steps = Number(config['steps']);
    const from = (step: number): ChartRun => {
      const series = new RunSeries(1);
      series.append({ steps: Int32Array.of(1, step), seconds: new Float64Array(2), columns: { [metric.id]: Float64Array.of(NaN, 2) } });
      return runOf(series);
    };
    expect(view([from(steps - 10)]).x).toMatchObject({ min: steps - 10, max: steps });
    expect(view([from(steps - 10), from(20)]).x).toMatchObject({ min: 0, max: steps });
    expect(view([from(steps)]).x, 'one point is no stretch').toMatchObject({ min: 0, max: steps });
  });

  it('of a reward shows all that its weights allow, and what always hedging earns', () => {
    const reward = grpo.metrics.find(({ id }) => id === 'validation.reward')!;
    const low = seriesOf(1, [[0.2], [0.5]], reward.id);
    const shown = view([runOf(low)], { metrics: [reward] });
    expect(shown.y).toMatchObject({ min: 0, max: 1 });
    expect(shown.levels).toEqual([
      { value: 1, label: 'chart.level name=level.largest value=1' }, { value: 0.5, label: 'chart.level name=level.hedge value=0.5' },
    ]);
    const changed = { type: 'changed' as const, step: 1, at: 0, changes: [{ key: 'rewardWeights.answer', from: 1, to: 1.6 }] };
    expect(view([runOf(low, true, { head: { config, events: [changed] } })], { metrics: [reward] }).y.max, 'at any time').toBe(1.6);
    const sums = presetConfig(grpo, grpo.presets.find(({ values }) => values.task === 'running-sum')!);
    expect(view([], { metrics: [reward], config: sums }).levels.map(({ label }) => label)).toEqual([expect.stringContaining('level.largest')]);
  });

  it('leaves outliers out of the scale when asked to, and says how far they go', () => {
    const values = Array.from({ length: 100 }, (_, i) => (i === 30 ? 500 : i === 60 ? -40 : 1 + Math.sin(i)));
    const trimmed = { settings: { ...defaultSettings, smoothing: 0, trimmed: true } };
    expect(view([timed(values)]).y.max).toBeGreaterThanOrEqual(500);
    const shown = view([timed(values)], trimmed);
    expect(shown.y.max).toBeLessThan(3);
    expect(shown).toMatchObject({ above: 500, below: -40 });
    expect(view([timed(values.map((value) => Math.max(-1, Math.min(3, value))))], trimmed)).not.toHaveProperty('above');
    const steady = values.map((_, i) => (i === 30 ? 500 : 1));
    expect(view([timed(steady)], trimmed).y.max, 'where most values are one, the others are no outliers').toBeGreaterThanOrEqual(500);
  });

  it('never shows less while a run trains, however its values move, and no more than it has to afterwards', () => {
    let random = 3;
    const draw = (): number => (random = (random * 16807) % 2147483647) / 2147483647;
    const values: number[] = [];
    const settings = { ...defaultSettings, smoothing: 0.6, trimmed: true, along: 'time' as const };
    let shown: ReturnType<typeof chartView>['shown'] | undefined;
    let before: ChartView | undefined;
    const tops = new Set<number>();
    for (let step = 1; step <= 200; step++) {
      values.push(5 * Math.exp(-step / 20) + draw() * (step % 40 === 0 ? 30 : 1));
      const drawn = chartView(request([timed(values, { live: true })], { settings }), shown);
      if (before) {
        expect(drawn.view.y.max).toBeGreaterThanOrEqual(before.y.max);
        expect(drawn.view.y.min).toBeLessThanOrEqual(before.y.min);
        expect(drawn.view.x.max).toBeGreaterThanOrEqual(before.x.max);
      }
      before = drawn.view;
      ({ shown } = drawn);
      tops.add(before.y.max).add(before.x.max);
    }
    expect(tops.size, 'it grows in steps').toBeLessThan(40);
    const after = chartView(request([timed(values)], { settings }), shown).view;
    expect(after.x.max).toBe(100);
    expect(after.y.max).toBeLessThan(before!.y.max);
  });

  it('tells at a place what every run measured there, the largest first; a run that ended says nothing', () => {
    const runs = [timed([1, 2, 3], { id: 'a' }), timed([4, 5], { id: 'b' }, false), timed([2, 7, 2.5], { id: 'c' }, false)];
    const told = (place: number, kind: ChartRequest['settings']['along'] = 'step'): unknown[] =>
      byValue(pointedAt(grpo, runs, [metric], { ...defaultSettings, smoothing: 0, along: kind }, place)).map(({ run, reading }) => [run.id, reading.mean]);
    expect(told(2)).toEqual([['c', 7], ['b', 5], ['a', 2]]);
    expect(told(3)).toEqual([['a', 3], ['c', 2.5]]);
    expect(told(1.4, 'time'), 'the nearest step').toEqual([['a', 3], ['c', 2.5]]);
    expect(told(64, 'samples')).toEqual([['c', 7], ['b', 5], ['a', 2]]);
  });

  it('saves what it shows: its runs, the part that is zoomed into, and what is counted', () => {
    const runs = [timed([1, 2, 3], { label: 'of "both", kinds' }), timed([4, 5], { label: 'short' }, false)];
    const table = { lab: grpo, runs, metrics: [metric.id] };
    expect(runsToCsv({ ...table, along: 'step', range: [2, 3] }).split('\n')).toEqual([
      'run,step,replica,gradNorm', '"of ""both"", kinds",2,0,2', '"of ""both"", kinds",3,0,3', '"short",2,0,5', '',
    ]);
    expect(runsToCsv({ ...table, along: 'time', range: [0, 0.6] }).split('\n')).toEqual([
      'run,step,seconds,replica,gradNorm', '"of ""both"", kinds",1,0.5,0,1', '"short",1,0.5,0,4', '',
    ]);
    expect(runsToCsv({ ...table, along: 'samples' }).split('\n')[3]).toBe('"of ""both"", kinds",3,96,0,3');
  });
});

describe('zooming', () => {
  const steps: Seen = { along: 'step', whole: [0, 200], range: [50, 150] };
  const time: Seen = { along: 'time', whole: [0, 10], range: [2, 4] };

  it('keeps the place that it is at, and moves by what it is moved', () => {
    expect(zoomed(steps, 0.25, 2)).toEqual([63, 113]);
    expect(zoomed(time, 0.5, 2)).toEqual([2.5, 3.5]);
    expect(zoomed(time, 0, 0.5)).toEqual([2, 6]);
    expect(moved(steps, 0.1)).toEqual([60, 160]);
    expect(between(time, 0.75, 0.25)).toEqual([2.5, 3.5]);
  });

  it('stays within what there is to see, and does not end in nothing', () => {
    expect(moved(steps, 3)).toEqual([100, 200]);
    expect(moved(time, -5)).toEqual([0, 2]);
    expect(between(steps, 0.5, 0.5)).toEqual([98, 102]);
    expect(between(time, 0, 0)).toEqual([1.99, 2.01]);
    expect(zoomed({ along: 'step', whole: [0, 2], range: [0, 2] }, 0.5, 10)).toBeUndefined();
  });

  it('ends where the whole is seen', () => {
    expect(zoomed(steps, 0.5, 0.5)).toBeUndefined();
    expect(zoomed(time, 0.2, 0.1)).toBeUndefined();
  });
});
