import { describe, expect, it } from 'vitest';
import { band } from '../../src/core/series/band.js';
import { toCsv } from '../../src/core/series/csv.js';
import { downsample } from '../../src/core/series/downsample.js';
import { RunSeries } from '../../src/core/series/runSeries.js';
import { smoother } from '../../src/core/series/smoothing.js';

/** Rows of [step, {metric: one value a replica}]. */
function fill(series: RunSeries, rows: [number, Record<string, number[]>][]): RunSeries {
  for (const [step, metrics] of rows) {
    const columns = Object.fromEntries(Object.entries(metrics).map(([id, values]) => [id, Float64Array.from(values)]));
    series.append({ steps: Int32Array.of(step), seconds: new Float64Array(1), columns });
  }
  return series;
}

const sequence = (count: number, value: (i: number) => number): RunSeries => {
  const series = new RunSeries(1);
  const steps = Int32Array.from({ length: count }, (_, i) => i);
  series.append({ steps, seconds: Float64Array.from(steps), columns: { m: Float64Array.from(steps, value) } });
  return series;
};

describe('RunSeries', () => {
  it('keeps for each metric the rows in which it was measured', () => {
    const series = new RunSeries(2);
    expect(series.lastStep).toBe(-1);
    series.append({
      steps: Int32Array.of(0, 1, 2),
      seconds: Float64Array.of(0, 1, 2),
      columns: {
        reward: Float64Array.of(NaN, NaN, 0.1, 0.2, NaN, 0.4),
        validation: Float64Array.of(0.5, 0.6, NaN, NaN, NaN, NaN),
      },
    });
    series.append({ steps: Int32Array.of(3), seconds: new Float64Array(1), columns: { validation: Float64Array.of(0.7, 0.8) } });
    expect(series.metrics().sort()).toEqual(['reward', 'validation']);
    expect([series.points('reward'), series.points('validation'), series.points('absent')]).toEqual([2, 2, 0]);
    expect([series.step('reward', 0), series.step('validation', 1), series.lastStep]).toEqual([1, 3, 3]);
    expect([series.value('reward', 1, 0), series.value('reward', 1, 1)]).toEqual([NaN, 0.4]);
    expect([series.value('reward', 2, 0), series.value('reward', 0, 2)]).toEqual([NaN, NaN]);
    expect(series.step('absent', 0)).toBeNaN();
  });

  it('does not list a metric that was never a number', () => {
    const series = fill(new RunSeries(1), [[0, { kl: [NaN] }]]);
    expect(series.has('kl')).toBe(false);
  });

  it('refuses a column of the wrong length by name', () => {
    expect(() => fill(new RunSeries(2), [[0, { kl: [1] }]])).toThrow(/kl: 1 values for 1 rows of 2 replicas/);
  });

  it('keeps every value while it grows', () => {
    const series = new RunSeries(3);
    for (let step = 0; step < 1000; step++) fill(series, [[step, { m: [step, -step, step / 3] }]]);
    expect([0, 63, 64, 999].map((i) => [series.step('m', i), series.value('m', i, 2)])).toEqual(
      [0, 63, 64, 999].map((i) => [i, i / 3]),
    );
  });
});

describe('smoothing does not fabricate values', () => {
  it('keeps a missing value missing and goes on as if it had not been there', () => {
    const smooth = smoother(0.9);
    const other = smoother(0.9);
    expect([1, NaN, 3].map(smooth)).toEqual([other(1), NaN, other(3)]);
  });

  it('keeps a constant constant', () => {
    const smooth = smoother(0.97);
    for (let i = 0; i < 200; i++) expect(smooth(0.1)).toBe(0.1);
  });

  it('starts at the first value and stays within the raw range', () => {
    for (const smoothing of [0, 0.5, 0.99, 1]) {
      const smooth = smoother(smoothing);
      const raw = Array.from({ length: 300 }, (_, i) => Math.sin(i * i));
      raw.forEach((value, i) => {
        const smoothed = smooth(value);
        const seen = raw.slice(0, i + 1);
        expect(smoothed).toBeGreaterThanOrEqual(Math.min(...seen) - 1e-12);
        expect(smoothed).toBeLessThanOrEqual(Math.max(...seen) + 1e-12);
        if (i === 0 || smoothing === 0) expect(smoothed).toBeCloseTo(value, 12);
      });
    }
  });

  it('weights a value of age k by smoothing^k', () => {
    const smooth = smoother(0.5);
    smooth(8);
    smooth(4);
    expect(smooth(1)).toBeCloseTo((1 + 0.5 * 4 + 0.25 * 8) / 1.75, 12);
  });
});

