import { describe, expect, test } from 'vitest';
import { grpo } from '../../src/core/labs/grpo/index.js';
import { message, type Values } from '../../src/core/messages/messages.js';
import { costOf } from '../../src/core/run/cost.js';
import type { RunHead } from '../../src/core/run/record.js';
import { memoryText, timeText } from '../../src/ui/carry/amounts.js';
import { preset } from './runCurves.js';
import { recorded } from './recordedRuns.js';

describe('what a run costs', () => {
  const config = preset('collapse', { replicas: 2 });
  const { series: _, ...head } = recorded([0.7, 0.8]);
  test('is known of runs whose steps cost the same, however many they are', () => {
    expect(costOf(grpo, config, [head])).toEqual({ seconds: 30, bytes: 84e6 });
    expect(costOf(grpo, { ...config, steps: 1200, learningRate: 1e-3, seed: 7 }, [head])!.seconds).toBeCloseTo(300, 9);
  });

  test.each([
    ['another shape', { ...config, rolloutN: 16 }, head],
    ['more seeds', { ...config, replicas: 3 }, head],
    ['a term of the loss that was not there', { ...config, entropyCoefficient: 0.01 }, head],
    ['no run', config, undefined],
    ['too few steps', config, { ...head, step: 5 }],
    ['a run that trained with others', config, { ...head, held: { keys: ['learningRate'], knobs: config } }],
    ['another lab', config, { ...head, lab: 'pointer' }],
    ['a shape that changed on the way', config, { ...head, events: [{ type: 'changed', step: 60, at: 0, changes: [{ key: 'rolloutN', from: 4, to: 16 }] }] }],
  ] as [string, typeof config, RunHead | undefined][])('is not known after %s', (_, wanted, before) => {
    expect(costOf(grpo, wanted, before ? [before] : [])).toBeUndefined();
  });

  test('is said as people say it', () => {
    const t = (id: string, values?: Values): string => message('en', id, values);
    expect([0.2, 1.2, 45, 119, 200, 7000, 10_080].map((seconds) => timeText(seconds, t))).toEqual(['1 s', '2 s', '45 s', '2 min', '4 min', '2 h', '2.8 h']);
    expect([1e5, 84e6, 2.34e9].map((bytes) => memoryText(bytes, t))).toEqual(['1 MB', '84 MB', '2.4 GB']);
  });
});
