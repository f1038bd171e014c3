import type { Metric } from '../../core/metrics.js';
import type { Course } from '../../core/run/progress.js';

/** One run as the charts draw it. */
export interface ChartRun extends Course {
  readonly id: string;
  /** What differs in it, as the run list names it. */
  readonly label: string;
  /** A CSS colour, or a custom property as `var(--series-1)`. */
  readonly color: string;
  /** Whether it is the run in the foreground; the others are drawn quietly behind it. */
  readonly current: boolean;
  /** Whether it is the one that the others are compared with. */
  readonly baseline: boolean;
  /** Whether it still grows. */
  readonly live: boolean;
  /** Grows whenever `series` has grown. */
  readonly version: number;
  readonly marks: readonly ChartMark[];
}

/** A moment of a run, drawn as a vertical line or, where it has a value, as a point on the run's own line. */
export interface ChartMark {
  readonly step: number;
  /** `start`: the best was what the run began with. */
  readonly kind: 'change' | 'finding' | 'best' | 'start' | 'fork';
  /** Of findings. */
  readonly severity?: 'warning' | 'alarm';
  /** Of the chart's own metric. */
  readonly value?: number;
  /** Short and translated: `learning rate 1e-3 → 3e-3`, `Entropy collapse`. */
  readonly label: string;
  /** The metrics on whose charts it is drawn; all of them where missing. */
  readonly metrics?: readonly string[];
}

/** The colour of what others are compared with; no run has it for its own. */
export const baselineColor = 'var(--ink-3)';

const rank: Record<ChartMark['kind'], number> = { finding: 0, change: 1, fork: 2, best: 3, start: 3 };

/** The marks of a chart of `metrics`, findings first: they choose the place of their labels before the rest. */
export function marksOn(marks: readonly ChartMark[], metrics: readonly Metric[]): ChartMark[] {
  const here = marks.filter((mark) => mark.metrics === undefined || metrics.some(({ id }) => mark.metrics!.includes(id)));
  return here.sort((a, b) => rank[a.kind] - rank[b.kind] || a.step - b.step);
}
