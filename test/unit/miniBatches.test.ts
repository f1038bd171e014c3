import { expect, it } from 'vitest';
import { RandomSequence } from '../../src/core/random.js';
import { miniBatchesOf } from '../../workers/engines/miniBatches.js';
import type { GrpoUpdate } from '../../workers/engines/policy.js';
import { randomUpdate, shapeOf } from '../kernels/cases.js';

const replicas = 2;
const update = (prompts: number, miniBatches: number): GrpoUpdate => {
  const repeats = 2;
  const batch = prompts * repeats;
  const own = randomUpdate(shapeOf({}), replicas, new RandomSequence(1, 2, 3), 0);
  const number = (count: number): Int32Array => Int32Array.from({ length: count }, (_, i) => i);
  return {
    ...own, repeats, miniBatches, promptLength: 1, width: 1, prompts: number(replicas * batch), responses: number(replicas * batch),
    lengths: new Int32Array(replicas * batch).fill(1), inLoss: new Int32Array(replicas * batch).fill(1),
    samplingLogProbs: Float32Array.from(number(replicas * batch)), advantages: Float32Array.from(number(replicas * batch)),
  };
};

it('mini-batches have consecutive whole prompts of every replica, as evenly as can be, each once', () => {
  const parts = miniBatchesOf(update(5, 3), replicas);
  expect(parts.map(({ prompts }) => [...prompts])).toEqual([[0, 1, 10, 11], [2, 3, 4, 5, 12, 13, 14, 15], [6, 7, 8, 9, 16, 17, 18, 19]]);
  for (const { prompts, responses, advantages, samplingLogProbs } of parts) {
    expect([[...responses], [...advantages], [...samplingLogProbs]]).toEqual([[...prompts], [...prompts], [...prompts]]);
  }
});

it('there are never more mini-batches than prompts, and one is the update itself', () => {
  expect(miniBatchesOf(update(2, 8), replicas)).toHaveLength(2);
  const whole = update(4, 1);
  expect(miniBatchesOf(whole, replicas)).toEqual([whole]);
});
