import { expect, it } from 'vitest';
import { configure } from '../../src/core/labs/configure.js';
import { labs } from '../../src/core/labs/index.js';
import type { Config } from '../../src/core/parameters.js';
import { OutOfMemoryError } from '../../workers/engines/failure.js';
import { memoryNotes, ranOutOfMemory } from '../../workers/session/outOfMemory.js';
import { trainingOf } from '../../workers/labs/index.js';
import { Population } from '../../workers/labs/population.js';
import { grpoConfig } from './drive.js';

it.each([
  ['the kernels say so', new OutOfMemoryError('x'), 'cpu', true],
  ['a policy worker says so', Object.assign(new Error('x'), { name: 'OutOfMemoryError' }), 'cpu', true],
  ['the browser says so', new RangeError('Array buffer allocation failed'), 'cpu', true],
  ['a kernel reads past its memory', new WebAssembly.RuntimeError('memory access out of bounds'), 'cpu', false],
  ['tfjs writes past its memory', new WebAssembly.RuntimeError('memory access out of bounds'), 'reference-wasm', true],
  ['a range is wrong', new RangeError('Maximum call stack size exceeded'), 'cpu', false],
] as const)('where %s, memory is told from other errors', (_, error, engine, ranOut) => {
  expect(ranOutOfMemory(error, engine)).toBe(ranOut);
});

it('says before the start what a run needs that may end the tab, and that kernels need no such thing', async () => {
  const training = await trainingOf('grpo');
  const large = grpoConfig('healthy', { replicas: 16, promptsPerStep: 32, rolloutN: 32 });
  const notes = (config: typeof large, engine: 'cpu' | 'reference-wasm') => memoryNotes(training.bytes(new Population<Config>(config), engine), config);
  expect(notes(large, 'reference-wasm')).toEqual([
    { id: 'note.memory', values: { gigabytes: expect.stringMatching(/^1\d\.\d$/) as string, lower: 'replicas rolloutN promptsPerStep' } },
  ]);
  expect(notes(large, 'cpu')).toEqual([]);
  expect(notes(grpoConfig('healthy'), 'reference-wasm')).toEqual([]);
});

/** Peaks of the process beyond its first 70 MB, in Node. */
it.each([
  ['biencoder', 8, { tower: 'transformer', batchSize: 128, width: 64 }, 'cpu-fma', 1060],
  ['biencoder', 8, { tower: 'transformer', batchSize: 128, width: 64 }, 'reference-wasm', 1440],
  ['biencoder', 8, { tower: 'transformer', batchSize: 32, width: 64 }, 'cpu-fma', 520],
  ['biencoder', 2, { tower: 'transformer', batchSize: 128, width: 64 }, 'cpu-fma', 200],
  ['pointer', 8, { batchSize: 512, width: 64, layers: 4, heads: 4, shotNum: 4 }, 'cpu-fma', 850],
  ['pointer', 8, { batchSize: 512, width: 64, shotNum: 4 }, 'reference-wasm', 830],
  ['pointer', 8, { stage: 'rce', batchSize: 512, width: 64, shotNum: 4 }, 'cpu-fma', 880],
  ['reward-model', 8, { adapter: 'dora', rank: 32, batchSize: 128, gradientAccumulation: 16, trainingPairs: 2048 }, 'cpu-fma', 510],
  ['reward-model', 8, { adapter: 'full', batchSize: 128, gradientAccumulation: 16, trainingPairs: 2048 }, 'reference-wasm', 520],
] as const)('the estimate for %s with %i replicas of %o on %s is near the %i MB that were measured', async (lab, replicas, values, engine, measured) => {
  const { config } = configure(labs.find(({ id }) => id === lab)!, { values: { replicas, ...values } });
  const estimate = (await trainingOf(lab)).bytes(new Population<Config>(config), engine) / 1e6;
  expect(estimate / measured).toBeGreaterThan(0.7);
  expect(estimate / measured).toBeLessThan(1.4);
});
