import { describe, expect, it } from 'vitest';
import { RunSeries } from '../../src/core/series/runSeries.js';
import type { Metric } from '../../src/core/metrics.js';
import { logAxis, stepAxis, valueAxis } from '../../src/ui/charts/axis.js';
import type { ChartRun } from '../../src/ui/charts/chartRun.js';
import { linesOf } from '../../src/ui/charts/lines.js';
import { labelGap, placeLabels } from '../../src/ui/charts/markLabels.js';
import { extentOf, readAt } from '../../src/ui/charts/readout.js';
import { createScheduler, type Frames } from '../../src/ui/charts/scheduler.js';

const metric: Metric = { id: 'gradNorm', unit: 'norm', cadence: 'step', scale: 'linear' };

function seriesOf(replicas: number, values: readonly (readonly number[])[], id = metric.id): RunSeries {
  const series = new RunSeries(replicas);
  series.append({
    steps: Int32Array.from(values, (_, i) => i + 1),
    columns: { [id]: Float64Array.from(values.flat()) },
  });
  return series;
}

function runOf(series: RunSeries, current = true): ChartRun {
  return { id: String(current), label: '', color: '#000', current, series, version: 0, marks: [] };
}

/** A browser whose clock only moves while something draws. */
function fakeFrames() {
  let now = 0;
  let callbacks: (() => void)[] = [];
  const visibility = new Map<Element, (visible: boolean) => void>();
  const frames: Frames = {
    request: (callback) => void callbacks.push(callback),
    now: () => now,
    watchVisibility(element, changed) {
      visibility.set(element, changed);
      return () => visibility.delete(element);
    },
  };
  return {
    frames,
    work: (ms: number) => void (now += ms),
    show: (element: Element, visible: boolean) => visibility.get(element)!(visible),
    /** Runs one frame; whether there was one. */
    frame(): boolean {
      const due = callbacks;
      callbacks = [];
      for (const callback of due) callback();
      return due.length > 0;
    },
  };
}

describe('the draw scheduler', () => {
  function charts(count: number, cost: number) {
    const fake = fakeFrames();
    const { register } = createScheduler(fake.frames);
    const drawn: number[] = [];
    const handles = Array.from({ length: count }, (_, i) => {
      const element = {} as Element;
      const handle = register({
        element,
        draw() {
          fake.work(cost);
          drawn.push(i);
        },
      });
      return { ...handle, show: (visible: boolean) => fake.show(element, visible) };
    });
    return { fake, handles, drawn };
  }

  it('draws nothing that is not on the screen, and draws it when it comes into view', () => {
    const { fake, handles, drawn } = charts(2, 1);
    handles[0]!.show(true);
    fake.frame();
    handles[1]!.invalidate();
    fake.frame();
    expect(drawn).toEqual([0]);
    handles[1]!.show(true);
    fake.frame();
    expect(drawn).toEqual([0, 1]);
    expect(fake.frame()).toBe(false);
  });

  it('keeps to 8 ms a frame and lets every chart have its turn though all are dirty all the time', () => {
    const { fake, handles, drawn } = charts(20, 3);
    for (const handle of handles) handle.show(true);
    // What a chart costs is known once it has been drawn.
    while (fake.frame());
    drawn.length = 0;
    for (let frame = 0; frame < 40; frame++) {
      for (const handle of handles) handle.invalidate();
      const before = drawn.length;
      fake.frame();
      expect(drawn.length - before).toBe(2);
    }
    const turns = handles.map((_, i) => drawn.filter((chart) => chart === i).length);
    expect(turns).toEqual(handles.map(() => 4));
  });

  it('draws the rest when one chart throws', () => {
    const fake = fakeFrames();
    const { register } = createScheduler(fake.frames);
    const elements = [{} as Element, {} as Element];
    let drawn = 0;
    register({ element: elements[0]!, draw: () => { throw new Error('broken'); } });
    register({ element: elements[1]!, draw: () => void drawn++ });
    for (const element of elements) fake.show(element, true);
    expect(() => fake.frame()).toThrow('broken');
    fake.frame();
    expect(drawn).toBe(1);
  });
});

describe('labels of marks', () => {
  it('never overlap and never leave the plot, wherever the marks are', () => {
    let seed = 7;
    const random = (): number => (seed = (seed * 16807) % 2147483647) / 2147483647;
    for (let round = 0; round < 200; round++) {
      const labels = Array.from({ length: 8 }, () => ({ x: 40 + random() * 300, width: 20 + random() * 120 }));
      const boxes = placeLabels(labels, 40, 340, 3).flatMap((place, i) => {
        if (!place) return [];
        const { x, width } = labels[i]!;
        const from = place.side === 'right' ? x + labelGap : x - labelGap - width;
        return [{ row: place.row, from, to: from + width }];
      });
      expect(boxes.length).toBeGreaterThan(0);
      for (const box of boxes) {
        expect(box.from).toBeGreaterThanOrEqual(40);
        expect(box.to).toBeLessThanOrEqual(340);
        const others = boxes.filter((other) => other !== box && other.row === box.row);
        expect(others.every((other) => other.to < box.from || other.from > box.to)).toBe(true);
      }
    }
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
    const lines = linesOf([runOf(seriesOf(2, values))], metric, { kind: 'range', smoothing: 0, width: 300 });
    expect(lines.runs[0]!.mean.length).toBeLessThanOrEqual(310);
    expect(Math.max(...lines.runs[0]!.high.map((point) => point.y))).toBe(99);
  });

  it('let a wide band widen the axis only so far that the means stay readable', () => {
    const steady = Array.from({ length: 20 }, (_, i) => [i / 20, i / 20]);
    const wild = steady.map((row, i) => (i === 10 ? [-200, 201] : row));
    const lines = linesOf([runOf(seriesOf(2, wild))], metric, { kind: 'sd', smoothing: 0, width: 300 });
    expect(lines.high).toBeLessThan(2);
    expect(lines.low).toBe(0);
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