describe('band', () => {
  it('is mean and sample standard deviation over the replicas that were measured', () => {
    const series = fill(new RunSeries(3), [[0, { m: [1, 2, 3] }], [1, { m: [4, NaN, 8] }], [2, { m: [NaN, 5, NaN] }]]);
    const { steps, mean, low, high } = band(series, 'm', { kind: 'sd', smoothing: 0 });
    expect([...steps]).toEqual([0, 1, 2]);
    expect([...mean]).toEqual([2, 6, 5]);
    expect([...high]).toEqual([3, 6 + Math.sqrt(8), 5]);
    expect([...low]).toEqual([1, 6 - Math.sqrt(8), 5]);
    const range = band(series, 'm', { kind: 'range', smoothing: 0 });
    expect([[...range.low], [...range.high]]).toEqual([[1, 4, 5], [3, 8, 5]]);
    expect([...band(series, 'm', { kind: 'none', smoothing: 0 }).low]).toEqual([2, 6, 5]);
  });

  it('gives the same when asked after every point as when asked once, and reads each point once', () => {
    const options = { kind: 'range', smoothing: 0.8 } as const;
    const grown = new RunSeries(2);
    const atOnce = new RunSeries(2);
    for (let step = 0; step < 500; step++) {
      const row = [[step, { m: [Math.sin(step), Math.cos(step)] }]] as [number, Record<string, number[]>][];
      fill(grown, row);
      fill(atOnce, row);
      band(grown, 'm', options);
    }
    const once = band(atOnce, 'm', options);
    expect(band(grown, 'm', options)).toEqual(once);
    // What has been read is not read again, as a change of it shows.
    const known = structuredClone(once);
    atOnce.values('m').fill(7);
    expect(band(atOnce, 'm', options)).toEqual(known);
  });

  it('keeps nothing again that is as it was measured', () => {
    const series = fill(new RunSeries(2), [[0, { m: [1, 2] }], [1, { m: [4, 8] }]]);
    const { mean, low, high, rawMean } = band(series, 'm', { kind: 'none', smoothing: 0 });
    expect([mean, low, high].every((line) => line === rawMean)).toBe(true);
    const one = band(sequence(3, (i) => i), 'm', { kind: 'sd', smoothing: 0.5 });
    expect([one.low === one.mean, one.high === one.mean, one.mean === one.rawMean]).toEqual([true, true, false]);
  });

  it('keeps the raw mean beside the smoothed one', () => {
    const { mean, rawMean } = band(sequence(3, (i) => i), 'm', { kind: 'none', smoothing: 1 });
    expect([[...rawMean], [...mean]]).toEqual([[0, 1, 2], [0, 0.5, 1]]);
  });
});

describe('downsample', () => {
  const steps = Int32Array.from({ length: 20000 }, (_, i) => i);

  it('keeps first, last and a spike of one step, in about as many points as there are pixels', () => {
    const line = Float64Array.from(steps, (i) => (i === 7777 ? 50 : Math.sin(i / 100)));
    const other = Float64Array.from(steps, (i) => (i === 4321 ? -50 : 0));
    for (const length of [5000, 20000]) {
      const kept = [...downsample(steps.subarray(0, length), [line, other], 400)];
      expect(kept.length).toBeLessThanOrEqual(402);
      expect([kept[0], kept.at(-1)]).toEqual([0, length - 1]);
      expect(kept).toContain(4321);
      if (length > 7777) expect(kept).toContain(7777);
      expect(kept.every((index, i) => i === 0 || index > kept[i - 1]!)).toBe(true);
    }
  });

  it('leaves short series alone', () => {
    expect([...downsample(steps.subarray(0, 5), [new Float64Array(5)], 400)]).toEqual([0, 1, 2, 3, 4]);
    expect(downsample(new Int32Array(), [], 400)).toHaveLength(0);
  });

  it('shows a zoomed range with one neighbour on each side', () => {
    const kept = downsample(steps, [Float64Array.from(steps)], 100, [100, 105]);
    expect([...kept]).toEqual([99, 100, 101, 102, 103, 104, 105, 106]);
  });

  it('keeps a gap a gap', () => {
    const line = Float64Array.from(steps, (i) => (i >= 8000 && i < 12000 ? NaN : 1));
    expect([...downsample(steps, [line], 200)].some((i) => Number.isNaN(line[i]!))).toBe(true);
  });
});

describe('csv', () => {
  it('has one row a step and replica and leaves empty what was not measured', () => {
    const series = fill(new RunSeries(2), [
      [0, { v: [0.5, 0.25] }],
      [1, { r: [1e-7, NaN] }],
      [10, { v: [1, 0], r: [2, 3] }],
    ]);
    expect(toCsv(series, ['v', 'r'])).toBe(
      'step,replica,v,r\n0,0,0.5,\n0,1,0.25,\n1,0,,1e-7\n1,1,,\n10,0,1,2\n10,1,0,3\n',
    );
  });
});
