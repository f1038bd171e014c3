/** What the pointer or the keyboard points at in any chart: all charts show this place on the axis that runs are drawn along. */
class Hover {
  place = $state<number>();
  /** The chart that is pointed at: it shows the details. */
  chart = $state<symbol>();

  at(chart: symbol, place: number): void {
    this.chart = chart;
    this.place = place;
  }

  leave(chart: symbol): void {
    if (this.chart !== chart) return;
    this.chart = undefined;
    this.place = undefined;
  }
}

export const hover = new Hover();
