import {
  Chart, Filler, LinearScale, LineController, LineElement, LogarithmicScale, PointElement,
  type ChartDataset, type ChartOptions, type Plugin, type Scale,
} from 'chart.js';
import { endsInTick, type Axis } from './axis.js';
import type { ChartView } from './chartView.js';
import { drawNames, drawRules, measure } from './drawMarkings.js';
import { layersOf } from './layers.js';
import { markingsOf, type Markings } from './markings.js';
import { axisHeight, axisWidth, padding } from './plotArea.js';
import type { Point } from './point.js';
import { withAlpha } from './theme.js';

Chart.register(LineController, LineElement, PointElement, LinearScale, LogarithmicScale, Filler);

type Dataset = ChartDataset<'line', Point[]>;

/** chart.js as this page uses it: no animation, no parsing, axes and sizes decided outside. */
export class LineChart {
  private readonly chart: Chart<'line', Point[]>;
  private readonly datasets = new Map<string, Dataset>();
  private view: ChartView;
  private markings: Markings;

  /** Draws the view once. */
  constructor(context: CanvasRenderingContext2D, view: ChartView) {
    this.view = view;
    this.markings = measured(context, view);
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
          ticks: { padding: 6, maxRotation: 0, autoSkip: false, callback: (value) => this.view.x.format(+value) },
          afterBuildTicks: (scale) => setTicks(scale, this.view.x),
          afterFit: (scale) => void (scale.height = axisHeight),
        },
        y: this.valueScale(view.log),
      },
    };
    configure(options, view);
    // A canvas with a size of its own is not measured by chart.js, and need not be drawn again in another one.
    context.canvas.width = view.width;
    context.canvas.height = view.height;
    const marks: Plugin<'line'> = {
      id: 'markings',
      beforeDatasetsDraw: ({ ctx }) => drawRules(ctx, this.markings),
      afterDatasetsDraw: ({ ctx }) => drawNames(ctx, this.markings, this.view.theme),
    };
    this.chart = new Chart<'line', Point[]>(context, { type: 'line', data: { datasets: this.update(view) }, options, plugins: [marks] });
  }

  draw(view: ChartView): void {
    const { chart } = this;
    const { width, height } = view;
    if (view.log !== this.view.log) chart.options.scales!.y = this.valueScale(view.log);
    this.view = view;
    this.markings = measured(chart.ctx, view);
    if (chart.width !== width || chart.height !== height || chart.currentDevicePixelRatio !== devicePixelRatio) chart.resize(width, height);
    chart.data.datasets = this.update(view);
    configure(chart.options, view);
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
      ticks: { padding: 6, autoSkip: false, callback: (value) => this.view.y.format(Number(value)) },
      afterBuildTicks: (scale: Scale) => setTicks(scale, this.view.y),
      afterFit: (scale: Scale) => void (scale.width = axisWidth),
    };
  }

  /** From front to back, as chart.js draws the last one first. */
  private update(view: ChartView): Dataset[] {
    const used = new Set<string>();
    const datasets: Dataset[] = [];
    const add = (name: string, data: readonly Point[], style: Partial<Dataset>): void => {
      // chart.js keeps what it knows of a dataset by identity, and keeps old point styles with it: the same object
      // while the style is the same.
      const key = [name, ...Object.values(style)].join(' ');
      let dataset = this.datasets.get(key);
      if (!dataset) this.datasets.set(key, (dataset = { data: [], ...style }));
      dataset.data = data as Point[];
      used.add(key);
      datasets.push(dataset);
    };
    for (const layer of layersOf(view).reverse()) {
      const { key } = layer;
      const color = layer.opacity < 1 ? withAlpha(layer.color, layer.opacity) : layer.color;
      if ('line' in layer) {
        add(key, layer.line, {
          borderColor: color,
          borderWidth: layer.width,
          borderDash: [...layer.dash],
          pointRadius: layer.radius,
          pointBackgroundColor: layer.color,
          pointBorderWidth: 0,
          // A point on the edge of the plot is whole.
          clip: 3,
        });
      } else {
        add(`${key} from`, layer.from, { borderWidth: 0, fill: '+1', backgroundColor: color });
        add(`${key} to`, layer.to, { borderWidth: 0 });
      }
    }
    for (const key of this.datasets.keys()) if (!used.has(key)) this.datasets.delete(key);
    return datasets;
  }
}

/** Puts into the options what a view decides of them. */
function configure({ scales }: ChartOptions<'line'>, { theme, x, y }: ChartView): void {
  Object.assign(scales!.x!, { min: x.min, max: x.max });
  Object.assign(scales!.y!, { min: y.min, max: y.max });
  for (const scale of [scales!.x!, scales!.y!]) {
    Object.assign(scale.ticks!, { color: theme.muted, font: { family: theme.font, size: theme.fontSize } });
  }
  Object.assign(scales!.y!.grid!, { color: theme.grid });
  Object.assign(scales!.x!.ticks!, { align: endsInTick(x) ? 'inner' : 'center' });
}

function setTicks(scale: Scale, axis: Axis): void {
  scale.ticks = axis.ticks.map((value) => ({ value }));
}

/** The markings of a view, their texts measured as they are written. */
function measured(context: CanvasRenderingContext2D, view: ChartView): Markings {
  return markingsOf(view, (text) => measure(context, text, view.theme));
}
