import { Growable } from './growable.js';
import type { RunSeries } from './runSeries.js';
import { smoother } from './smoothing.js';

export interface BandOptions {
  /** `sd`: one sample standard deviation on both sides of the mean; `range`: smallest to largest; `none`: the mean. */
  readonly kind: 'sd' | 'range' | 'none';
  /** 0 (raw) to 1 (the mean so far); see `smoother`. */
  readonly smoothing: number;
}

/** One metric over the replicas, a number a point. */
export interface Band {
  readonly steps: Int32Array;
  readonly mean: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** The mean before smoothing. */
  readonly rawMean: Float64Array;
}

/** A metric over the replicas as it was measured, those left out that were not. */
class Spread {
  readonly mean = Growable.float64();
  /** Of several replicas: sample standard deviation, smallest and largest. */
  readonly deviation = Growable.float64();
  readonly least = Growable.float64();
  readonly most = Growable.float64();

  /** Reads the points that have arrived. */
  update(series: RunSeries, metric: string): void {
    const { replicas } = series;
    const values = series.values(metric);
    const end = series.points(metric);
    for (const kept of [this.mean, ...(replicas > 1 ? [this.deviation, this.least, this.most] : [])]) kept.reserve(end);
    for (let i = this.mean.length; i < end; i++) {
      if (replicas === 1) this.mean.push(values[i]!);
      else this.add(values, i * replicas, replicas);
    }
  }

  private add(values: Float64Array, start: number, replicas: number): void {
    let count = 0;
    let mean = 0;
    let squares = 0;
    let least = Infinity;
    let most = -Infinity;
    for (let k = start; k < start + replicas; k++) {
      const value = values[k]!;
      if (Number.isNaN(value)) continue;
      // Welford's update: exact where all values are equal.
      count++;
      const difference = value - mean;
      mean += difference / count;
      squares += difference * (value - mean);
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
    this.mean.push(mean);
    this.deviation.push(count > 1 ? Math.sqrt(squares / (count - 1)) : 0);
    this.least.push(least);
    this.most.push(most);
  }
}

/** A spread with a smoothed mean and band; what is not smoothed is not kept again. */
class BandCache {
  private readonly mean = Growable.float64();
  private readonly low = Growable.float64();
  private readonly high = Growable.float64();
  private readonly smoothMean: (value: number) => number;
  private readonly smoothLow: (value: number) => number;
  private readonly smoothHigh: (value: number) => number;

  constructor(readonly options: BandOptions) {
    this.smoothMean = smoother(options.smoothing);
    this.smoothLow = smoother(options.smoothing);
    this.smoothHigh = smoother(options.smoothing);
  }

  update(spread: Spread, { replicas }: RunSeries, steps: Int32Array): Band {
    const { kind, smoothing } = this.options;
    const rawMean = spread.mean.view();
    if (smoothing > 0) extend(this.mean, rawMean.length, (i) => this.smoothMean(rawMean[i]!));
    const mean = smoothing > 0 ? this.mean.view() : rawMean;
    if (kind === 'none' || replicas === 1) return { steps, mean, low: mean, high: mean, rawMean };
    const least = spread.least.view();
    const most = spread.most.view();
    if (kind === 'range' && smoothing === 0) return { steps, mean, low: least, high: most, rawMean };
    const deviation = spread.deviation.view();
    const [low, high] = kind === 'sd'
      ? [(i: number) => rawMean[i]! - deviation[i]!, (i: number) => rawMean[i]! + deviation[i]!]
      : [(i: number) => least[i]!, (i: number) => most[i]!];
    extend(this.low, rawMean.length, (i) => this.smoothLow(low(i)));
    extend(this.high, rawMean.length, (i) => this.smoothHigh(high(i)));
    return { steps, mean, low: this.low.view(), high: this.high.view(), rawMean };
  }
}

function extend(kept: Growable<Float64Array<ArrayBuffer>>, length: number, value: (i: number) => number): void {
  kept.reserve(length);
  for (let i = kept.length; i < length; i++) kept.push(value(i));
}

/** Settings kept for a metric: what is drawn and what is told, now and before the last change. */
const keptSettings = 4;

interface MetricBands {
  readonly spread: Spread;
  caches: readonly BandCache[];
}

const known = new WeakMap<RunSeries, Map<string, MetricBands>>();

/**
 * Mean and band of a metric over the replicas, those left out that were not measured. Band edges are smoothed like
 * the mean. A call costs only the points that arrived since the last one with the same options.
 */
export function band(series: RunSeries, metric: string, options: BandOptions): Band {
  let metrics = known.get(series);
  if (!metrics) known.set(series, (metrics = new Map()));
  let bands = metrics.get(metric);
  if (!bands) metrics.set(metric, (bands = { spread: new Spread(), caches: [] }));
  const { spread, caches } = bands;
  spread.update(series, metric);
  const kept = caches.find((cache) => cache.options.kind === options.kind && cache.options.smoothing === options.smoothing);
  const cache = kept ?? new BandCache({ ...options });
  if (cache !== caches[0]) bands.caches = [cache, ...caches.filter((other) => other !== cache)].slice(0, keptSettings);
  return cache.update(spread, series, series.steps(metric));
}
