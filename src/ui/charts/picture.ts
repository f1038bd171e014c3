import { runConfig } from '../../core/labs/runParameters.js';
import { chartView, type ChartMetrics, type ChartRequest } from './chartView.js';
import { allHaveBands, dashOf, smoothingOf } from './lines.js';
import { chartSvg, type PictureTexts } from './svg.js';

/** What the lines of a chart are: of how many seeds the runs drawn are, and what is shaded about them. */
export function seedsText({ metrics, config, runs, settings, wording: { t } }: ChartRequest): string {
  const [{ chart }] = metrics as ChartMetrics;
  const counts = runs.length > 0 ? runs.map(({ series }) => series.replicas) : [runConfig(config).replicas];
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  if (most === 1) return t('chart.oneSeed');
  const n = least === most ? most : `${least}–${most}`;
  const band = chart?.shadesGap || chart?.standardError ? 'none' : settings.band;
  if (band === 'none' || allHaveBands(runs)) return t(`chart.band.${band}`, { n });
  return t(runs.some(({ current }) => current) ? `chart.band.${band}.foreground` : 'chart.band.none', { n });
}

/** What is written around a chart where it stands by itself: its title, what its lines are, every run by its colour. */
export function pictureTexts(request: ChartRequest): PictureTexts {
  const { metrics, runs, settings, wording: { t, format } } = request;
  const [metric] = metrics as ChartMetrics;
  const smoothing = smoothingOf(metric, settings.smoothing);
  const smoothed = smoothing > 0 ? [t('chart.smoothed', { smoothing: format(smoothing) })] : [];
  const named = runs.map(({ label, color, baseline }) => ({
    label: baseline ? t('chart.baseline', { run: label }) : label, color, dash: [],
  }));
  const dashed = metrics.map(({ id }, place) => ({ label: t(`metric.${id}`), color: 'var(--ink-2)', dash: dashOf(place) }));
  return {
    title: t(`metric.${metric.id}`),
    subtitle: [seedsText(request), ...smoothed].join(' '),
    along: t(`charts.along.${settings.along}`),
    legend: metrics.length > 1 ? [...named, ...dashed] : named,
  };
}

/** A chart as an SVG image with its title and legend, of just what it shows. */
export function chartPicture(request: ChartRequest): string {
  return chartSvg(chartView(request).view, pictureTexts(request));
}
