import type { NumberRange } from './parameters.js';

/** `3e-4`, `0.05`, `20`: the shortest form that reads back as the same number. */
export function formatNumber(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  return size < 0.01 || size >= 1e6 ? value.toExponential().replace('e+', 'e') : String(value);
}

/** English, for a terminal and the README; the page words ranges itself. */
export function describeRange({ min, max, zero, values }: NumberRange): string {
  if (values) return values.map(formatNumber).join(', ');
  const range = `${formatNumber(min)} to ${formatNumber(max)}`;
  return zero && min > 0 ? `0 or ${range}` : range;
}
