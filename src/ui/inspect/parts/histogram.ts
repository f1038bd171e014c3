import type { Values } from '../../../core/messages/messages.js';
import { exactAxis, roundAxis } from '../../charts/axis.js';
import { resolveColor, withAlpha, type ChartTheme } from '../../charts/theme.js';
import { areaOf, paintAxes, scales, type Axes } from './canvas.js';
import { fillingOf, lookOf } from './looks.js';

/** A named series with a value for each bin: counts, shares or densities. */
export interface BinnedSeries {
  readonly name: string;
  readonly values: readonly number[];
}

export interface Bins {
  /** Where bins begin and end, rising: one more than there are bins. */
  readonly edges: readonly number[];
  readonly series: readonly BinnedSeries[];
}

export function histogramAxes({ edges, series }: Bins, titles: Pick<Axes, 'xTitle' | 'yTitle'>): Axes {
  const highest = Math.max(0, ...series.flatMap(({ values }) => values).filter(Number.isFinite));
  return { x: exactAxis(edges[0]!, edges.at(-1)!, 5), y: roundAxis(0, highest, 4), ...titles };
}

/** The bin that a value of the axis lies in, the first or the last for one outside. */
export function binAt(edges: readonly number[], value: number): number {
  const after = edges.findIndex((edge) => edge > value);
  return Math.min(edges.length - 2, Math.max(0, (after < 0 ? edges.length : after) - 1));
}

/** One bin in words: from where to where, and what each series has there. */
export function binText(
  { edges, series }: Bins,
  bin: number,
  format: (value: number) => string,
  t: (id: string, values?: Values) => string,
): string {
  const named = series.map(({ name, values }) => t('chart.named', { name, value: format(values[bin] ?? NaN) }));
  return t('plot.bin', { from: format(edges[bin]!), to: format(edges[bin + 1]!), values: named.join(t('page.listSeparator')) });
}

const hatch = 5;

/** Steps over the bins, series over series: the first filled, the second hatched, the third an outline. */
export function paintHistogram(
  canvas: HTMLCanvasElement,
  width: number,
  height: number,
  bins: Bins,
  axes: Axes,
  pointed: number | undefined,
  theme: ChartTheme,
): void {
  const context = paintAxes(canvas, width, height, axes, theme);
  if (!context) return;
  const area = areaOf(width, height);
  const { toX, toY } = scales(axes, area);
  const { edges, series } = bins;
  if (pointed !== undefined) {
    context.fillStyle = withAlpha(theme.muted, 0.15);
    context.fillRect(toX(edges[pointed]!), area.top, toX(edges[pointed + 1]!) - toX(edges[pointed]!), area.bottom - area.top);
  }
  series.forEach(({ values }, i) => {
    const color = resolveColor(lookOf(i).color);
    const outline = new Path2D();
    outline.moveTo(toX(edges[0]!), area.bottom);
    values.forEach((value, bin) => {
      outline.lineTo(toX(edges[bin]!), toY(value));
      outline.lineTo(toX(edges[bin + 1]!), toY(value));
    });
    outline.lineTo(toX(edges.at(-1)!), area.bottom);
    const filling = fillingOf(i);
    context.save();
    if (filling === 'full') {
      context.fillStyle = withAlpha(color, 0.35);
      context.fill(outline);
    } else if (filling === 'hatched') {
      context.clip(outline);
      context.strokeStyle = withAlpha(color, 0.7);
      context.beginPath();
      for (let x = area.left - (area.bottom - area.top); x < area.right; x += hatch) {
        context.moveTo(x, area.bottom);
        context.lineTo(x + area.bottom - area.top, area.top);
      }
      context.stroke();
    }
    context.restore();
    context.strokeStyle = color;
    context.lineWidth = 1.5;
    context.stroke(outline);
  });
}
