import type { Range } from '../../core/metrics.js';
import type { Lines } from './lines.js';
import type { Point } from './point.js';

/** The values that an axis has to show; NaN without data. */
export interface Extent {
  readonly low: number;
  readonly high: number;
  /** The smallest value above 0; NaN if there is none. */
  readonly lowPositive: number;
}

export interface ChartExtent extends Extent {
  /** The farthest of the values left out as outliers, above and below. */
  readonly above?: number;
  readonly below?: number;
}

/** How far a band may widen the axis beyond its mean line, as a share of that line's extent. */
const bandRoom = 0.5;
/** How many interquartile ranges from the quartiles a value is an outlier (Tukey's outer fences). */
const fenceWidth = 3;

/** What an extent is taken with beside lines. */
export interface ExtentOptions {
  /** To be shown, too. */
  readonly levels?: readonly number[];
  /** Whether outliers among the lines are left out. */
  readonly trimmed?: boolean;
  /** The values that there can be, where known: mean ± sd may reach beyond them, where no value is. */
  readonly range?: Range | undefined;
}

/** The values that lines reach, with levels beside them. */
export function extentOf({ lines }: Pick<Lines, 'lines'>, { levels = [], trimmed = false, range }: ExtentOptions = {}): ChartExtent {
  const drawn = finite(lines.flatMap(({ mean, raw }) => [mean, raw]));
  if (drawn.length === 0) return { low: NaN, high: NaN, lowPositive: NaN };
  const [least, most] = trimmed ? fences(drawn) : [-Infinity, Infinity];
  const shown = [...drawn.filter((value) => value >= least && value <= most), ...levels];
  const low = smallest(shown);
  const high = largest(shown);
  const room = bandRoom * (high - low);
  const [lowest, highest] = range ?? [low >= 0 ? 0 : -Infinity, Infinity];
  const lowPositive = smallest(shown.filter((value) => value > 0));
  const above = largest(drawn);
  const below = smallest(drawn);
  return {
    low: Math.min(low, Math.max(lowest, low - room, smallest(finite(lines.map((line) => line.low))))),
    high: Math.max(high, Math.min(highest, high + room, largest(finite(lines.map((line) => line.high))))),
    lowPositive: Number.isFinite(lowPositive) ? lowPositive : NaN,
    ...(above > most && { above }),
    ...(below < least && { below }),
  };
}

/** Between which values none is an outlier; where half of them are one value, nothing is. */
function fences(values: readonly number[]): readonly [least: number, most: number] {
  const sorted = Float64Array.from(values).sort();
  const first = sorted[Math.floor(0.25 * (sorted.length - 1))]!;
  const third = sorted[Math.ceil(0.75 * (sorted.length - 1))]!;
  const reach = third > first ? fenceWidth * (third - first) : Infinity;
  return [first - reach, third + reach];
}

const finite = (points: readonly (readonly Point[])[]): number[] => points.flat().map(({ y }) => y).filter(Number.isFinite);
const smallest = (values: readonly number[]): number => values.reduce((least, value) => Math.min(least, value), Infinity);
const largest = (values: readonly number[]): number => values.reduce((most, value) => Math.max(most, value), -Infinity);

/** What an axis shows that only grows: as much as before and as much as now. */
export function widened(before: Extent, now: ChartExtent): ChartExtent {
  const less = (a: number, b: number): number => (Number.isNaN(a) ? b : Number.isNaN(b) ? a : Math.min(a, b));
  const more = (a: number, b: number): number => -less(-a, -b);
  return { ...now, low: less(before.low, now.low), high: more(before.high, now.high), lowPositive: less(before.lowPositive, now.lowPositive) };
}
