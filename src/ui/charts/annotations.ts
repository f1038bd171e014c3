import type { AnnotationOptions, LabelOptions } from 'chartjs-plugin-annotation';
import { shareOf } from './axis.js';
import type { ChartMark } from './chartRun.js';
import type { LineChartState } from './chartState.js';
import { labelGap, placeLabels, type LabelRoom, type TakenPlace } from './markLabels.js';
import { plotArea } from './plotArea.js';
import type { LevelLine } from './summary.js';
import type { ChartTheme } from './theme.js';

type Line = AnnotationOptions<'line'>;

const rowHeight = 14;
/** Rows from the top of the plot that marks are named in where that is over the lines, or the chart is small. */
const markRows = 3;
/** Between a line, whose points are wider than itself, and a text above or below it, px. */
const lineRoom = 3;

/** Findings by severity; what the user did in the accent colour. */
function markColor(mark: ChartMark, theme: ChartTheme): string {
  if (mark.kind === 'finding') return mark.severity === 'alarm' ? theme.alarm : theme.warning;
  if (mark.kind === 'best') return theme.good;
  return mark.kind === 'fork' ? theme.muted : theme.accent;
}

/** A text over the lines: a halo keeps it readable without hiding them. */
function label(content: string, color: string, theme: ChartTheme) {
  return {
    content,
    color,
    backgroundColor: 'transparent',
    textStrokeColor: theme.surface,
    textStrokeWidth: 3,
    padding: 0,
    font: { family: theme.font, size: theme.fontSize, weight: 'normal' },
    drawTime: 'afterDatasetsDraw',
  } satisfies LabelOptions;
}

/** What is drawn beside the data: levels, and marks whose names keep clear of theirs. */
export function annotationsOf(state: LineChartState, context: CanvasRenderingContext2D): Line[] {
  const { theme } = state;
  context.save();
  context.font = `${theme.fontSize}px ${theme.font}`;
  const widthOf = (text: string): number => Math.ceil(context.measureText(text).width);
  const levels = placeLevels(state);
  const names = levels.flatMap((level) => rowsOf(level, state, widthOf(level.label)));
  const lines = [...levels.map((level) => levelLine(level, state)), ...markLines(state, names, widthOf)];
  context.restore();
  return lines;
}

/** The moments of the current run: vertical lines, named where there is room. */
function markLines(state: LineChartState, names: readonly TakenPlace[], widthOf: (text: string) => number): Line[] {
  const { x, width, height, theme } = state;
  const area = plotArea(width, height);
  const marks = state.marks.filter(({ step }) => step >= x.min && step <= x.max);
  if (marks.length === 0) return [];
  const labels = marks.map(({ step, label }) => ({ x: acrossAt(state, step), width: widthOf(label) }));
  const places = placeLabels(labels, area.left, area.right, roomsOf(state, names));
  return marks.map((mark, i): Line => {
    const color = markColor(mark, theme);
    const place = places[i];
    const { x: at, width: textWidth } = labels[i]!;
    const half = textWidth / 2;
    // The plugin centres a label on its line, but moves it into the plot before it applies xAdjust.
    const anchor = Math.min(area.right - half, Math.max(area.left + half, at));
    const centre = at + (place?.side === 'left' ? -1 : 1) * (half + labelGap);
    return {
      type: 'line',
      scaleID: 'x',
      value: mark.step,
      borderColor: color,
      borderWidth: 1,
      borderDash: [4, 3],
      drawTime: 'beforeDatasetsDraw',
      label: {
        ...label(mark.label, color, theme),
        display: place !== undefined,
        position: 'start',
        xAdjust: centre - anchor,
        yAdjust: (place?.row ?? 0) * rowHeight,
      },
    };
  });
}

/** Where marks are named: clear of the lines, or else, in a large chart, at its top over them. */
function roomsOf(state: LineChartState, names: readonly TakenPlace[]): LabelRoom[] {
  const { top, bottom } = plotArea(state.width, state.height);
  const rows = state.small ? markRows : Math.floor((bottom - top) / rowHeight);
  const clear = { rows, taken: [...names, ...rowsOfLines(state, rows)] };
  return state.small ? [clear] : [clear, { rows: markRows, taken: names }];
}

