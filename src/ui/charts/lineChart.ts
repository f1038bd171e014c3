import {
  Chart, Filler, LinearScale, LineController, LineElement, LogarithmicScale, PointElement,
  type ChartDataset, type ChartOptions, type Scale,
} from 'chart.js';
import annotationPlugin, { type AnnotationOptions } from 'chartjs-plugin-annotation';
import zoomPlugin from 'chartjs-plugin-zoom';
import type { Axis } from './axis.js';
import type { ChartMark } from './chartRun.js';
import type { Lines, Point } from './lines.js';
import { labelGap, placeLabels } from './markLabels.js';
import { resolveColor, withAlpha, type ChartTheme } from './theme.js';

Chart.register(LineController, LineElement, PointElement, LinearScale, LogarithmicScale, Filler, annotationPlugin);

/** Room for the value axis, px: the same in all charts, so that their steps line up. */
const axisWidth = 40;
const axisHeight = 20;
const padding = { top: 8, right: 10, bottom: 0, left: 0 };
/** Points nearer to each other than this, px, are a line. */
const pointRoom = 6;
const markFontSize = 11;
const markRowHeight = 14;

export interface LineChartState {
  readonly lines: Lines;
  readonly x: Axis;
  readonly y: Axis;
  readonly log: boolean;
  /** Those of the current run, the most telling first. */
  readonly marks: readonly ChartMark[];
  /** Rows of labels that marks may take. */
  readonly markRows: number;
  /** Whether single measurements are shown as points. */
  readonly points: boolean;
  /** CSS pixels. */
  readonly width: number;
  readonly height: number;
  /** The last step that zooming out shows. */
  readonly end: number;
  readonly theme: ChartTheme;
}

type Dataset = ChartDataset<'line', Point[]>;
type Role = 'mean' | 'raw' | 'high' | 'low';

/** The plot's rectangle in CSS pixels for a chart of this size. */
export function plotArea(width: number, height: number): { left: number; right: number; top: number; bottom: number } {
  return { left: axisWidth, right: width - padding.right, top: padding.top, bottom: height - axisHeight };
}

/** chart.js as this page uses it: no animation, no parsing, axes and sizes decided outside. */
export class LineChart {
  private readonly chart: Chart<'line', Point[]>;
  private readonly datasets = new Map<string, Dataset>();
  private state: LineChartState;

  /** `onZoom` is told the steps in view after the user has zoomed or moved. */
  constructor(canvas: HTMLCanvasElement, state: LineChartState, onZoom: (from: number, to: number) => void) {
    this.state = state;
    const tell = ({ chart }: { chart: Chart }): void => {
      const { min, max } = chart.scales.x!;
      onZoom(Math.round(min), Math.round(max));
    };
    const options: ChartOptions<'line'> = {
      animation: false,
      parsing: false,
      normalized: true,
      responsive: false,
      maintainAspectRatio: false,
      events: [],
      layout: { padding, autoPadding: false },
      elements: { point: { radius: 0, hitRadius: 0 }, line: { tension: 0 } },
      scales: {
        x: {
          type: 'linear',
          grid: { display: false },
          border: { display: false },
          ticks: { align: 'inner', maxRotation: 0, autoSkip: false, callback: (value) => this.state.x.format(+value) },
          afterBuildTicks: (scale) => setTicks(scale, this.state.x),
          afterFit: (scale) => void (scale.height = axisHeight),
        },
        y: this.valueScale(state.log),
      },
      plugins: {
        annotation: { annotations: {} },
        zoom: {
          // Wheel only with a key and dragging only with a mouse: the page keeps scrolling over charts.
          zoom: {
            mode: 'x',
            wheel: { enabled: true, modifierKey: 'ctrl' },
            pinch: { enabled: true },
            drag: { enabled: true, threshold: 8 },
            onZoom: tell,
          },
          pan: { enabled: true, mode: 'x', modifierKey: 'shift', onPan: tell },
        },
      },
    };
    this.chart = new Chart<'line', Point[]>(canvas, {
      type: 'line',
      data: { datasets: [] },
      options,
      plugins: [zoomPlugin],
    });
  }

  draw(state: LineChartState): void {
    const { chart } = this;
    const { theme, x, y, width, height } = state;
    if (state.log !== this.state.log) chart.options.scales!.y = this.valueScale(state.log);
    this.state = state;
    if (chart.width !== width || chart.height !== height) chart.resize(width, height);
    chart.data.datasets = this.update(state);
    const scales = chart.options.scales!;
    Object.assign(scales.x!, { min: x.min, max: x.max });
    Object.assign(scales.y!, { min: y.min, max: y.max });
    for (const scale of [scales.x!, scales.y!]) {
      Object.assign(scale.ticks!, { color: theme.muted, font: { family: theme.font, size: markFontSize } });
    }
    Object.assign(scales.y!.grid!, { color: theme.grid });
    const { zoom, annotation } = chart.options.plugins!;
    zoom!.limits = { x: { min: 0, max: state.end, minRange: Math.min(4, state.end) } };
    Object.assign(zoom!.zoom!.drag!, { backgroundColor: withAlpha(theme.accent, 0.16) });
    annotation!.annotations = this.annotations(state);
    chart.update('none');
  }

