import type { ChartView } from './chartView.js';
import { dashOf } from './lines.js';
import type { Point } from './point.js';

/** A line of a chart, or an area between two. */
export type Layer = Stroke | Shade;

export interface Stroke {
  /** What it is, while the chart shows the same. */
  readonly key: string;
  /** Broken where a value is no number. */
  readonly line: readonly Point[];
  readonly color: string;
  /** 0 to 1 */
  readonly opacity: number;
  /** px */
  readonly width: number;
  /** px drawn and left out; empty for a whole line. */
  readonly dash: readonly number[];
  /** Of its points, px; 0 where they are not drawn. */
  readonly radius: number;
}

export interface Shade {
  readonly key: string;
  /** Points at the same places. */
  readonly from: readonly Point[];
  readonly to: readonly Point[];
  readonly color: string;
  readonly opacity: number;
}

/** Points nearer to each other than this, px, are a line. */
const pointRoom = 6;

/** What a chart is drawn of, from back to front. */
export function layersOf({ lines: { lines, gap }, log, y, width, theme }: ChartView): Layer[] {
  // On a logarithmic axis a line is broken where it is not positive, and what is shaded reaches down to the axis there.
  const stroked = (points: readonly Point[]): readonly Point[] => (log ? points.map((point) => (point.y > 0 ? point : { x: point.x, y: NaN })) : points);
  const shaded = (points: readonly Point[]): readonly Point[] => (log ? points.map((point) => (point.y > 0 ? point : { x: point.x, y: y.min })) : points);
  const layers: Layer[] = [];
  if (gap) layers.push({ key: 'gap', from: shaded(gap.from), to: shaded(gap.to), color: theme.muted, opacity: 0.2 });
  for (const { run, metric, place, mean, raw, low, high } of lines) {
    const color = theme.resolve(run.color);
    const key = `${run.id} ${metric.id}`;
    const isSparse = metric.cadence === 'validation' && mean.length * pointRoom < width;
    if (low.length > 0) layers.push({ key: `${key} band`, from: shaded(high), to: shaded(low), color, opacity: run.current ? 0.18 : 0.1 });
    if (raw.length > 0) layers.push({ key: `${key} raw`, line: stroked(raw), color, opacity: 0.35, width: 1, dash: [], radius: 0 });
    layers.push({
      key, line: stroked(mean), color, dash: dashOf(place),
      opacity: run.current ? 1 : 0.7, width: run.current ? 2 : 1.5,
      radius: isSparse || mean.length === 1 ? (run.current ? 2.5 : 1.5) : 0,
    });
  }
  return layers;
}
