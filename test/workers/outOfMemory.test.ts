import { expect, it } from 'vitest';
import type { Config } from '../../src/core/parameters.js';
import { OutOfMemoryError } from '../../workers/engines/failure.js';
import { memoryNotes, ranOutOfMemory } from '../../workers/session/outOfMemory.js';
import { trainings } from '../../workers/labs/index.js';
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

it('says before the start what a run needs that may end the tab, and that kernels need no such thing', () => {
  const large = grpoConfig('healthy', { replicas: 16, promptsPerStep: 32, rolloutN: 32 });
  const notes = (config: typeof large, engine: 'cpu' | 'reference-wasm') => memoryNotes(trainings['grpo']!.bytes!(new Population<Config>(config), engine), config);
  expect(notes(large, 'reference-wasm')).toEqual([
    { id: 'note.memory', values: { gigabytes: expect.stringMatching(/^1\d\.\d$/) as string, lower: 'replicas rolloutN promptsPerStep' } },
  ]);
  expect(notes(large, 'cpu')).toEqual([]);
  expect(notes(grpoConfig('healthy'), 'reference-wasm')).toEqual([]);
});