/** What the lines take of so many rows from the top. */
function rowsOfLines(state: LineChartState, rows: number): TakenPlace[] {
  const area = plotArea(state.width, state.height);
  const rowAt = (value: number): number => ((1 - shareOf(state.y, state.log, value)) * (area.bottom - area.top)) / rowHeight;
  const room = lineRoom / rowHeight;
  const taken: TakenPlace[] = [];
  for (const points of state.lines.lines.flatMap(({ mean, raw }) => [mean, raw])) {
    points.forEach((point, i) => {
      const next = points[i + 1] ?? point;
      const ends = [rowAt(point.y), rowAt(next.y)];
      const last = Math.min(rows - 1, Math.floor(Math.max(...ends) + room));
      for (let row = Math.max(0, Math.floor(Math.min(...ends) - room)); row <= last; row++) {
        taken.push({ row, from: acrossAt(state, point.x), to: acrossAt(state, next.x) });
      }
    });
  }
  return taken;
}

/** Pixels from the left of the chart to a step. */
function acrossAt({ x, width, height }: LineChartState, step: number): number {
  const area = plotArea(width, height);
  return area.left + ((step - x.min) / (x.max - x.min)) * (area.right - area.left);
}

/** A level with where its name goes: at one end of it, above or below. */
interface PlacedLevel extends LevelLine {
  /** Of the line, CSS pixels from the top of the chart. */
  readonly top: number;
  readonly position: 'start' | 'end';
  readonly below: boolean;
}

/** Names each level above itself or, at the top of the plot, below. */
function placeLevels(state: LineChartState): PlacedLevel[] {
  const { levels, y, log, width, height } = state;
  const area = plotArea(width, height);
  const named = { start: [] as number[], end: [] as number[] };
  return levels
    .filter(({ value }) => Math.abs(shareOf(y, log, value) - 0.5) <= 0.5)
    .map((level): PlacedLevel => {
      const top = area.bottom - shareOf(y, log, level.value) * (area.bottom - area.top);
      const free = (side: 'start' | 'end'): boolean => named[side].every((other) => Math.abs(other - top) >= rowHeight);
      const emptier = clearance(state, level.value, 'start') > clearance(state, level.value, 'end') ? 'start' : 'end';
      const other = emptier === 'start' ? 'end' : 'start';
      const position = free(emptier) || !free(other) ? emptier : other;
      named[position].push(top);
      return { ...level, top, position, below: top - area.top < rowHeight };
    });
}

/** What a level's name takes of the rows that marks are named in. */
function rowsOf({ top, position, below }: PlacedLevel, { width, height }: LineChartState, textWidth: number): TakenPlace[] {
  const area = plotArea(width, height);
  const from = position === 'start' ? area.left : area.right - textWidth;
  const first = ((below ? top : top - rowHeight) - area.top) / rowHeight;
  const rows = new Set([Math.floor(first), Math.ceil(first)]);
  return [...rows].map((row) => ({ row, from, to: from + textWidth }));
}

/** A value to compare with: a horizontal line. */
function levelLine({ value, label: name, top, position, below }: PlacedLevel, { width, height, theme }: LineChartState): Line {
  const area = plotArea(width, height);
  // As above: what the plugin has already moved a name by, into the plot, is not added again.
  const away = Math.min(rowHeight / 2, below ? top - area.top : area.bottom - top);
  return {
    type: 'line',
    scaleID: 'y',
    value,
    borderColor: theme.muted,
    borderWidth: 1,
    borderDash: [1, 3],
    drawTime: 'beforeDatasetsDraw',
    label: {
      ...label(name, theme.muted, theme),
      display: true,
      position,
      yAdjust: below ? away : -away,
    },
  };
}

/** How far the lines stay from a level in the third of the plot where its name would be, as a share of the height. */
function clearance({ lines, x, y, log }: LineChartState, level: number, side: 'start' | 'end'): number {
  const third = (x.max - x.min) / 3;
  const near = ({ x: step }: { readonly x: number }): boolean => (side === 'start' ? step <= x.min + third : step >= x.max - third);
  const distances = lines.lines.flatMap(({ mean }) =>
    mean.filter(near).map((point) => Math.abs(shareOf(y, log, point.y) - shareOf(y, log, level))),
  );
  return Math.min(1, ...distances);
}
