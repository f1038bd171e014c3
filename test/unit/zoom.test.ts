import { describe, expect, it, test } from 'vitest';
import { placeForKey } from '../../src/ui/charts/keys.js';
import { between, moved, zoomed, type Seen } from '../../src/ui/charts/zoom.js';

test('keys go from point to point and stay at the ends', () => {
  const from = (key: string): number | undefined => placeForKey(key, 2, 3);
  expect(['ArrowLeft', 'ArrowRight', 'PageDown', 'End', 'Home', 'a'].map(from)).toEqual([1, 3, 0, 3, 0, undefined]);
  expect([placeForKey('ArrowRight', 3, 3), placeForKey('ArrowRight', -1, 3)]).toEqual([3, 0]);
});

describe('zooming', () => {
  const steps: Seen = { along: 'step', whole: [0, 200], range: [50, 150] };
  const time: Seen = { along: 'time', whole: [0, 10], range: [2, 4] };

  it('keeps the place that it is at, and moves by what it is moved', () => {
    expect(zoomed(steps, 0.25, 2)).toEqual([63, 113]);
    expect(zoomed(time, 0.5, 2)).toEqual([2.5, 3.5]);
    expect(zoomed(time, 0, 0.5)).toEqual([2, 6]);
    expect(moved(steps, 0.1)).toEqual([60, 160]);
    expect(between(time, 0.75, 0.25)).toEqual([2.5, 3.5]);
  });

  it('stays within what there is to see, and does not end in nothing', () => {
    expect(moved(steps, 3)).toEqual([100, 200]);
    expect(moved(time, -5)).toEqual([0, 2]);
    expect(between(steps, 0.5, 0.5)).toEqual([98, 102]);
    expect(between(time, 0, 0)).toEqual([1.99, 2.01]);
    expect(zoomed({ along: 'step', whole: [0, 2], range: [0, 2] }, 0.5, 10)).toBeUndefined();
  });

  it('ends where the whole is seen', () => {
    expect(zoomed(steps, 0.5, 0.5)).toBeUndefined();
    expect(zoomed(time, 0.2, 0.1)).toBeUndefined();
  });
});
