import type { Range } from '../../core/metrics.js';
import type { ProgressKind } from '../../core/run/progress.js';

/** An axis from `min` to `max` with its ticks. */
export interface Axis {
  readonly min: number;
  readonly max: number;
  readonly ticks: readonly number[];
  readonly format: (tick: number) => string;
}

/** Whether the last number stands at the end of an axis, where it is not to reach beyond. */
export function endsInTick({ max, ticks }: Axis): boolean {
  return ticks.at(-1) === max;
}

/** Where a value lies on an axis: 0 at its start, 1 at its end. */
export function shareOf({ min, max }: Axis, log: boolean, value: number): number {
  return log ? Math.log(value / min) / Math.log(max / min) : (value - min) / (max - min);
}

/** The smallest of 1, 2, 2.5, 5 × 10^k that covers `span` in at most `intervals` steps. */
export function niceStep(span: number, intervals: number): number {
  const rough = span / intervals;
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 2.5, 5, 10].find((candidate) => candidate * power >= rough * (1 - 1e-9))!;
  return factor * power;
}

function multiples(step: number, min: number, max: number): number[] {
  const ticks: number[] = [];
  for (let k = Math.ceil(min / step - 1e-9) || 0; k * step <= max + step * 1e-9; k++) ticks.push(k * step);
  return ticks;
}

function formatByStep(step: number): (tick: number) => string {
  if (step < 1e-3) return (tick) => (Math.abs(tick) < step / 2 ? '0' : exponent(tick));
  const decimals = [0, 1, 2, 3, 4].find((places) => Math.abs(step * 10 ** places - Math.round(step * 10 ** places)) < 1e-6);
  return (tick) => {
    const text = tick.toFixed(decimals ?? 4);
    return Math.abs(tick) >= 10_000 ? exponent(tick) : text.replace(/^-(0(\.0*)?)$/, '$1').replace('-', '−');
  };
}

function exponent(value: number): string {
  return value.toExponential(2).replace(/\.?0+e/, 'e').replace('e+', 'e').replace(/^-/, '−');
}

/** The axis that runs are drawn along, from `min` to `max` in what is counted. */
export function progressAxis(kind: ProgressKind, min: number, max: number, intervals: number): Axis {
  if (kind === 'time') return timeAxis(min, max, intervals);
  const axis = stepAxis(min, max, intervals);
  return kind === 'step' ? axis : { ...axis, format: countFormat(axis.max) };
}

const factors = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10];

/** Where an axis ends that grows with what it shows, but not with each bit of it: the next round number. */
export function roundEnd(reached: number): number {
  const power = 10 ** Math.floor(Math.log10(reached));
  return factors.find((factor) => factor * power >= reached * (1 - 1e-9))! * power;
}

/** Thousands and millions as `12.5k` and `3M`, on an axis that goes that far. */
function countFormat(max: number): (count: number) => string {
  const [unit, name] = max >= 1e7 ? [1e6, 'M'] : max >= 1e4 ? [1e3, 'k'] : [1, ''];
  return (count) => (count === 0 ? '0' : `${Number((count / unit).toFixed(2))}${name}`);
}

const timeUnits = [[3600, 'h'], [60, 'min'], [1, 's']] as const;
/** An axis has to be so many units long to be told in them. */
const leastUnits = 2.5;

/** An axis of seconds, told in seconds, minutes or hours. */
function timeAxis(min: number, max: number, intervals: number): Axis {
  const end = Math.max(max, min + 1e-3);
  const [unit, name] = timeUnits.find(([seconds]) => end - min >= leastUnits * seconds) ?? timeUnits[2];
  const { ticks, format } = exactAxis(min / unit, end / unit, intervals);
  return { min, max: end, ticks: ticks.map((tick) => tick * unit), format: (tick) => (tick === 0 ? '0' : `${format(tick / unit)} ${name}`) };
}

/** The axis of training steps from 0, or of the part that is zoomed into; a tick at its end where round steps reach it. */
export function stepAxis(min: number, max: number, intervals: number): Axis {
  const nice = niceStep(Math.max(1, max - min), intervals);
  const power = 10 ** Math.max(0, Math.floor(Math.log10((max - min) / intervals)));
  const reachesEnd = [1, 2, 3, 4, 5, 6, 8].find(
    (factor) => factor * power * intervals >= max - min && (max - min) % (factor * power) === 0,
  );
  const step = reachesEnd ? reachesEnd * power : Math.max(1, nice);
  return { min, max: Math.max(max, min + 1), ticks: multiples(step, min, max), format: formatByStep(1) };
}

/**
 * A linear axis that shows all values that a metric can have where they are known, else round numbers around the data,
 * with 0 unless the metric can go below it. It ends where the values do, but for an end that the data pass.
 */
export function valueAxis(range: Range | undefined, low: number, high: number, intervals: number): Axis {
  if (!range) return roundAxis(low >= 0 ? 0 : low, high, intervals);
  const [least, most] = range;
  const slack = 1e-6 * (most - least);
  const around = roundAxis(Math.min(least, low), Math.max(most, high), intervals);
  return exactAxis(low < least - slack ? around.min : least, high > most + slack ? around.max : most, intervals);
}

/** A linear axis that ends where it is told to. */
export function exactAxis(min: number, max: number, intervals: number): Axis {
  const step = niceStep(max - min, intervals);
  return { min, max, ticks: multiples(step, min, max), format: formatByStep(step) };
}

/** A linear axis between round numbers around the data. */
export function roundAxis(low: number, high: number, intervals: number): Axis {
  const above = high > low ? high : low + (Math.abs(low) || 1);
  const step = niceStep(above - low, intervals);
  return exactAxis(Math.floor(low / step + 1e-9) * step, Math.ceil(above / step - 1e-9) * step, intervals);
}

/** A logarithmic axis over whole decades; `low` is the smallest positive value, NaN if there is none. */
export function logAxis(low: number, high: number, intervals: number): Axis {
  const from = Number.isFinite(low) ? Math.floor(Math.log10(low) + 1e-9) : -1;
  const to = Math.max(from + 1, high > 0 ? Math.ceil(Math.log10(high) - 1e-9) : 0);
  const every = Math.ceil((to - from) / intervals);
  const ticks: number[] = [];
  for (let power = from; power <= to; power += every) ticks.push(Number(`1e${power}`));
  return { min: Number(`1e${from}`), max: Number(`1e${to}`), ticks, format: (tick) => (tick >= 0.01 && tick < 10_000 ? String(tick) : exponent(tick)) };
}
