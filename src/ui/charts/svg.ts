import { endsInTick, shareOf } from './axis.js';
import type { ChartView } from './chartView.js';
import { layersOf } from './layers.js';
import { dotRadius, markingsOf, shortened, solidOpacity } from './markings.js';
import { plotArea } from './plotArea.js';
import type { Point } from './point.js';

/** What is written around a chart. */
export interface PictureTexts {
  readonly title: string;
  readonly subtitle: string;
  /** What is counted to the right. */
  readonly along: string;
  readonly legend: readonly LegendEntry[];
}

/** A line of the legend: a colour, and what it or its dashes stand for. */
export interface LegendEntry {
  readonly label: string;
  /** A CSS colour, or a custom property as `var(--series-1)`. */
  readonly color: string;
  /** px drawn and left out; empty for a whole line. */
  readonly dash: readonly number[];
}

/** px */
const margin = 16;
const titleSize = 14;
const textSize = 12;
const lineHeight = 18;
const swatch = 22;
const swatchGap = 6;
const entryGap = 16;
const edge = 3;

/** A text with what would be markup escaped, and without what XML cannot hold. */
function escaped(text: string): string {
  const writable = text.replace(/(?![\t\n\r])\p{Cc}|\p{Cs}|[\ufffe\uffff]/gu, '\ufffd');
  return writable.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}

type Attributes = Readonly<Record<string, string | number | undefined>>;

function tag(name: string, attributes: Attributes, content?: string): string {
  const written = Object.entries(attributes).flatMap(([key, value]) => (value === undefined ? [] : [` ${key}="${escaped(String(value))}"`]));
  return content === undefined ? `<${name}${written.join('')}/>` : `<${name}${written.join('')}>${content}</${name}>`;
}

const px = (value: number): string => String(Number(value.toFixed(2)));
const dashed = (dash: readonly number[]): string | undefined => (dash.length > 0 ? dash.join(' ') : undefined);

