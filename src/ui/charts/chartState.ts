import type { Axis } from './axis.js';
import type { ChartMark } from './chartRun.js';
import type { Lines, StepRange } from './lines.js';
import type { LevelLine } from './summary.js';
import type { ChartTheme } from './theme.js';

/** What a line chart draws. */
export interface LineChartState {
  readonly lines: Lines;
  readonly x: Axis;
  readonly y: Axis;
  readonly log: boolean;
  /** Those of the current run, the most telling first. */
  readonly marks: readonly ChartMark[];
  /** Too low for names of marks that lie over the lines. */
  readonly small: boolean;
  readonly levels: readonly LevelLine[];
  /** CSS pixels. */
  readonly width: number;
  readonly height: number;
  /** The steps that zooming out shows. */
  readonly whole: StepRange;
  readonly theme: ChartTheme;
}
