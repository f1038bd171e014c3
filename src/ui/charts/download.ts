import { toCsv } from '../../core/series/csv.js';
import type { ChartRun } from './chartRun.js';
import { resolveColor, type ChartTheme } from './theme.js';

/** Saves a file that was made in the page. */
export function download(name: string, content: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  // The browser reads the address after the click.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** All runs of a chart as comma-separated values: one row a run, step and replica, one column a metric. */
export function runsToCsv(runs: readonly ChartRun[], metrics: readonly string[]): string {
  const rows = runs.flatMap((run) => {
    const label = `"${run.label.replaceAll('"', '""')}"`;
    const [, ...lines] = toCsv(run.series, metrics).trimEnd().split('\n');
    return lines.map((line) => `${label},${line}`);
  });
  return [`run,step,replica,${metrics.join(',')}`, ...rows, ''].join('\n');
}

export interface PictureTexts {
  readonly title: string;
  readonly subtitle: string;
}

const margin = 16;
const lineHeight = 20;

/** A line of the legend: a colour, and what it or its dashes stand for. */
export interface LegendEntry {
  readonly label: string;
  /** A CSS colour, or a custom property as `var(--series-1)`. */
  readonly color: string;
  /** px drawn and left out; empty for a whole line. */
  readonly dash: readonly number[];
}

/**
 * The chart with its title and a legend, on the page's surface colour, at the resolution of the screen; null where the
 * browser gives no canvas to draw it on.
 */
export async function chartPicture(
  chart: HTMLCanvasElement,
  { title, subtitle }: PictureTexts,
  legend: readonly LegendEntry[],
  theme: ChartTheme,
): Promise<Blob | null> {
  const ratio = chart.width / chart.clientWidth;
  const width = chart.clientWidth + 2 * margin;
  const header = margin + 2 * lineHeight;
  const canvas = document.createElement('canvas');
  canvas.width = width * ratio;
  canvas.height = (header + chart.clientHeight + legend.length * lineHeight + margin) * ratio;
  const context = canvas.getContext('2d');
  if (!context) return null;
  context.scale(ratio, ratio);
  context.fillStyle = theme.surface;
  context.fillRect(0, 0, width, canvas.height);
  context.textBaseline = 'middle';
  context.fillStyle = theme.ink;
  context.font = `600 14px ${theme.font}`;
  context.fillText(title, margin, margin + lineHeight / 2, width - 2 * margin);
  context.fillStyle = theme.muted;
  context.font = `12px ${theme.font}`;
  context.fillText(subtitle, margin, margin + 1.5 * lineHeight, width - 2 * margin);
  context.drawImage(chart, margin, header, chart.clientWidth, chart.clientHeight);
  context.lineWidth = 3;
  context.fillStyle = theme.ink;
  legend.forEach(({ label, color, dash }, i) => {
    const y = header + chart.clientHeight + (i + 0.5) * lineHeight + margin / 2;
    context.strokeStyle = resolveColor(color);
    context.setLineDash([...dash]);
    context.beginPath();
    context.moveTo(margin, y);
    context.lineTo(margin + 26, y);
    context.stroke();
    context.fillText(label, margin + 34, y, width - 2 * margin - 34);
  });
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
}
