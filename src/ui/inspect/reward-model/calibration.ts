import type { CalibrationBin } from '../../../core/labs/reward-model/inspection.js';
import { exactAxis } from '../../charts/axis.js';
import { resolveColor, withAlpha, type ChartTheme } from '../../charts/theme.js';
import { areaOf, paintAxes, scales, type Axes } from '../parts/canvas.js';

/** Standard error of a share that was counted over so many pairs. */
export function shareError({ accuracy, pairs }: CalibrationBin): number {
  return Math.sqrt((accuracy * (1 - accuracy)) / pairs);
}

export function calibrationAxes(titles: Pick<Axes, 'xTitle' | 'yTitle'>): Axes {
  return { x: exactAxis(0.5, 1, 5), y: exactAxis(0, 1, 5), ...titles };
}

/** Confidence against accuracy beside the diagonal, each bin with its standard error, larger the more pairs it has. */
export function paintCalibration(
  canvas: HTMLCanvasElement,
  width: number,
  height: number,
  bins: readonly CalibrationBin[],
  axes: Axes,
  theme: ChartTheme,
): void {
  const context = paintAxes(canvas, width, height, axes, theme);
  if (!context) return;
  const { toX, toY } = scales(axes, areaOf(width, height));
  const color = resolveColor('var(--series-0)');
  const line = (points: readonly (readonly [number, number])[]): void => {
    context.beginPath();
    points.forEach(([x, y], i) => (i === 0 ? context.moveTo(toX(x), toY(y)) : context.lineTo(toX(x), toY(y))));
    context.stroke();
  };
  context.strokeStyle = theme.muted;
  context.setLineDash([4, 3]);
  line([[0.5, 0.5], [1, 1]]);
  context.setLineDash([]);
  context.strokeStyle = color;
  context.lineWidth = 1.5;
  line(bins.map(({ confidence, accuracy }) => [confidence, accuracy]));
  const most = Math.max(...bins.map(({ pairs }) => pairs));
  for (const bin of bins) {
    const { confidence, accuracy, pairs } = bin;
    const error = shareError(bin);
    context.strokeStyle = color;
    line([[confidence, Math.max(0, accuracy - error)], [confidence, Math.min(1, accuracy + error)]]);
    context.beginPath();
    context.arc(toX(confidence), toY(accuracy), 2.5 + 4.5 * Math.sqrt(pairs / most), 0, 2 * Math.PI);
    context.fillStyle = theme.surface;
    context.fill();
    context.fillStyle = withAlpha(color, 0.4);
    context.fill();
    context.stroke();
  }
}
