/** What the pointer or the keyboard points at in any chart; all charts show this step. */
class Hover {
  step = $state<number>();
  /** The chart that is pointed at: it shows the details. */
  chart = $state<symbol>();

  at(chart: symbol, step: number): void {
    this.chart = chart;
    this.step = step;
  }

  leave(chart: symbol): void {
    if (this.chart !== chart) return;
    this.chart = undefined;
    this.step = undefined;
  }
}

export const hover = new Hover();
