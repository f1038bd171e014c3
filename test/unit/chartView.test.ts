import { describe, expect, it } from 'vitest';
import { presetConfig } from '../../src/core/labs/configure.js';
import { grpo } from '../../src/core/labs/grpo/index.js';
import { labs } from '../../src/core/labs/index.js';
import { tableDefaults } from '../../src/core/parameters.js';
import { RunSeries } from '../../src/core/series/runSeries.js';
import { logAxis, progressAxis, roundEnd, stepAxis, valueAxis } from '../../src/ui/charts/axis.js';
import type { ChartRun } from '../../src/ui/charts/chartRun.js';
import { defaultSettings } from '../../src/ui/charts/chartSettings.js';
import { chartView, type ChartRequest, type ChartView } from '../../src/ui/charts/chartView.js';
import { runsToCsv } from '../../src/ui/charts/download.js';
import { extentOf as valuesOf } from '../../src/ui/charts/extent.js';
import { linesOf } from '../../src/ui/charts/lines.js';
import { byValue, pointedAt } from '../../src/ui/charts/pointed.js';
import { config, lineOptions, metric, request, runOf, seriesOf } from './chartRequests.js';

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
