import { smoother } from '../series/smoothing.js';
import type { ReadMetric } from './detector.js';

/** A metric's exponential mean, α = .2 a measured step; NaN at a step without a measurement. */
export function exponentialMean(metric: string): (read: ReadMetric) => number {
  const smooth = smoother(0.8);
  return (read) => smooth(read(metric));
}

/** Tells whether a condition has held `count` times in a row; it is asked only when there is a measurement. */
export function inARow(count: number): (holds: boolean) => boolean {
  let length = 0;
  return (holds) => {
    length = holds ? length + 1 : 0;
    return length >= count;
  };
}

/** The mean of what was measured in the steps `from` to `to`, both counted; NaN until the last of them is over. */
export function meanOverSteps(from: number, to: number): (step: number, value: number) => number {
  let count = 0;
  let sum = 0;
  return (step, value) => {
    if (step >= from && step <= to && Number.isFinite(value)) {
      sum += value;
      count++;
    }
    return step > to ? sum / count : NaN;
  };
}
