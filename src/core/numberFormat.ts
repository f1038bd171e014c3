import type { Metric } from './metrics.js';
import type { NumberRange } from './parameters.js';

/** `3e-4`, `0.05`, `20`: the shortest form that reads back as the same number. */
export function formatNumber(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  return size < 0.01 || size >= 1e6 ? value.toExponential().replace('e+', 'e') : String(value);
}

/** A measured number in a line of text: two decimals, or three significant digits where those say nothing. */
export function formatMeasured(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  if (size >= 100) return value.toFixed(0);
  if (size !== 0 && size < 0.005) return size < 1e-4 ? value.toExponential(0).replace('e+', 'e') : value.toPrecision(1);
  return value.toFixed(2);
}

/** A metric's value in a line of text, with a minus sign: a learning rate in three digits, others as they are measured. */
export function formatMetric({ unit }: Pick<Metric, 'unit'>, value: number): string {
  return (unit === 'rate' ? formatNumber(Number(value.toPrecision(3))) : formatMeasured(value)).replace(/^-/, '−');
}

/** English, for a terminal and the README; the page words ranges itself. */
export function describeRange({ min, max, zero, values }: NumberRange): string {
  if (values) return values.map(formatNumber).join(', ');
  const range = `${formatNumber(min)} to ${formatNumber(max)}`;
  return zero && min > 0 ? `0 or ${range}` : range;
}
