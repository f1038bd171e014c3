import { dotRadius, solidOpacity, type Markings } from './markings.js';
import { withAlpha, type ChartTheme } from './theme.js';

const fontOf = ({ font, fontSize }: ChartTheme): string => `${fontSize}px ${font}`;

/** The width of a text of a chart, px. */
export function measure(context: CanvasRenderingContext2D, text: string, theme: ChartTheme): number {
  context.save();
  context.font = fontOf(theme);
  const { width } = context.measureText(text);
  context.restore();
  return Math.ceil(width);
}

/** Lines beside the data, to be drawn under it. */
export function drawRules(context: CanvasRenderingContext2D, { rules }: Pick<Markings, 'rules'>): void {
  context.save();
  context.lineWidth = 1;
  for (const { from, to, color, dash } of rules) {
    context.strokeStyle = color;
    context.setLineDash([...dash]);
    context.beginPath();
    context.moveTo(...from);
    context.lineTo(...to);
    context.stroke();
  }
  context.restore();
}

/** Names and points over the lines: a halo keeps a name readable without hiding them, a ground where there was no room beside them. */
export function drawNames(context: CanvasRenderingContext2D, { dots, texts }: Pick<Markings, 'dots' | 'texts'>, theme: ChartTheme): void {
  context.save();
  for (const { x, y, color } of dots) {
    context.beginPath();
    context.arc(x, y, dotRadius, 0, 2 * Math.PI);
    context.fillStyle = theme.surface;
    context.fill();
    context.lineWidth = 2;
    context.strokeStyle = color;
    context.stroke();
  }
  context.font = fontOf(theme);
  context.textBaseline = 'middle';
  context.lineJoin = 'round';
  context.lineWidth = 3;
  context.strokeStyle = theme.surface;
  for (const { text, color, solid, left, right, top, bottom } of texts) {
    const middle = (top + bottom) / 2;
    if (solid) {
      context.fillStyle = withAlpha(theme.surface, solidOpacity);
      context.fillRect(left - 2, top, right - left + 4, bottom - top);
    } else context.strokeText(text, left, middle);
    context.fillStyle = color;
    context.fillText(text, left, middle);
  }
  context.restore();
}
