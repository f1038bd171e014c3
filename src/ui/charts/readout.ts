import { band, type Band, type BandOptions } from '../../core/series/band.js';
import type { RunSeries } from '../../core/series/runSeries.js';

/** Measured values at one step, over the replicas. */
export interface Reading {
  readonly step: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** First, last, lowest and highest mean of a series. */
export interface Extent {
  readonly first: Reading;
  readonly last: Reading;
  readonly min: Reading;
  readonly max: Reading;
}

function reading(values: Band, index: number): Reading {
  return { step: values.steps[index]!, mean: values.mean[index]!, low: values.low[index]!, high: values.high[index]! };
}

/** The values measured nearest to `step`; the last ones without it; undefined without any. */
export function readAt(
  series: RunSeries,
  metric: string,
  options: BandOptions,
  step = Infinity,
): Reading | undefined {
  const values = band(series, metric, options);
  const { steps } = values;
  if (steps.length === 0) return undefined;
  let index = 0;
  for (let width = steps.length; width > 0; ) {
    const half = width >> 1;
    if (steps[index + half]! < step) {
      index += half + 1;
      width -= half + 1;
    } else width = half;
  }
  if (index === steps.length || (index > 0 && step - steps[index - 1]! < steps[index]! - step)) index--;
  return reading(values, index);
}

export function extentOf(series: RunSeries, metric: string, options: BandOptions): Extent | undefined {
  const values = band(series, metric, options);
  const { mean } = values;
  if (mean.length === 0) return undefined;
  let min = 0;
  let max = 0;
  for (let i = 1; i < mean.length; i++) {
    if (mean[i]! < mean[min]!) min = i;
    if (mean[i]! > mean[max]!) max = i;
  }
  return {
    first: reading(values, 0),
    last: reading(values, mean.length - 1),
    min: reading(values, min),
    max: reading(values, max),
  };
}
