import { shareOf } from './axis.js';
import type { ChartView, PlacedMark } from './chartView.js';
import { plotArea, type Area } from './plotArea.js';
import { PlotRoom, type Box } from './plotRoom.js';
import type { LevelLine } from './summary.js';
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

/**
 * Levels, and the marks of the current run: findings, changes, where it began, its best. Names are clear of the lines
 * where there is room. In a large chart all have a place; in a small one marks have none that would hide lines.
 */
export function markingsOf(view: ChartView, measure: Measure): Markings {
  const writer = new Writer(view, measure);
  for (const level of view.levels) writer.level(level);
  for (const mark of view.marks) writer.mark(mark);
  return writer;
}

/** Findings by severity; what the user did in neither a finding's colour nor a run's; a best in the colour of its line. */
function colorOf({ mark, color }: PlacedMark, theme: ChartTheme): string {
  if (mark.kind === 'finding') return mark.severity === 'alarm' ? theme.alarm : theme.warning;
  if (mark.kind === 'best') return color;
  return mark.kind === 'change' ? theme.secondary : theme.muted;
}

class Writer implements Markings {
  readonly rules: Rule[] = [];
  readonly dots: Dot[] = [];
  readonly texts: Text[] = [];
  private readonly area: Area;
  private readonly room: PlotRoom;
  /** Where there are lines from top to bottom. */
  private readonly uprights: readonly number[];

  constructor(private readonly view: ChartView, private readonly measure: Measure) {
    this.area = plotArea(view.width, view.height);
    this.room = new PlotRoom(this.area);
    this.uprights = view.marks.filter(({ mark, place }) => mark.value === undefined && this.isAcross(place)).map(({ place }) => this.across(place));
    if (view.levels.length + view.marks.length === 0) return;
    for (const points of view.lines.lines.flatMap(({ mean, raw }) => [mean, raw])) {
      points.forEach((point, i) => {
        const next = points[i + 1] ?? point;
        this.room.draw(this.across(point.x), this.down(point.y), this.across(next.x), this.down(next.y));
      });
    }
  }

  level({ value, label }: LevelLine): void {
    const { area, view: { theme } } = this;
    if (!this.isDown(value)) return;
    const at = this.down(value);
    this.rules.push({ from: [area.left, at], to: [area.right, at], color: theme.muted, dash: [1, 3] });
    const width = this.measure(label);
    const boxes = alongLevel.flatMap((share) => {
      const left = area.left + share * (area.right - area.left - width);
      return [boxAt(left, at - textHeight - 1, width), boxAt(left, at + 2, width)];
    });
    const free = boxes.filter((box) => this.room.fits(box));
    this.write(label, theme.muted, free.find((box) => this.isClear(box) && !this.isCrossed(box)) ?? this.leastCovered(free));
  }

  mark(placed: PlacedMark): void {
    const { mark: { label, value }, place } = placed;
    if (!this.isAcross(place) || (value !== undefined && !this.isDown(value))) return;
    const { area } = this;
    const at = this.across(place);
    const color = colorOf(placed, this.view.theme);
    const text = shortened(label, Math.max(area.right - at, at - area.left) - ruleGap, this.measure);
    if (value === undefined) this.upright(at, text, color);
    else this.point(at, this.down(value), text, color);
  }

  /** A moment, named beside its line in the topmost row with room. */
  private upright(at: number, text: string, color: string): void {
    const { area, room } = this;
    this.rules.push({ from: [at, area.top], to: [at, area.bottom], color, dash: [4, 3] });
    const width = this.measure(text);
    const rows = Array.from({ length: Math.floor((area.bottom - area.top) / rowHeight) }, (_, row) => area.top + row * rowHeight);
    const boxes = rows.flatMap((top) => [at + ruleGap, at - ruleGap - width].map((left) => boxAt(left, top, width)));
    const free = boxes.filter((box) => room.fits(box));
    const apart = free.filter((box) => isNearest(at, box, this.uprights));
    const clear = apart.find((box) => this.isClear(box)) ?? free.find((box) => this.isClear(box));
    this.write(text, color, clear ?? (this.view.small ? undefined : (apart[0] ?? this.leastCovered(free))));
  }

  /** A point on a line, named at one of its sides. */
  private point(x: number, y: number, text: string, color: string): void {
    this.dots.push({ x, y, color });
    const width = this.measure(text);
    const beyond = dotRadius + 2;
    const [right, left, over, under] = [x + beyond + 1, x - beyond - 1 - width, y - beyond - textHeight, y + beyond];
    const boxes = [
      [right, y - textHeight / 2], [left, y - textHeight / 2], [x - width / 2, over], [x - width / 2, under],
      [left, over], [right, over], [left, under], [right, under],
    ].map(([from, top]) => boxAt(from!, top!, width));
    const free = boxes.filter((box) => this.room.fits(box));
    const clear = free.find((box) => this.isClear(box) && !this.isCrossed(box));
    this.write(text, color, clear ?? (this.view.small ? undefined : this.leastCovered(free)));
  }

  private write(text: string, color: string, box: Box | undefined): void {
    if (!box) return;
    const solid = !this.isClear(box) || this.isCrossed(box);
    this.room.write(box);
    this.texts.push({ text, color, solid, ...box });
  }

  private isClear(box: Box): boolean {
    return this.room.covered(box) === 0;
  }

  /** Whether an upright goes through it. */
  private isCrossed({ left, right }: Box): boolean {
    return this.uprights.some((at) => at > left - ruleGap / 2 && at < right + ruleGap / 2);
  }

  private leastCovered(boxes: readonly Box[]): Box | undefined {
    const cost = (box: Box): number => this.room.covered(box) + Number(this.isCrossed(box));
    return boxes.reduce<Box | undefined>((best, box) => (best === undefined || cost(box) < cost(best) ? box : best), undefined);
  }

  private across(place: number): number {
    const { area, view: { x } } = this;
    return area.left + ((place - x.min) / (x.max - x.min)) * (area.right - area.left);
  }

  private down(value: number): number {
    const { area, view: { y, log } } = this;
    return area.bottom - shareOf(y, log, value) * (area.bottom - area.top);
  }

  private isAcross(place: number): boolean {
    return place >= this.view.x.min && place <= this.view.x.max;
  }

  private isDown(value: number): boolean {
    return Math.abs(shareOf(this.view.y, this.view.log, value) - 0.5) <= 0.5 + 1e-9;
  }
}

const boxAt = (left: number, top: number, width: number): Box => ({ left, right: left + width, top, bottom: top + textHeight });

/** Whether a text beside the upright at `at` neither reaches another nor is as near to it. */
function isNearest(at: number, { left, right }: Box, uprights: readonly number[]): boolean {
  const [start, end] = left > at ? [at, right + otherRuleGap] : [left - otherRuleGap, at];
  return !uprights.some((other) => other > start && other < end);
}

/** As much of a text as fits into `room` px. */
export function shortened(text: string, room: number, measure: Measure): string {
  if (measure(text) <= room) return text;
  const letters = [...text];
  while (letters.length > 1 && measure(`${letters.join('')}…`) > room) letters.pop();
  return `${letters.join('').trimEnd()}…`;
}
