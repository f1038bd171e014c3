import { companionsOf } from '../../core/metrics.js';
import type { ChartMetrics, ChartRequest } from './chartView.js';
import { download, pngOf, runsToCsv } from './download.js';
import { chartPicture } from './picture.js';

/** `grpo-validation.reward` */
const nameOf = ({ lab, metrics }: ChartRequest): string => `${lab.id}-${(metrics as ChartMetrics)[0].id}`;

/** Saves a chart as a PNG; resolves to whether there was a picture to save. */
export async function savePicture(request: ChartRequest): Promise<boolean> {
  const png = await pngOf(chartPicture(request)).catch(() => null);
  if (png) download(`${nameOf(request)}.png`, png);
  return png !== null;
}

/** Saves a chart as an SVG image. */
export function saveDrawing(request: ChartRequest): void {
  download(`${nameOf(request)}.svg`, new Blob([chartPicture(request)], { type: 'image/svg+xml' }));
}

/** Saves the values that a chart shows, and those behind its error, as comma-separated values. */
export function saveTable(request: ChartRequest): void {
  const { lab, runs, metrics, settings: { along }, range } = request;
  const [metric] = metrics as ChartMetrics;
  const table = runsToCsv({ lab, runs, metrics: [metric.id, ...companionsOf(metric)], along, range });
  download(`${nameOf(request)}.csv`, new Blob([table], { type: 'text/csv' }));
}
