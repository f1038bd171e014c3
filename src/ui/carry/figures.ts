import type { Figure } from '../../core/run/document.js';
import { chartLines } from '../../core/metrics.js';
import { formatMetric } from '../../core/numberFormat.js';
import { kindsOf } from '../../core/run/progress.js';
import type { ChartRun } from '../charts/chartRun.js';
import { readChartSettings } from '../charts/chartSettings.js';
import { chartPicture } from '../charts/picture.js';
import { chartTheme } from '../charts/theme.js';
import { chartRuns } from '../state/describe.js';
import type { Playground } from '../state/playground.svelte.js';
import type { Run } from '../state/run.svelte.js';
import { settings } from '../state/settings.svelte.js';

/** px */
const width = 720;
const height = 280;

/** Runs as charts draw them, wherever the page does. */
export function drawnRuns({ labRuns, baseline, selected }: Playground, runs: readonly Run[]): ChartRun[] {
  const foreground = selected && runs.includes(selected) ? selected : runs[0];
  return chartRuns({ labRuns, baseline, comparable: [...runs], selected: foreground }, settings.t);
}

/** The main charts of runs, drawn as the page's charts are. */
export function figuresOf(playground: Playground, runs: readonly Run[]): Figure[] {
  const { lab } = playground.setup;
  const { t } = settings;
  const { config } = runs[0]!;
  const chosen = readChartSettings();
  const along = kindsOf(lab).includes(chosen.along) ? chosen.along : 'step';
  const drawn = drawnRuns(playground, runs);
  const headlines = lab.headlines(config).flatMap((id) => lab.metrics.filter((metric) => metric.id === id));
  return headlines.map((metric) => {
    const format = (value: number): string => formatMetric(metric, value);
    const svg = chartPicture({
      lab, config, metrics: chartLines(lab.metrics, metric, config), runs: drawn, settings: { ...chosen, along },
      log: metric.scale === 'log', small: false, width, height, wording: { format, t }, theme: chartTheme(),
    });
    return { kind: 'figure', name: metric.id, title: t(`metric.${metric.id}`), svg };
  });
}
