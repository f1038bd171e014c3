import { shareOf, type Axis } from '../../charts/axis.js';
import type { Area } from '../../charts/plotArea.js';
import type { ChartTheme } from '../../charts/theme.js';

/** Room for tick labels and titles, px. */
const margin = { left: 44, right: 12, top: 20, bottom: 36 };

export interface Axes {
  readonly x: Axis;
  readonly y: Axis;
  readonly xTitle: string;
  readonly yTitle: string;
}

/** The plot's rectangle in a canvas of this size, CSS pixels. */
export function areaOf(width: number, height: number): Area {
  return { left: margin.left, right: width - margin.right, top: margin.top, bottom: height - margin.bottom };
}

/** Where values of the axes lie, CSS pixels. */
export function scales({ x, y }: Pick<Axes, 'x' | 'y'>, area: Area) {
  return {
    toX: (value: number): number => area.left + shareOf(x, false, value) * (area.right - area.left),
    toY: (value: number): number => area.bottom - shareOf(y, false, value) * (area.bottom - area.top),
  };
}

/** An empty canvas at the resolution of the screen, with its axes and their titles; null where the browser gives none. */
export function paintAxes(
  canvas: HTMLCanvasElement,
  width: number,
  height: number,
  axes: Axes,
  theme: ChartTheme,
): CanvasRenderingContext2D | null {
  const { x, y, xTitle, yTitle } = axes;
  const area = areaOf(width, height);
  const { toX, toY } = scales(axes, area);
  const ratio = devicePixelRatio;
  // Setting its size clears a canvas.
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const context = canvas.getContext('2d');
  if (!context) return null;
  context.scale(ratio, ratio);
  context.font = `${theme.fontSize}px ${theme.font}`;
  context.fillStyle = theme.muted;
  context.strokeStyle = theme.grid;
  context.textBaseline = 'middle';
  context.textAlign = 'right';
  for (const tick of y.ticks) {
    const at = Math.round(toY(tick)) + 0.5;
    context.beginPath();
    context.moveTo(area.left, at);
    context.lineTo(area.right, at);
    context.stroke();
    context.fillText(y.format(tick), area.left - 6, at);
  }
  context.textAlign = 'center';
  for (const tick of x.ticks) context.fillText(x.format(tick), toX(tick), area.bottom + 10);
  context.fillText(xTitle, (area.left + area.right) / 2, height - 8, area.right - area.left);
  context.textAlign = 'left';
  context.fillText(yTitle, 0, 7, width);
  return context;
}
