import { describe, expect, it } from 'vitest';
import { presetConfig } from '../../src/core/labs/configure.js';
import { grpo } from '../../src/core/labs/grpo/index.js';
import { labs } from '../../src/core/labs/index.js';
import { pointer } from '../../src/core/labs/pointer/index.js';
import { rewardModel } from '../../src/core/labs/reward-model/index.js';
import type { Config } from '../../src/core/parameters.js';
import type { RunEvent } from '../../src/core/run/record.js';
import { kindsOf, progressOf, type Course } from '../../src/core/run/progress.js';
import { RunSeries } from '../../src/core/series/runSeries.js';

const config: Config = { ...presetConfig(grpo, grpo.presets[0]!), promptsPerStep: 8, rolloutN: 4 };
const changeOf = (step: number, key: string, from: number, to: number): RunEvent => ({ type: 'changed', step, at: 0, changes: [{ key, from, to }] });

/** Rows of the steps `from` to `to`, 2 seconds each, with responses as long as the step's number. */
function courseOf(from: number, to: number, change: Partial<Course> = {}): Course {
  const series = new RunSeries(2);
  const steps = Int32Array.from({ length: to - from + 1 }, (_, i) => from + i);
  const lengths = Float64Array.from({ length: 2 * steps.length }, (_, i) => steps[i >> 1]! + (i & 1 ? 1 : -1));
  series.append({ steps, seconds: Float64Array.from(steps, (_, i) => 2 * (i + 1)), columns: { responseLength: lengths } });
  return { head: { config, events: [] }, series, ...change };
}

describe('how far a run has come', () => {
  it('is there in tokens only where a lab measures them', () => {
    expect(labs.map((lab) => [lab.id, kindsOf(lab).includes('tokens')])).toEqual(labs.map(({ id }) => [id, id === 'grpo']));
  });

  it('counts samples with every change of knobs from its step on, and back again', () => {
    const events = [changeOf(3, 'rolloutN', 4, 8), changeOf(5, 'promptsPerStep', 8, 2)];
    const samples = progressOf(grpo, courseOf(1, 6, { head: { config, events } }), 'samples');
    expect([0, 1, 2, 3, 4, 5, 6, 7].map((step) => samples.at(step))).toEqual([0, 32, 64, 128, 192, 208, 224, 240]);
    expect(samples.at(2.5)).toBe(96);
    for (const step of [0, 1, 2.5, 4, 6.25]) expect(samples.stepAt(samples.at(step))).toBeCloseTo(step, 9);
  });

  it('counts anew when a knob changes', () => {
    const course = courseOf(1, 4);
    expect(progressOf(grpo, course, 'samples').at(4)).toBe(128);
    const changed = { ...course, head: { config, events: [changeOf(4, 'rolloutN', 4, 2)] } };
    expect(progressOf(grpo, changed, 'samples').at(4)).toBe(112);
  });

  it('counts tokens as they come, samples times mean length', () => {
    const course = courseOf(1, 3);
    const tokens = progressOf(grpo, course, 'tokens');
    expect([0, 1, 2, 3].map((step) => tokens.at(step))).toEqual([0, 32, 96, 192]);
    course.series.append({ steps: Int32Array.of(4), seconds: Float64Array.of(8), columns: { responseLength: Float64Array.of(10, NaN) } });
    expect(progressOf(grpo, course, 'tokens'), 'the same, grown').toBe(tokens);
    expect([tokens.at(4), tokens.at(9)]).toEqual([512, 512]);
    expect(tokens.stepAt(352)).toBe(3.5);
  });

  it('counts seconds as its clock does', () => {
    const time = progressOf(grpo, courseOf(1, 3), 'time');
    expect([1, 1.5, 3].map((step) => time.at(step))).toEqual([2, 3, 6]);
    expect([1, 3, 99].map((place) => time.stepAt(place))).toEqual([1, 1.5, 3]);
    expect(progressOf(grpo, { head: { config, events: [] }, series: new RunSeries(1) }, 'time').at(5)).toBe(0);
  });

  it('of a fork goes on where it left, if what it left is known', () => {
    const parent = courseOf(1, 10, { head: { config: { ...config, rolloutN: 2 }, events: [] } });
    const head = { config, events: [], from: { run: 'parent', step: 4 } };
    const fork = courseOf(5, 6, { head, parent });
    expect(progressOf(grpo, fork, 'samples').at(6)).toBe(4 * 16 + 2 * 32);
    expect(progressOf(grpo, fork, 'time').at(5)).toBe(8 + 2);
    expect(progressOf(grpo, fork, 'tokens').at(5)).toBe(16 * (1 + 2 + 3 + 4) + 32 * 5);
    const orphan = courseOf(5, 6, { head });
    expect(progressOf(grpo, orphan, 'samples').at(6)).toBe(6 * 32);
    expect(progressOf(grpo, orphan, 'time').at(5)).toBe(2);
  });

  it('counts in each lab what a step draws or shows', () => {
    const perStep = (lab: (typeof labs)[number], change: Config, step = 1): number => lab.samples({ ...presetConfig(lab, lab.presets[0]!), ...change })(step);
    expect(perStep(labs.find(({ id }) => id === 'biencoder')!, { batchSize: 24 })).toBe(24);
    expect(perStep(rewardModel, { batchSize: 16, gradientAccumulation: 4, trainingPairs: 512 })).toBe(64);
    expect(perStep(rewardModel, { batchSize: 128, gradientAccumulation: 16, trainingPairs: 512 })).toBe(512);
    const stages = { stage: 'grpo', batchSize: 8, epochs: 2, steps: 0, queriesPerStep: 4, rolloutN: 6 };
    expect([perStep(pointer, stages, 128), perStep(pointer, stages, 129)], '2 epochs of 512 queries, then groups').toEqual([8, 24]);
    expect(perStep(pointer, { ...stages, stage: 'rce' }, 500)).toBe(8);
  });
});
