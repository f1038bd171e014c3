import { presetConfig } from '../../src/core/labs/configure.js';
import { grpo } from '../../src/core/labs/grpo/index.js';
import type { Values } from '../../src/core/messages/messages.js';
import type { Metric } from '../../src/core/metrics.js';
import { RunSeries } from '../../src/core/series/runSeries.js';
import type { ChartRun } from '../../src/ui/charts/chartRun.js';
import { defaultSettings } from '../../src/ui/charts/chartSettings.js';
import type { ChartRequest } from '../../src/ui/charts/chartView.js';
import type { LineOptions } from '../../src/ui/charts/lines.js';
import { paperTheme } from '../../src/ui/charts/paper.js';

export const metric: Metric = { id: 'gradNorm', group: 'optimizer', unit: 'norm', cadence: 'step', scale: 'linear' };

export function seriesOf(replicas: number, values: readonly (readonly number[])[], id = metric.id): RunSeries {
  const series = new RunSeries(replicas);
  series.append({
    steps: Int32Array.from(values, (_, i) => i + 1),
    seconds: new Float64Array(values.length),
    columns: { [id]: Float64Array.from(values.flat()) },
  });
  return series;
}

export const config = presetConfig(grpo, grpo.presets[0]!);

export function runOf(series: RunSeries, current = true, change: Partial<ChartRun> = {}): ChartRun {
  const own = { id: String(current), label: '', color: '#000', current, baseline: false, live: false, version: 0, marks: [] };
  return { ...own, head: { config, events: [] }, series, ...change };
}

export const lineOptions = (change: Partial<LineOptions>): LineOptions => ({ lab: grpo, along: 'step', kind: 'none', smoothing: 0, width: 300, ...change });
export const wording = {
  format: String,
  t: (id: string, values: Values = {}) => [id, ...Object.entries(values).map(([name, value]) => `${name}=${value}`)].join(' '),
};

export function request(runs: readonly ChartRun[], change: Partial<ChartRequest> = {}): ChartRequest {
  const size = { small: false, width: 400, height: 240 };
  return { lab: grpo, metrics: [metric], config, runs, settings: { ...defaultSettings, smoothing: 0 }, log: false, wording, theme: paperTheme, ...size, ...change };
}

export const measure = (text: string): number => 6 * text.length;
