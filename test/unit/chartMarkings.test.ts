import { describe, expect, it } from 'vitest';
import { stepAxis, valueAxis } from '../../src/ui/charts/axis.js';
import type { ChartMark } from '../../src/ui/charts/chartRun.js';
import type { ChartView } from '../../src/ui/charts/chartView.js';
import { linesOf } from '../../src/ui/charts/lines.js';
import { markingsOf } from '../../src/ui/charts/markings.js';
import { paperTheme } from '../../src/ui/charts/paper.js';
import { plotArea } from '../../src/ui/charts/plotArea.js';
import { lineOptions, measure, metric, runOf, seriesOf } from './chartRequests.js';

describe('what is written into a plot', () => {
  const area = plotArea(400, 240);
  /** A view of 100 steps and values from 0 to 1. */
  function viewWith(marks: readonly ChartMark[], values: readonly number[] = [], change: Partial<ChartView> = {}): ChartView {
    const run = runOf(seriesOf(1, values.map((value) => [value])));
    return {
      lines: linesOf([run], [metric], lineOptions({ width: 350 })), along: 'step', log: false,
      x: stepAxis(0, 100, 5), y: valueAxis([0, 1], 0, 1, 4),
      marks: marks.map((mark) => ({ mark, place: mark.step, color: '#0000ff' })),
      levels: [], small: false, width: 400, height: 240, whole: [0, 100], theme: paperTheme, ...change,
    };
  }
  const change = (step: number, label = 'Learning rate 1e-3 → 3e-3'): ChartMark => ({ step, kind: 'change', label });

  it('never overlaps, never leaves the plot, and in a large chart leaves no mark without its name', () => {
    let seed = 7;
    const random = (): number => (seed = (seed * 16807) % 2147483647) / 2147483647;
    for (let round = 0; round < 100; round++) {
      const marks = Array.from({ length: 6 }, () => change(Math.round(100 * random()), 'x'.repeat(5 + 20 * random())));
      const values = Array.from({ length: 100 }, () => random());
      const { texts } = markingsOf(viewWith(marks, round % 2 ? values : [], { levels: [{ value: 0.5, label: 'chance' }] }), measure);
      expect(texts).toHaveLength(7);
      for (const box of texts) {
        expect(box.left).toBeGreaterThanOrEqual(area.left);
        expect(box.right).toBeLessThanOrEqual(area.right);
        expect(box.top).toBeGreaterThanOrEqual(area.top);
        expect(box.bottom).toBeLessThanOrEqual(area.bottom);
        const overlapping = texts.filter((other) => other !== box && other.left < box.right && other.right > box.left && other.top < box.bottom && other.bottom > box.top);
        expect(overlapping).toEqual([]);
      }
    }
  });

  it('keeps the names of later changes, close to earlier ones, and of one that is wider than its place as much as fits', () => {
    const { texts } = markingsOf(viewWith([change(40), change(43), change(46), change(52, 'much '.repeat(40))]), measure);
    expect(texts.map(({ text }) => text).slice(0, 3)).toEqual(Array.from({ length: 3 }, () => 'Learning rate 1e-3 → 3e-3'));
    expect(texts[3]!.text).toMatch(/^much much .*…$/);
  });

  it('names a level clear of the lines, and where there is no such place on a ground that hides them', () => {
    const nameOf = (values: readonly number[]): unknown => {
      const levels = [{ value: 0.5, label: 'chance 0.50' }];
      return markingsOf(viewWith([], values, { levels }), measure).texts[0];
    };
    const atLevel = Array.from({ length: 100 }, () => 0.5);
    expect(nameOf([])).toMatchObject({ right: area.right, solid: false });
    const above = nameOf(atLevel.map((value, i) => (i > 50 ? value + 0.04 : 0.9))) as { top: number };
    expect(above).toMatchObject({ right: area.right, solid: false });
    expect(above.top, 'below the level').toBeGreaterThan((area.top + area.bottom) / 2);
    expect(nameOf(atLevel.map((value, i) => value + (i > 50 ? 0.06 * (i % 2 ? 1 : -1) : 0.4)))).toMatchObject({ left: area.left, solid: false });
    expect(nameOf(atLevel.map((value, i) => value + (i % 2 ? 0.06 : -0.06)))).toMatchObject({ solid: true });
  });

  it('names a level clear of the moments, too', () => {
    const [level] = markingsOf(viewWith([change(95, 'Stage 2')], [], { levels: [{ value: 0.5, label: 'chance 0.50' }] }), measure).texts;
    expect(level).toMatchObject({ left: area.left, solid: false });
  });

  it('is clear of lines in a small chart, or not there', () => {
    const labelOver = (values: readonly number[], small: boolean): unknown =>
      markingsOf(viewWith([change(50, 'Stage 2')], values, { small, height: 116 }), measure).texts[0];
    const along = Array.from({ length: 100 }, () => 0.97);
    const across = along.map((_, i) => i % 2);
    expect(labelOver(along, true)).toMatchObject({ top: plotArea(400, 116).top + 14, solid: false });
    expect(labelOver(across, true)).toBeUndefined();
    expect(labelOver(across, false)).toMatchObject({ top: plotArea(400, 116).top, solid: true });
  });

  it('marks the best on its own line in its colour', () => {
    const best: ChartMark = { step: 50, kind: 'best', value: 0.25, label: 'best 0.25' };
    const { dots, texts, rules } = markingsOf(viewWith([best]), measure);
    const [x, y] = [area.left + (area.right - area.left) / 2, area.bottom - 0.25 * (area.bottom - area.top)];
    expect(dots).toEqual([{ x, y, color: '#0000ff' }]);
    expect(texts[0]).toMatchObject({ text: 'best 0.25', color: '#0000ff' });
    expect(rules).toEqual([]);
    const { dots: [start] } = markingsOf(viewWith([{ ...best, kind: 'start' }]), measure);
    expect(start!.color, 'where it began is no success').toBe(paperTheme.muted);
  });
});
