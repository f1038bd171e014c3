import { shareOf } from './axis.js';
import type { ChartMark } from './chartRun.js';
import type { ChartView } from './chartView.js';
import { plotArea } from './plotArea.js';
import { PlotRoom, type Box } from './plotRoom.js';
import type { ChartTheme } from './theme.js';

/** What is drawn and written into a plot beside its lines: px from the left and the top of the chart. */
export interface Markings {
  readonly rules: readonly Rule[];
  readonly dots: readonly Dot[];
  readonly texts: readonly Text[];
}

/** A dashed line across the plot or from its top to its bottom. */
export interface Rule {
  readonly from: readonly [x: number, y: number];
  readonly to: readonly [x: number, y: number];
  readonly color: string;
  readonly dash: readonly number[];
}

export interface Dot {
  readonly x: number;
  readonly y: number;
  readonly color: string;
}

export interface Text extends Box {
  readonly text: string;
  readonly color: string;
  /** Whether it hides what is behind it: there was no place clear of the lines. */
  readonly solid: boolean;
}

/** A text's width, px. */
export type Measure = (text: string) => number;

/** px: a text with the room that it needs, and what is between a rule and a text that belongs to it. */
const rowHeight = 14;
const textHeight = 13;
const ruleGap = 4;
/** A text has to be nearer to its own upright rule than to another, px. */
const otherRuleGap = 12;
/** Where along a level its name may be: the share of the plot to its left. */
const alongLevel = [1, 0, 0.75, 0.25, 0.5];
export const dotRadius = 3.5;
/** Of the ground of a solid text. */
export const solidOpacity = 0.85;

const rowsIn = ({ top, bottom }: Box): number => Math.floor((bottom - top) / rowHeight);

/** Findings by severity; what the user did in neither a finding's colour nor a run's; a best in the colour of its line. */
function markColor(mark: ChartMark, theme: ChartTheme, own: string): string {
  if (mark.kind === 'finding') return mark.severity === 'alarm' ? theme.alarm : theme.warning;
  if (mark.kind === 'best') return own;
  return mark.kind === 'change' ? theme.secondary : theme.muted;
}

/**
 * Levels, and the marks of the current run: findings, changes, where it began, its best. Names are clear of the lines
 * where there is room. In a large chart all have a place; in a small one those have none that would hide lines.
 */
export function markingsOf(view: ChartView, measure: Measure): Markings {
  const area = plotArea(view.width, view.height);
  const { x, y, log, theme } = view;
  const acrossAt = (place: number): number => area.left + ((place - x.min) / (x.max - x.min)) * (area.right - area.left);
  const downAt = (value: number): number => area.bottom - shareOf(y, log, value) * (area.bottom - area.top);
  const onScale = (value: number): boolean => Math.abs(shareOf(y, log, value) - 0.5) <= 0.5 + 1e-9;
  const marks = view.marks.filter(({ mark, place }) => place >= x.min && place <= x.max && onScale(mark.value ?? y.max));
  const levels = view.levels.filter(({ value }) => onScale(value));
  if (marks.length === 0 && levels.length === 0) return { rules: [], dots: [], texts: [] };

  const room = new PlotRoom(area);
  for (const { mean, raw } of view.lines.lines) {
    for (const points of [mean, raw]) {
      points.forEach((point, i) => {
        const next = points[i + 1] ?? point;
        room.draw(acrossAt(point.x), downAt(point.y), acrossAt(next.x), downAt(next.y));
      });
    }
  }
  const uprights = marks.flatMap(({ mark, place }) => (mark.value === undefined ? [acrossAt(place)] : []));
  const crossed = ({ left, right }: Box): boolean => uprights.some((at) => at > left - ruleGap / 2 && at < right + ruleGap / 2);
  const clear = (box: Box): boolean => room.fits(box) && room.covered(box) === 0;

  const rules: Rule[] = [];
  const dots: Dot[] = [];
  const texts: Text[] = [];
  const write = (text: string, color: string, box: Box, solid: boolean): void => {
    room.write(box);
    texts.push({ text, color, solid, ...box });
  };

  for (const { value, label } of levels) {
    const at = downAt(value);
    rules.push({ from: [area.left, at], to: [area.right, at], color: theme.muted, dash: [1, 3] });
    const width = measure(label);
    const places = alongLevel.flatMap((share) => {
      const left = area.left + share * (area.right - area.left - width);
      return [at - textHeight - 1, at + 2].map((top): Box => ({ left, right: left + width, top, bottom: top + textHeight }));
    });
    const free = places.filter((box) => room.fits(box));
    const best = free.find((box) => clear(box) && !crossed(box)) ?? least(free, (box) => room.covered(box) + Number(crossed(box)));
    if (best) write(label, theme.muted, best, room.covered(best) > 0 || crossed(best));
  }

  for (const { mark, place, color: own } of marks) {
    const at = acrossAt(place);
    const color = markColor(mark, theme, own);
    const text = shortened(mark.label, Math.max(area.right - at, at - area.left) - ruleGap, measure);
    const width = measure(text);
    const sides = [at + ruleGap, at - ruleGap - width];
    const boxAt = (left: number, top: number): Box => ({ left, right: left + width, top, bottom: top + textHeight });
    if (mark.value === undefined) {
      rules.push({ from: [at, area.top], to: [at, area.bottom], color, dash: [4, 3] });
      const boxes = Array.from({ length: rowsIn(area) }, (_, row) => sides.map((left) => boxAt(left, area.top + row * rowHeight))).flat();
      const free = boxes.filter((box) => room.fits(box));
      const apart = free.filter((box) => nearestTo(at, box, uprights));
      const best = apart.find(clear) ?? free.find(clear) ?? (view.small ? undefined : (apart[0] ?? least(free, (box) => room.covered(box))));
      if (best) write(text, color, best, room.covered(best) > 0 || crossed(best));
    } else {
      const y = downAt(mark.value);
      dots.push({ x: at, y, color });
      const beyond = dotRadius + 2;
      const [right, left] = [at + beyond + 1, at - beyond - 1 - width];
      const boxes = [
        boxAt(right, y - textHeight / 2), boxAt(left, y - textHeight / 2),
        boxAt(at - width / 2, y - beyond - textHeight), boxAt(at - width / 2, y + beyond),
        boxAt(left, y - beyond - textHeight), boxAt(right, y - beyond - textHeight), boxAt(left, y + beyond), boxAt(right, y + beyond),
      ];
      const free = boxes.filter((box) => room.fits(box));
      const best = free.find((box) => clear(box) && !crossed(box)) ?? (view.small ? undefined : least(free, (box) => room.covered(box)));
      if (best) write(text, color, best, room.covered(best) > 0 || crossed(best));
    }
  }
  return { rules, dots, texts };
}

/** Whether a text beside the upright at `at` neither reaches another nor is as near to it. */
function nearestTo(at: number, { left, right }: Box, uprights: readonly number[]): boolean {
  const [start, end] = left > at ? [at, right + otherRuleGap] : [left - otherRuleGap, at];
  return !uprights.some((other) => other > start && other < end);
}

function least<T>(all: readonly T[], cost: (each: T) => number): T | undefined {
  return all.reduce<T | undefined>((best, each) => (best === undefined || cost(each) < cost(best) ? each : best), undefined);
}

/** As much of a text as fits. */
function shortened(text: string, room: number, measure: Measure): string {
  if (measure(text) <= room) return text;
  const letters = [...text];
  while (letters.length > 1 && measure(`${letters.join('')}…`) > room) letters.pop();
  return `${letters.join('').trimEnd()}…`;
}
