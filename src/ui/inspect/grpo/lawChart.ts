import {
  Chart, LinearScale, LineController, LineElement, PointElement, type ChartDataset, type Scale,
} from 'chart.js';
import type { Axis } from '../../charts/axis.js';
import { drawNames, drawRules, measure } from '../../charts/drawMarkings.js';
import type { Point } from '../../charts/point.js';
import { withAlpha, type ChartTheme } from '../../charts/theme.js';

Chart.register(LineController, LineElement, PointElement, LinearScale);

export interface LawSeries {
  /** Entropy and reward, from the first step to the last. */
  readonly points: readonly Point[];
  /** The fitted curve; empty without a fit. */
  readonly curve: readonly Point[];
  readonly color: string;
  readonly current: boolean;
}

export interface LawChartState {
  /** The current run last. */
  readonly series: readonly LawSeries[];
  /** The reward that the fit of the current run predicts at entropy 0. */
  readonly ceiling: { readonly value: number; readonly label: string } | undefined;
  readonly x: Axis;
  readonly y: Axis;
  readonly xTitle: string;
  readonly yTitle: string;
  readonly width: number;
  readonly height: number;
  readonly theme: ChartTheme;
}

/** Points from pale to full colour as training goes on, over the fitted curves. */
export class LawChart {
  private readonly chart: Chart<'line', Point[]>;
  private state: LawChartState;

  constructor(canvas: HTMLCanvasElement, state: LawChartState) {
    this.state = state;
    const scale = (axis: 'x' | 'y') => ({
      type: 'linear' as const,
      border: { display: false },
      ticks: { autoSkip: false, padding: 6, maxRotation: 0, callback: (value: number | string) => this.state[axis].format(Number(value)) },
      title: { display: true },
      afterBuildTicks: (built: Scale) => {
        built.ticks = this.state[axis].ticks.map((value) => ({ value }));
      },
    });
    this.chart = new Chart<'line', Point[]>(canvas, {
      type: 'line',
      data: { datasets: [] },
      options: {
        animation: false,
        parsing: false,
        normalized: true,
        responsive: false,
        maintainAspectRatio: false,
        events: [],
        layout: { padding: { top: 8, right: 12 } },
        scales: { x: scale('x'), y: scale('y') },
      },
      plugins: [{ id: 'ceiling', afterDatasetsDraw: (chart) => this.drawCeiling(chart) }],
    });
  }

  /** A line across the plot with its name below its end. */
  private drawCeiling({ ctx, chartArea, scales }: Chart): void {
    const { ceiling, theme } = this.state;
    if (!ceiling) return;
    const { left, right } = chartArea;
    const y = scales['y']!.getPixelForValue(ceiling.value);
    const color = theme.accent;
    drawRules(ctx, { rules: [{ from: [left, y], to: [right, y], color, dash: [4, 3] }] });
    const width = measure(ctx, ceiling.label, theme);
    const place = { left: right - width - 2, right: right - 2, top: y + 3, bottom: y + 17 };
    drawNames(ctx, { dots: [], texts: [{ text: ceiling.label, color, solid: false, ...place }] }, theme);
  }

  draw(state: LawChartState): void {
    const { chart } = this;
    const { theme } = state;
    this.state = state;
    if (chart.width !== state.width || chart.height !== state.height) chart.resize(state.width, state.height);
    chart.data.datasets = [...state.series].reverse().flatMap(datasetsOf);
    for (const axis of ['x', 'y'] as const) {
      const { min, max } = state[axis];
      const font = { family: theme.font, size: theme.fontSize };
      const options = chart.options.scales![axis]!;
      Object.assign(options, { min, max });
      Object.assign(options.ticks!, { color: theme.muted, font });
      Object.assign(options.grid!, { color: theme.grid, drawTicks: false });
      Object.assign((options as { title: object }).title, {
        text: axis === 'x' ? state.xTitle : state.yTitle,
        color: theme.muted,
        font,
      });
    }
    chart.update('none');
  }

  destroy(): void {
    this.chart.destroy();
  }
}

function datasetsOf({ points, curve, color, current }: LawSeries): ChartDataset<'line', Point[]>[] {
  const last = Math.max(1, points.length - 1);
  return [
    {
      data: [...points],
      showLine: false,
      pointRadius: current ? 4 : 2.5,
      pointBackgroundColor: points.map((_, i) => withAlpha(color, 0.2 + 0.8 * (i / last))),
      pointBorderColor: color,
      pointBorderWidth: current ? 1 : 0,
    },
    { data: [...curve], pointRadius: 0, borderColor: withAlpha(color, current ? 0.8 : 0.45), borderWidth: current ? 1.5 : 1 },
  ];
}
