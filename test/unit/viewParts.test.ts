import { expect, test } from 'vitest';
import { loadLanguage, message, type Values } from '../../src/core/messages/messages.js';
import { binAt, binText, histogramAxes } from '../../src/ui/inspect/parts/histogram.js';
import { lookOf } from '../../src/ui/inspect/parts/looks.js';
import { pointAt, scatterAxes, scatterSummary, type ScatterPoint } from '../../src/ui/inspect/parts/scatter.js';

await loadLanguage('en');
const t = (id: string, values: Values = {}): string => message('en', id, values);
const titles = { xTitle: 'similarity', yTitle: 'share' };

const bins = {
  edges: [-1, -0.5, 0, 0.5, 1],
  series: [{ name: 'right', values: [0, 0.1, 0.3, 0.6] }, { name: 'wrong', values: [0.4, 0.4, 0.2, 0] }],
};

test('a histogram spans its bins and tells each of them in numbers', () => {
  const { x, y } = histogramAxes(bins, titles);
  expect([x.min, x.max, y.min]).toEqual([-1, 1, 0]);
  expect(y.max).toBeGreaterThanOrEqual(0.6);
  expect([-2, -1, -0.6, -0.5, 0.99, 1, 7].map((value) => binAt(bins.edges, value))).toEqual([0, 0, 0, 1, 3, 3, 3]);
  expect(binText(bins, 2, String, t)).toBe('0 to 0.5: right 0.3, wrong 0.2');
});

test('a histogram without counts still has axes', () => {
  const { y } = histogramAxes({ edges: [0, 1], series: [{ name: 'none', values: [0] }] }, titles);
  expect(y.max).toBeGreaterThan(y.min);
});

const points: ScatterPoint[] = [
  { x: 0, y: 0, group: 0, name: 'a' },
  { x: 2, y: 4, group: 0, name: 'b' },
  { x: 4, y: 0, group: 1, name: 'c' },
];

test('a scatter finds the point that is meant, and none far from all', () => {
  const axes = scatterAxes(points, titles);
  const size = { width: 400, height: 300 };
  const everywhere = Array.from({ length: 40 * 30 }, (_, i) => pointAt(points, axes, size, 10 * (i % 40), 10 * Math.floor(i / 40)));
  expect(new Set(everywhere)).toEqual(new Set([undefined, 0, 1, 2]));
  expect(pointAt(points, axes, size, 390, 262), 'the corner at the end of both axes').toBe(2);
  const empty = scatterAxes([], titles);
  expect([empty.x.min, empty.x.max]).toEqual([0, 1]);
});

test('points on one spot are drawn as such where the axes have an extent', () => {
  const { x, y } = scatterAxes([{ x: 0.01, y: 0.02, group: 0, name: 'a' }], titles, 1);
  expect([x.min, x.max, y.min, y.max]).toEqual([-1, 1, -1, 1]);
});

test('a scatter says how many points each group has and where they are', () => {
  expect(scatterSummary('Map', points, ['first', 'second', 'nobody'], String, t)).toBe(
    'Map. Points: 3. first (2): around 1, 2. second (1): around 4, 0.',
  );
});

test('groups differ in more than their colour', () => {
  const looks = Array.from({ length: 36 }, (_, i) => lookOf(i));
  expect(new Set(looks.map(({ color, shape }) => color + shape)).size).toBe(36);
  expect(new Set(looks.slice(0, 6).map(({ shape }) => shape)).size).toBe(6);
});