  destroy(): void {
    this.chart.destroy();
  }

  private valueScale(log: boolean): NonNullable<ChartOptions<'line'>['scales']>[string] {
    return {
      type: log ? 'logarithmic' : 'linear',
      grid: { drawTicks: false },
      border: { display: false },
      ticks: { padding: 6, autoSkip: false, callback: (value) => this.state.y.format(Number(value)) },
      afterBuildTicks: (scale: Scale) => setTicks(scale, this.state.y),
      afterFit: (scale: Scale) => void (scale.width = axisWidth),
    };
  }

  /** From front to back, as chart.js draws the last one first. */
  private update({ lines, points, log, y, width }: LineChartState): Dataset[] {
    const used = new Set<string>();
    const datasets: Dataset[] = [];
    for (const { run, mean, raw, low, high } of [...lines.runs].reverse()) {
      const color = resolveColor(run.color);
      const add = (role: Role, data: readonly Point[], style: Partial<Dataset>): void => {
        if (data.length === 0) return;
        // chart.js keeps what it knows of a dataset by identity, and keeps old point styles with it: the same object
        // while the style is the same.
        const key = [run.id, role, ...Object.values(style)].join(' ');
        let dataset = this.datasets.get(key);
        if (!dataset) this.datasets.set(key, (dataset = { data: [], ...style }));
        dataset.data = log ? data.map(onLogAxis(role, y.min)) : [...data];
        used.add(key);
        datasets.push(dataset);
      };
      add('mean', mean, {
        borderColor: run.current ? color : withAlpha(color, 0.7),
        borderWidth: run.current ? 2 : 1.5,
        pointRadius: (points && mean.length * pointRoom < width) || mean.length === 1 ? (run.current ? 2.5 : 1.5) : 0,
        pointBackgroundColor: color,
        pointBorderWidth: 0,
        // A point on the edge of the plot is whole.
        clip: 3,
      });
      add('raw', raw, { borderColor: withAlpha(color, 0.35), borderWidth: 1 });
      add('high', high, { borderWidth: 0, fill: '+1', backgroundColor: withAlpha(color, run.current ? 0.18 : 0.1) });
      add('low', low, { borderWidth: 0 });
    }
    for (const key of this.datasets.keys()) if (!used.has(key)) this.datasets.delete(key);
    return datasets;
  }

  private annotations({ marks: all, markRows, x, width, height, theme }: LineChartState): AnnotationOptions<'line'>[] {
    const area = plotArea(width, height);
    const marks = all.filter(({ step }) => step >= x.min && step <= x.max);
    const font = `${markFontSize}px ${theme.font}`;
    const context = this.chart.ctx;
    context.save();
    context.font = font;
    const labels = marks.map(({ step, label }) => ({
      x: area.left + ((step - x.min) / (x.max - x.min)) * (area.right - area.left),
      width: Math.ceil(context.measureText(label).width),
    }));
    context.restore();
    const places = placeLabels(labels, area.left, area.right, markRows);
    return marks.map((mark, i): AnnotationOptions<'line'> => {
      const color = markColor(mark, theme);
      const place = places[i];
      const label = labels[i]!;
      const half = label.width / 2;
      // The plugin centres a label on its line, but moves it into the plot before it applies xAdjust.
      const anchor = Math.min(area.right - half, Math.max(area.left + half, label.x));
      const centre = label.x + (place?.side === 'left' ? -1 : 1) * (half + labelGap);
      return {
        type: 'line',
        scaleID: 'x',
        value: mark.step,
        borderColor: color,
        borderWidth: 1,
        borderDash: [4, 3],
        drawTime: 'beforeDatasetsDraw',
        label: {
          display: place !== undefined,
          content: mark.label,
          color,
          // A halo keeps the text readable over lines without hiding them.
          backgroundColor: 'transparent',
          textStrokeColor: theme.surface,
          textStrokeWidth: 3,
          padding: 0,
          font: { family: theme.font, size: markFontSize, weight: 'normal' },
          position: 'start',
          xAdjust: centre - anchor,
          yAdjust: (place?.row ?? 0) * markRowHeight,
          drawTime: 'afterDatasetsDraw',
        },
      };
    });
  }
}

/** A line has a gap where it is not positive; a band reaches down to the axis there. */
function onLogAxis(role: Role, min: number): (point: Point) => Point {
  const below = role === 'low' || role === 'high' ? min : NaN;
  return (point) => (point.y > 0 ? point : { x: point.x, y: below });
}

function setTicks(scale: Scale, axis: Axis): void {
  scale.ticks = axis.ticks.map((value) => ({ value }));
}

/** Findings by severity; what the user did in the accent colour. */
export function markColor(mark: ChartMark, theme: ChartTheme): string {
  if (mark.kind === 'finding') return mark.severity === 'alarm' ? theme.alarm : theme.warning;
  if (mark.kind === 'best') return theme.good;
  return mark.kind === 'fork' ? theme.muted : theme.accent;
}
