import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { mostShown } from '../../src/ui/state/shelf.svelte.js';

type Triple = readonly [number, number, number];
type Matrix = readonly [Triple, Triple, Triple];

const css = readFileSync(new URL('../../src/ui/theme.css', import.meta.url), 'utf8');
const [light, dark] = css.split(":root[data-theme='dark']") as [string, string];

/** The value of a custom property as linear RGB. */
function colorOf(theme: string, name: string): Triple {
  const digits = new RegExp(`--${name}: #([0-9a-f]{6});`).exec(theme)![1]!;
  return [0, 2, 4].map((at) => linear(Number.parseInt(digits.slice(at, at + 2), 16) / 255)) as unknown as Triple;
}

const linear = (value: number): number => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
const encoded = (value: number): number => (value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055);
const times = (matrix: Matrix, [r, g, b]: Triple): Triple => matrix.map((row) => row[0] * r + row[1] * g + row[2] * b) as unknown as Triple;

/** How a colour is seen: Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB. */
const sights: Record<string, Matrix> = {
  normal: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  protanopia: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  deuteranopia: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
};

const toXyz: Matrix = [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.072175], [0.0193339, 0.119192, 0.9503041]];
const luminance = (color: Triple): number => times(toXyz, color)[1];

function contrast(a: Triple, b: Triple): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** CIELAB under D65. */
function labOf(color: Triple, sight: Matrix): Triple {
  const seen = times(sight, color).map((value) => Math.min(1, Math.max(0, value))) as unknown as Triple;
  const white = [0.95047, 1, 1.08883];
  const [x, y, z] = times(toXyz, seen).map((value, i) => {
    const share = value / white[i]!;
    return share > 216 / 24389 ? Math.cbrt(share) : ((24389 / 27) * share + 16) / 116;
  }) as unknown as Triple;
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/** CIEDE2000, after Sharma, Wu and Dalal (2005). */
function distance([l1, a1, b1]: Triple, [l2, a2, b2]: Triple): number {
  const radians = Math.PI / 180;
  const shrunk = (chroma: number): number => Math.sqrt(chroma ** 7 / (chroma ** 7 + 25 ** 7));
  const g = 0.5 * (1 - shrunk((Math.hypot(a1, b1) + Math.hypot(a2, b2)) / 2));
  const [c1, c2] = [Math.hypot(a1 * (1 + g), b1), Math.hypot(a2 * (1 + g), b2)];
  const hue = (a: number, b: number): number => (Math.atan2(b, a * (1 + g)) / radians + 360) % 360;
  const [h1, h2] = [hue(a1, b1), hue(a2, b2)];
  const turn = c1 * c2 === 0 ? 0 : ((h2 - h1 + 540) % 360) - 180;
  const [dl, dc, dh] = [l2 - l1, c2 - c1, 2 * Math.sqrt(c1 * c2) * Math.sin((turn / 2) * radians)];
  const [l, c] = [(l1 + l2) / 2, (c1 + c2) / 2];
  const h = c1 * c2 === 0 ? h1 + h2 : (h1 + turn / 2 + 360) % 360;
  const t =
    1 - 0.17 * Math.cos((h - 30) * radians) + 0.24 * Math.cos(2 * h * radians) +
    0.32 * Math.cos((3 * h + 6) * radians) - 0.2 * Math.cos((4 * h - 63) * radians);
  const sl = 1 + (0.015 * (l - 50) ** 2) / Math.sqrt(20 + (l - 50) ** 2);
  const [sc, sh] = [1 + 0.045 * c, 1 + 0.015 * c * t];
  const rt = -2 * shrunk(c) * Math.sin(60 * Math.exp(-(((h - 275) / 25) ** 2)) * radians);
  return Math.sqrt((dl / sl) ** 2 + (dc / sc) ** 2 + (dh / sh) ** 2 + rt * (dc / sc) * (dh / sh));
}

test('the distance is that of the published pairs', () => {
  // Sharma, Wu and Dalal, table 1: pairs 1, 7, 17 and 25.
  expect(distance([50, 2.6772, -79.7751], [50, 0, -82.7485])).toBeCloseTo(2.0425, 4);
  expect(distance([50, 0, 0], [50, -1, 2])).toBeCloseTo(2.3669, 4);
  expect(distance([50, 2.5, 0], [73, 25, -18])).toBeCloseTo(27.1492, 4);
  expect(distance([60.2574, -34.0099, 36.2677], [60.4626, -34.1751, 39.4387])).toBeCloseTo(1.2644, 4);
});

describe.each([['light', light], ['dark', dark]])('in the %s theme', (_, theme) => {
  const runs = Array.from({ length: mostShown }, (_, i) => colorOf(theme, `series-${i}`));
  const surface = colorOf(theme, 'surface');

  test('each run’s colour stands out from the chart', () => {
    for (const color of runs) expect(contrast(color, surface)).toBeGreaterThanOrEqual(3);
  });

  test.each(Object.entries(sights))('runs are told apart from each other, with %s sight', (name, sight) => {
    const least = name === 'normal' ? 15 : 10;
    const seen = runs.map((color) => labOf(color, sight));
    const pairs = seen.flatMap((a, i) => seen.slice(i + 1).map((b, j) => ({ pair: [i, i + 1 + j], apart: distance(a, b) })));
    expect(pairs).toHaveLength(45);
    expect(pairs.filter(({ apart }) => apart < least)).toEqual([]);
    // There are mostly few runs.
    expect(pairs.filter(({ pair: [, j], apart }) => j! < 4 && apart < 1.5 * least)).toEqual([]);
  });

  test.each(Object.entries(sights))('and from what else has a colour in charts, with %s sight', (name, sight) => {
    // The brand, findings, changes and the baseline.
    const others = ['accent', 'warning', 'alarm', 'ink', 'ink-3'];
    const least = name === 'normal' ? 15 : 10;
    const pairs = others.flatMap((other) =>
      runs.map((color, i) => ({ other, i, apart: distance(labOf(color, sight), labOf(colorOf(theme, other), sight)) })),
    );
    expect(pairs.filter(({ apart }) => apart < least)).toEqual([]);
  });

  test('views can write in the first of them, darkened by ink', () => {
    const ink = colorOf(theme, 'ink').map(encoded);
    for (const color of runs.slice(0, 4)) {
      const mixed = color.map((value, i) => linear(0.7 * encoded(value) + 0.3 * ink[i]!)) as unknown as Triple;
      expect(contrast(mixed, surface)).toBeGreaterThanOrEqual(4.5);
    }
  });
});
