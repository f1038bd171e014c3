import { findLab } from '../../src/core/labs/index.js';
import { describe, expect, test } from 'vitest';
import { presetConfig } from '../../src/core/labs/configure.js';
import { grpo } from '../../src/core/labs/grpo/index.js';
import { labs } from '../../src/core/labs/index.js';
import { checkStart, runsOf, StartError } from '../../workers/programs/startMessage.js';

const config = presetConfig(grpo, grpo.presets[0]!);
const start = { type: 'start', arms: [{ run: 'a', change: {} }, { run: 'b', change: { learningRate: 1e-3 } }], lab: 'grpo', config, files: 'http://localhost/' };

test.each(labs.flatMap((lab) => lab.presets.map((preset) => [lab.id, preset.id, presetConfig(lab, preset)] as const)))(
  'a start of %s %s is right',
  (lab, _, own) => {
    const message = { ...start, arms: [{ run: 'a', change: {} }], lab, config: own, from: { run: 'z', step: 5 }, schedule: [{ step: 7, change: { learningRate: own['learningRate']! } }], paused: true, stepsPerSecond: 2.5 };
    expect(checkStart(message, findLab(String((message as { lab?: unknown } | null)?.lab)))).toBe(message);
  },
);

describe('a wrong start is refused by the name of its field', () => {
  const { learningRate: _, ...incomplete } = config;
  test.each([
    ['no object', 7, /^the message: 7 \(expected an object\)/],
    ['an unknown lab', { ...start, lab: 'alchemy' }, /^lab: "alchemy" \(expected grpo, biencoder/],
    ['no config', { ...start, config: undefined }, /^config: missing/],
    ['a config with a field missing', { ...start, config: incomplete }, /^config\.learningRate: missing/],
    ['replicas below their range', { ...start, config: { ...config, replicas: -1 } }, /^config\.replicas: -1 is out of range \(expected 1 to/],
    ['replicas above it', { ...start, config: { ...config, replicas: 1e9 } }, /^config\.replicas: 1000000000 is out of range/],
    ['a number that is none', { ...start, config: { ...config, learningRate: NaN } }, /^config\.learningRate: 'null' is not a number/],
    ['a number as text', { ...start, config: { ...config, learningRate: '0.01' } }, /^config\.learningRate: "0\.01" \(expected a number\)/],
    ['a switch as text', { ...start, config: { ...config, clipping: 'on' } }, /^config\.clipping: "on" \(expected a boolean\)/],
    ['a choice as a number', { ...start, config: { ...config, engine: 3 } }, /^config\.engine: 3 \(expected a string\)/],
    ['an arm with a number as text', { ...start, arms: [{ run: 'a', change: { learningRate: '0.01' } }] }, /^arms\[0\]\.change\.learningRate: "0\.01" \(expected a number\)/],
    ['no arms', { ...start, arms: undefined }, /^arms: missing/],
    ['too few arms', { ...start, arms: [] }, /^arms: \[\] \(expected a list of 1 to/],
    ['an arm that is none', { ...start, arms: [null] }, /^arms\[0\]: null/],
    ['an arm without a run', { ...start, arms: [{ change: {} }] }, /^arms\[0\]\.run: missing/],
    ['an arm without a change', { ...start, arms: [{ run: 'a' }] }, /^arms\[0\]\.change: missing/],
    ['an arm with a wrong value', { ...start, arms: [{ run: 'a', change: { learningRate: 9 } }] }, /^arms\[0\]\.change\.learningRate: 9 is out of range/],
    ['an arm with what runs share', { ...start, arms: [{ run: 'a', change: { rolloutN: 8 } }] }, /^arms\[0\]\.change\.rolloutN: runs that train together share it/],
    ['a run that goes on from another', { ...start, arms: [start.arms[0]], from: { run: 'z', step: 5 }, goesOn: {} }, /^from\.run: "z" \(expected the run itself/],
    ['one run twice', { ...start, arms: [start.arms[0], start.arms[0]] }, /^arms: \["a","a"\]/],
    ['no files', { ...start, files: 'here' }, /^files: "here" \(expected an address/],
    ['a checkpoint of no step', { ...start, from: { run: 'a' } }, /^from: \{"run":"a"\}/],
    ['a schedule that is no list', { ...start, schedule: {} }, /^schedule: .*expected a list/],
    ['a change without a step', { ...start, schedule: [{ change: {} }] }, /^schedule\[0\]: .*expected a list of steps, each with a change/],
    ['a change after the end', { ...start, schedule: [{ step: 1e6, change: { learningRate: 1e-3 } }] }, /^schedule 1000000:learningRate: 1000000 is out of range \(expected 1 to/],
    ['a change before a step that is none', { ...start, schedule: [{ step: 1.5, change: { learningRate: 1e-3 } }] }, /^schedule 1\.5:learningRate: 1\.5 is out of range/],
    ['a change of what is fixed', { ...start, schedule: [{ step: 5, change: { warmupSteps: 3 } }] }, /^schedule 5:warmupSteps: cannot change while a run trains/],
    ['a change of nothing known', { ...start, schedule: [{ step: 5, change: { lerningRate: 3 } }] }, /^schedule: 'lerningRate' is not an option \(expected learningRate\)/],
    ['a change to a wrong value', { ...start, schedule: [{ step: 5, change: { learningRate: 9 } }] }, /^schedule 5:learningRate: 9 is out of range/],
    ['a change to a number as text', { ...start, schedule: [{ step: 5, change: { learningRate: '0.01' } }] }, /^schedule\[0\]\.change\.learningRate: "0\.01" \(expected a number\)/],
    ['a pause that is neither', { ...start, paused: 'no' }, /^paused: "no"/],
    ['a pace below zero', { ...start, stepsPerSecond: -1 }, /^stepsPerSecond: -1/],
  ])('%s', (_, message, problem) => {
    expect(() => checkStart(message, findLab(String((message as { lab?: unknown } | null)?.lab)))).toThrow(StartError);
    expect(() => checkStart(message, findLab(String((message as { lab?: unknown } | null)?.lab)))).toThrow(problem);
  });
});

test('who hears of a wrong start is whoever can be made out', () => {
  expect(runsOf({ arms: [{ run: 'a' }, null, { run: 3 }, { run: 'b', change: 1 }] })).toEqual(['a', 'b']);
  for (const message of [undefined, null, 7, {}, { arms: undefined }, { arms: 'ab' }]) expect(runsOf(message)).toEqual([]);
});
