import type { Lab } from '../../core/labs/lab.js';
import { toCsv } from '../../core/series/csv.js';
import { progressOf, type ProgressKind } from '../../core/run/progress.js';
import type { ChartRun } from './chartRun.js';
import { stepsIn, type PlaceRange } from './lines.js';

/** Saves a file that was made in the page. */
export function download(name: string, content: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  // The browser reads the address after the click.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

export interface Table {
  readonly lab: Lab;
  readonly runs: readonly ChartRun[];
  readonly metrics: readonly string[];
  /** What is counted to the right: a column of its own, unless it is the step. */
  readonly along: ProgressKind;
  /** What is shown of it, where zoomed. */
  readonly range?: PlaceRange | undefined;
}

const columns: Readonly<Record<ProgressKind, string>> = { step: 'step', samples: 'samples', tokens: 'tokens', time: 'seconds' };

/** What a chart shows as comma-separated values: one row a run, step and replica, one column a metric. */
export function runsToCsv({ lab, runs, metrics, along, range }: Table): string {
  const place = along === 'step' ? [] : [columns[along]];
  const rows = runs.flatMap((run) => {
    const label = `"${run.label.replaceAll('"', '""')}"`;
    const progress = progressOf(lab, run, along);
    const [from, to] = range ? stepsIn(progress, range) : [-Infinity, Infinity];
    const at = place.map((name) => ({ name, at: (step: number) => progress.at(step) }))[0];
    const [, ...lines] = toCsv(run.series, metrics, { from, to, place: at }).trimEnd().split('\n');
    return lines.map((line) => `${label},${line}`);
  });
  return [['run', 'step', ...place, 'replica', ...metrics].join(','), ...rows, ''].join('\n');
}

/** Pixels of a picture for each of the SVG image. */
const sharpness = 2;

/** An SVG image as a PNG; null where the browser gives no canvas to draw it on. Rejects where it cannot read the image. */
export async function pngOf(svg: string): Promise<Blob | null> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = image.width * sharpness;
  canvas.height = image.height * sharpness;
  const context = canvas.getContext('2d');
  if (!context) return null;
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
}
