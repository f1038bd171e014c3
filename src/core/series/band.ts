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

class BandCache {
  private points = 0;
  private readonly mean = Growable.float64();
  private readonly low = Growable.float64();
  private readonly high = Growable.float64();
  private readonly rawMean = Growable.float64();
  private readonly smoothMean: (value: number) => number;
  private readonly smoothLow: (value: number) => number;
  private readonly smoothHigh: (value: number) => number;

  constructor(readonly options: BandOptions) {
    this.smoothMean = smoother(options.smoothing);
    this.smoothLow = smoother(options.smoothing);
    this.smoothHigh = smoother(options.smoothing);
  }

  update(series: RunSeries, metric: string): Band {
    for (const end = series.points(metric); this.points < end; this.points++) this.add(series, metric, this.points);
    return {
      steps: series.steps(metric),
      mean: this.mean.view(),
      low: this.low.view(),
      high: this.high.view(),
      rawMean: this.rawMean.view(),
    };
  }

  private add(series: RunSeries, metric: string, i: number): void {
    let count = 0;
    let mean = 0;
    let squares = 0;
    let low = Infinity;
    let high = -Infinity;
    for (let replica = 0; replica < series.replicas; replica++) {
      const value = series.value(metric, i, replica);
      if (Number.isNaN(value)) continue;
      // Welford's update: exact where all values are equal.
      count++;
      const difference = value - mean;
      mean += difference / count;
      squares += difference * (value - mean);
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    const { kind } = this.options;
    if (kind === 'none') low = high = mean;
    if (kind === 'sd') {
      const deviation = count > 1 ? Math.sqrt(squares / (count - 1)) : 0;
      low = mean - deviation;
      high = mean + deviation;
    }
    this.rawMean.push(mean);
    this.mean.push(this.smoothMean(mean));
    this.low.push(this.smoothLow(low));
    this.high.push(this.smoothHigh(high));
  }
}

/** Settings kept for a metric: the current one and the one before. */
const keptSettings = 2;
const caches = new WeakMap<RunSeries, Map<string, BandCache[]>>();

/**
 * Mean and band of a metric over the replicas, those left out that were not measured. Band edges are smoothed like
 * the mean. A call costs only the points that arrived since the last one with the same options.
 */
export function band(series: RunSeries, metric: string, options: BandOptions): Band {
  let metrics = caches.get(series);
  if (!metrics) caches.set(series, (metrics = new Map()));
  const kept = metrics.get(metric) ?? [];
  const known = kept.find(
    (cache) => cache.options.kind === options.kind && cache.options.smoothing === options.smoothing,
  );
  const cache = known ?? new BandCache({ ...options });
  metrics.set(metric, [cache, ...kept.filter((other) => other !== cache)].slice(0, keptSettings));
  return cache.update(series, metric);
}