/** About how wide a text is in a sans-serif font, px: nobody measures it where there is no page. */
function widthOf(text: string, size: number): number {
  return [...text].reduce((sum, letter) => sum + (letter > '\u2e80' ? 1 : /[iljt.,:;'|!() ]/.test(letter) ? 0.34 : /[mwMW—%]/.test(letter) ? 0.9 : 0.6), 0) * size;
}

/** As much of a text as fits into `room` px. */
const fitting = (text: string, size: number, room: number): string => shortened(text, room, (part) => widthOf(part, size));

/**
 * A chart as it is drawn, with its title and a legend, as an SVG image whose texts are texts. Colours are those of the
 * view's theme.
 */
export function chartSvg(view: ChartView, { title, subtitle, along, legend }: PictureTexts): string {
  const { width, height, theme } = view;
  const entries = placeEntries(legend, width);
  const legendRows = entries.length === 0 ? 0 : entries.at(-1)!.row + 1;
  const header = margin + titleSize + lineHeight + 4;
  const below = header + height + lineHeight;
  const total = below + legendRows * lineHeight + margin;
  const room = width;
  const content = [
    tag('title', {}, escaped(title)),
    tag('rect', { width: width + 2 * margin, height: total, fill: theme.surface }),
    text(margin, margin + titleSize - 2, fitting(title, titleSize, room), { fill: theme.ink, 'font-size': titleSize, 'font-weight': 600 }),
    text(margin, margin + titleSize + lineHeight - 4, fitting(subtitle, textSize, room), { fill: theme.muted, 'font-size': textSize }),
    tag('svg', { x: margin, y: header, width, height, overflow: 'visible' }, plot(view)),
    text(margin + plotArea(width, height).right, below - 4, along, { fill: theme.muted, 'font-size': theme.fontSize, 'text-anchor': 'end' }),
    ...entries.flatMap(({ entry, x, row, label }) => {
      const y = below + row * lineHeight + lineHeight / 2;
      const line = { x1: margin + x, x2: margin + x + swatch, y1: y, y2: y, stroke: theme.resolve(entry.color), 'stroke-width': 2.5 };
      return [
        tag('line', { ...line, 'stroke-dasharray': dashed(entry.dash) }),
        text(margin + x + swatch + swatchGap, y + 4, label, { fill: theme.ink, 'font-size': textSize }),
      ];
    }),
  ];
  const size = { width: width + 2 * margin, height: total };
  const frame = { xmlns: 'http://www.w3.org/2000/svg', ...size, viewBox: `0 0 ${size.width} ${size.height}`, 'font-family': theme.font, role: 'img' };
  return `${tag('svg', frame, content.join('\n'))}\n`;
}

function text(x: number, y: number, content: string, attributes: Attributes): string {
  return tag('text', { x: px(x), y: px(y), ...attributes }, escaped(content));
}

interface PlacedEntry {
  readonly entry: LegendEntry;
  readonly label: string;
  readonly x: number;
  readonly row: number;
}

/** One after the other, in as many rows as they take. */
function placeEntries(legend: readonly LegendEntry[], room: number): PlacedEntry[] {
  let x = 0;
  let row = 0;
  return legend.map((entry) => {
    const label = fitting(entry.label, textSize, room - swatch - swatchGap);
    const width = swatch + swatchGap + widthOf(label, textSize);
    if (x > 0 && x + width > room) {
      x = 0;
      row++;
    }
    const place = { entry, label, x, row };
    x += width + entryGap;
    return place;
  });
}

/** Axes, lines, levels and marks. */
function plot(view: ChartView): string {
  const { x, y, log, width, height, theme } = view;
  const area = plotArea(width, height);
  const acrossAt = (place: number): number => area.left + ((place - x.min) / (x.max - x.min)) * (area.right - area.left);
  const downAt = (value: number): number => area.bottom - shareOf(y, log, value) * (area.bottom - area.top);
  const at = (point: Point): string => `${px(acrossAt(point.x))} ${px(downAt(point.y))}`;
  const size = theme.fontSize;
  const { rules, dots, texts } = markingsOf(view, (name) => widthOf(name, size));
  // An image in an image is clipped to itself; a point on the edge of the plot is whole.
  const [left, top] = [area.left - edge, area.top - edge];
  const [across, down] = [area.right - area.left + 2 * edge, area.bottom - area.top + 2 * edge];
  const clipped = { x: left, y: top, width: across, height: down, viewBox: `${left} ${top} ${across} ${down}` };

  const grid = y.ticks.flatMap((tick) => {
    const down = px(downAt(tick));
    return [
      tag('line', { x1: area.left, x2: area.right, y1: down, y2: down, stroke: theme.grid }),
      text(area.left - 6, downAt(tick) + 4, y.format(tick), { fill: theme.muted, 'font-size': size, 'text-anchor': 'end' }),
    ];
  });
  const inner = endsInTick(x);
  const places = x.ticks.map((tick, i) => {
    const anchor = inner && i === 0 ? 'start' : inner && i === x.ticks.length - 1 ? 'end' : 'middle';
    return text(acrossAt(tick), area.bottom + 6 + size, x.format(tick), { fill: theme.muted, 'font-size': size, 'text-anchor': anchor });
  });
  const ruled = rules.map(({ from, to, color, dash }) =>
    tag('line', { x1: px(from[0]), y1: px(from[1]), x2: px(to[0]), y2: px(to[1]), stroke: color, 'stroke-dasharray': dashed(dash) }),
  );
  const layers = layersOf(view).flatMap((layer) => {
    if (!('line' in layer)) {
      const pieces = pairedPieces(layer.from, layer.to).map(([from, to]) => `M${[...from, ...to.reverse()].map(at).join('L')}Z`);
      return [tag('path', { d: pieces.join(''), fill: layer.color, 'fill-opacity': layer.opacity })];
    }
    const pieces = wholePieces(layer.line);
    const path = tag('path', {
      d: pieces.map((piece) => `M${piece.map(at).join('L')}`).join(''),
      fill: 'none', stroke: layer.color, 'stroke-width': layer.width, 'stroke-opacity': layer.opacity,
      'stroke-dasharray': dashed(layer.dash), 'stroke-linejoin': 'round',
    });
    const points = layer.radius > 0 ? pieces.flat().map((point) => tag('circle', { cx: px(acrossAt(point.x)), cy: px(downAt(point.y)), r: layer.radius, fill: layer.color })) : [];
    return [path, ...points];
  });
  const ends = dots.map(({ x: cx, y: cy, color }) =>
    tag('circle', { cx: px(cx), cy: px(cy), r: dotRadius, fill: theme.surface, stroke: color, 'stroke-width': 2 }),
  );
  const names = texts.flatMap(({ text: name, color, solid, left, right, top, bottom }) => {
    const written = { fill: color, 'font-size': size };
    const baseline = (top + bottom) / 2 + 0.36 * size;
    if (!solid) return [text(left, baseline, name, { ...written, stroke: theme.surface, 'stroke-width': 3, 'stroke-linejoin': 'round', 'paint-order': 'stroke' })];
    const ground = tag('rect', { x: px(left - 2), y: px(top), width: px(right - left + 4), height: px(bottom - top), fill: theme.surface, 'fill-opacity': solidOpacity });
    return [ground, text(left, baseline, name, written)];
  });
  return [...grid, ...places, ...ruled, tag('svg', clipped, layers.join('\n')), ...ends, ...names].join('\n');
}

/** A line's pieces between where it is broken. */
function wholePieces(line: readonly Point[]): Point[][] {
  return pairedPieces(line, line).map(([piece]) => piece);
}

/** The pieces of two lines with points at the same places, between where either is broken. */
function pairedPieces(from: readonly Point[], to: readonly Point[]): [Point[], Point[]][] {
  const pieces: [Point[], Point[]][] = [];
  let open = false;
  from.forEach((point, i) => {
    const whole = Number.isFinite(point.y) && Number.isFinite(to[i]!.y);
    if (whole && !open) pieces.push([[], []]);
    open = whole;
    if (!whole) return;
    const [a, b] = pieces.at(-1)!;
    a.push(point);
    b.push(to[i]!);
  });
  return pieces;
}
