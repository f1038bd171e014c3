import {
  Chart, Filler, LinearScale, LineController, LineElement, LogarithmicScale, PointElement,
  type ChartDataset, type ChartOptions, type Scale,
} from 'chart.js';
import annotationPlugin from 'chartjs-plugin-annotation';
import zoomPlugin from 'chartjs-plugin-zoom';
import type { Point } from './point.js';
import { annotationsOf } from './annotations.js';
import type { Axis } from './axis.js';
import type { LineChartState } from './chartState.js';
import { dashOf, type StepRange } from './lines.js';
import { axisHeight, axisWidth, padding } from './plotArea.js';
import { resolveColor, withAlpha } from './theme.js';

Chart.register(LineController, LineElement, PointElement, LinearScale, LogarithmicScale, Filler, annotationPlugin);

/** Points nearer to each other than this, px, are a line. */
const pointRoom = 6;

type Dataset = ChartDataset<'line', Point[]>;
type Role = 'mean' | 'raw' | 'high' | 'low' | 'gap';

/** chart.js as this page uses it: no animation, no parsing, axes and sizes decided outside. */
export class LineChart {
  private readonly chart: Chart<'line', Point[]>;
  private readonly datasets = new Map<string, Dataset>();
  private state: LineChartState;

  /**
   * Draws the state once. `onZoom` is told the steps in view after the user has zoomed or moved; none where that is the
   * whole.
   */
  constructor(context: CanvasRenderingContext2D, state: LineChartState, onZoom: (range: StepRange | undefined) => void) {
    this.state = state;
    const tell = ({ chart }: { chart: Chart }): void => {
      const { min, max } = chart.scales.x!;
      const [from, to] = [Math.round(min), Math.round(max)];
      const [start, end] = this.state.whole;
      onZoom(from <= start && to >= end ? undefined : [from, to]);
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
          grid: { display: false, drawTicks: false },
          border: { display: false },
          // WebKit sets the numbers 3 px lower than others do: this is as far down as all of their height is shown.
          ticks: { padding: 8, align: 'inner', maxRotation: 0, autoSkip: false, callback: (value) => this.state.x.format(+value) },
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
    configure(options, state, context);
    // A canvas with a size of its own is not measured by chart.js, and need not be drawn again in another one.
    context.canvas.width = state.width;
    context.canvas.height = state.height;
    const data = { datasets: this.update(state) };
    this.chart = new Chart<'line', Point[]>(context, { type: 'line', data, options, plugins: [zoomPlugin] });
  }

  draw(state: LineChartState): void {
    const { chart } = this;
    const { width, height } = state;
    if (state.log !== this.state.log) chart.options.scales!.y = this.valueScale(state.log);
    this.state = state;
    if (chart.width !== width || chart.height !== height) chart.resize(width, height);
    chart.data.datasets = this.update(state);
    configure(chart.options, state, chart.ctx);
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
  private update({ lines: { lines, gap }, log, y, width, theme }: LineChartState): Dataset[] {
    const used = new Set<string>();
    const datasets: Dataset[] = [];
    const add = (owner: string, role: Role, data: readonly Point[], style: Partial<Dataset>): void => {
      if (data.length === 0) return;
      // chart.js keeps what it knows of a dataset by identity, and keeps old point styles with it: the same object
      // while the style is the same.
      const key = [owner, role, ...Object.values(style)].join(' ');
      let dataset = this.datasets.get(key);
      if (!dataset) this.datasets.set(key, (dataset = { data: [], ...style }));
      dataset.data = log ? data.map(onLogAxis(role, y.min)) : [...data];
      used.add(key);
      datasets.push(dataset);
    };
    for (const { run, metric, place, mean, raw, low, high } of [...lines].reverse()) {
      const color = resolveColor(run.color);
      const owner = `${run.id} ${metric.id}`;
      const isSparse = metric.cadence === 'validation' && mean.length * pointRoom < width;
      add(owner, 'mean', mean, {
        borderColor: run.current ? color : withAlpha(color, 0.7),
        borderWidth: run.current ? 2 : 1.5,
        borderDash: [...dashOf(place)],
        pointRadius: isSparse || mean.length === 1 ? (run.current ? 2.5 : 1.5) : 0,
        pointBackgroundColor: color,
        pointBorderWidth: 0,
        // A point on the edge of the plot is whole.
        clip: 3,
      });
      add(owner, 'raw', raw, { borderColor: withAlpha(color, 0.35), borderWidth: 1 });
      add(owner, 'high', high, { borderWidth: 0, fill: '+1', backgroundColor: withAlpha(color, run.current ? 0.18 : 0.1) });
      add(owner, 'low', low, { borderWidth: 0 });
    }
    if (gap) {
      add('from', 'gap', gap.from, { borderWidth: 0, fill: '+1', backgroundColor: withAlpha(theme.muted, 0.2) });
      add('to', 'gap', gap.to, { borderWidth: 0 });
    }
    for (const key of this.datasets.keys()) if (!used.has(key)) this.datasets.delete(key);
    return datasets;
  }
}

/** Puts into the options what a state decides of them. */
function configure({ scales, plugins }: ChartOptions<'line'>, state: LineChartState, context: CanvasRenderingContext2D): void {
  const { theme, x, y } = state;
  Object.assign(scales!.x!, { min: x.min, max: x.max });
  Object.assign(scales!.y!, { min: y.min, max: y.max });
  for (const scale of [scales!.x!, scales!.y!]) {
    Object.assign(scale.ticks!, { color: theme.muted, font: { family: theme.font, size: theme.fontSize } });
  }
  Object.assign(scales!.y!.grid!, { color: theme.grid });
  const { zoom, annotation } = plugins!;
  const [start, end] = state.whole;
  zoom!.limits = { x: { min: start, max: end, minRange: Math.min(4, end - start) } };
  Object.assign(zoom!.zoom!.drag!, { backgroundColor: withAlpha(theme.accent, 0.16) });
  annotation!.annotations = annotationsOf(state, context);
}

/** A line is broken where it is not positive; what is shaded reaches down to the axis there. */
function onLogAxis(role: Role, min: number): (point: Point) => Point {
  const below = role === 'mean' || role === 'raw' ? NaN : min;
  return (point) => (point.y > 0 ? point : { x: point.x, y: below });
}

function setTicks(scale: Scale, axis: Axis): void {
  scale.ticks = axis.ticks.map((value) => ({ value }));
}
