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
  const all = reachOf(drawn);
  const kept = trimmed ? reachOf(drawn.filter((value) => value >= least && value <= most)) : all;
  const { low, high, lowPositive } = together(kept, reachOf(levels));
  const room = bandRoom * (high - low);
  const [lowest, highest] = range ?? [low >= 0 ? 0 : -Infinity, Infinity];
  return {
    low: Math.min(low, Math.max(lowest, low - room, reachOf(finite(lines.map((line) => line.low))).low)),
    high: Math.max(high, Math.min(highest, high + room, reachOf(finite(lines.map((line) => line.high))).high)),
    lowPositive: Number.isFinite(lowPositive) ? lowPositive : NaN,
    ...(all.high > most && { above: all.high }),
    ...(all.low < least && { below: all.low }),
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

function finite(lines: readonly (readonly Point[])[]): number[] {
  const values: number[] = [];
  for (const points of lines) for (const { y } of points) if (Number.isFinite(y)) values.push(y);
  return values;
}

/** Smallest, largest, and smallest above 0: infinite where there is none. Loops, since a frame has thousands of values. */
function reachOf(values: readonly number[]): Extent {
  let [low, high, lowPositive] = [Infinity, -Infinity, Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
    if (value > 0 && value < lowPositive) lowPositive = value;
  }
  return { low, high, lowPositive };
}

const together = (a: Extent, b: Extent): Extent => ({
  low: Math.min(a.low, b.low),
  high: Math.max(a.high, b.high),
  lowPositive: Math.min(a.lowPositive, b.lowPositive),
});

/** What an axis shows that only grows: as much as before and as much as now. */
export function widened(before: Extent, now: ChartExtent): ChartExtent {
  const less = (a: number, b: number): number => (Number.isNaN(a) ? b : Number.isNaN(b) ? a : Math.min(a, b));
  const more = (a: number, b: number): number => -less(-a, -b);
  return { ...now, low: less(before.low, now.low), high: more(before.high, now.high), lowPositive: less(before.lowPositive, now.lowPositive) };
}
