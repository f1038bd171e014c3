import type { Values } from '../../../core/messages/messages.js';
import { roundAxis } from '../../charts/axis.js';
import { resolveColor, withAlpha, type ChartTheme } from '../../charts/theme.js';
import { areaOf, paintAxes, scales, type Axes } from './canvas.js';
import { lookOf } from './looks.js';

export interface ScatterPoint {
  readonly x: number;
  readonly y: number;
  /** Its place among the groups. */
  readonly group: number;
  /** What it stands for. */
  readonly name: string;
}

/** How near the pointer has to be to a point to mean it, px. */
const reach = 14;

/** @param extent what both axes show to either side of 0 at least, so that points drawn together are seen to be so */
export function scatterAxes(points: readonly ScatterPoint[], titles: Pick<Axes, 'xTitle' | 'yTitle'>, extent?: number): Axes {
  const kept = extent === undefined ? [] : [-extent, extent];
  const axis = (values: readonly number[]) =>
    values.length + kept.length === 0 ? roundAxis(0, 1, 4) : roundAxis(Math.min(...values, ...kept), Math.max(...values, ...kept), 4);
  return { x: axis(points.map(({ x }) => x)), y: axis(points.map(({ y }) => y)), ...titles };
}

/** The point nearest to a place in a plot of this size, if it is near enough; places in CSS pixels. */
export function pointAt(
  points: readonly ScatterPoint[],
  axes: Axes,
  { width, height }: { readonly width: number; readonly height: number },
  left: number,
  top: number,
): number | undefined {
  const { toX, toY } = scales(axes, areaOf(width, height));
  let nearest: number | undefined;
  let least = reach;
  points.forEach(({ x, y }, i) => {
    const distance = Math.hypot(toX(x) - left, toY(y) - top);
    if (distance > least) return;
    least = distance;
    nearest = i;
  });
  return nearest;
}

/** How many points each group has, and around which place. */
export function scatterSummary(
  title: string,
  points: readonly ScatterPoint[],
  groups: readonly string[],
  format: (value: number) => string,
  t: (id: string, values?: Values) => string,
): string {
  const lines = groups.flatMap((name, group) => {
    const own = points.filter((point) => point.group === group);
    if (own.length === 0) return [];
    const mean = (of: (point: ScatterPoint) => number): string => format(own.reduce((sum, point) => sum + of(point), 0) / own.length);
    return t('plot.group', { name, count: own.length, x: mean(({ x }) => x), y: mean(({ y }) => y) });
  });
  return [t('plot.points', { title, count: points.length }), ...lines].join(' ');
}

export function paintScatter(
  canvas: HTMLCanvasElement,
  width: number,
  height: number,
  points: readonly ScatterPoint[],
  axes: Axes,
  pointed: number | undefined,
  theme: ChartTheme,
): void {
  const context = paintAxes(canvas, width, height, axes, theme);
  if (!context) return;
  const { toX, toY } = scales(axes, areaOf(width, height));
  const paths = new Map<number, { readonly path: Path2D; readonly fill: string; readonly stroke: string }>();
  for (const { group } of points) {
    if (paths.has(group)) continue;
    const { color, shape } = lookOf(group);
    const stroke = resolveColor(color);
    paths.set(group, { path: new Path2D(shape), stroke, fill: withAlpha(stroke, 0.4) });
  }
  points.forEach(({ x, y, group }, i) => {
    const { path, fill, stroke } = paths.get(group)!;
    context.save();
    context.translate(toX(x), toY(y));
    if (i === pointed) context.scale(1.6, 1.6);
    context.fillStyle = fill;
    context.strokeStyle = i === pointed ? theme.ink : stroke;
    context.fill(path);
    context.stroke(path);
    context.restore();
  });
}
