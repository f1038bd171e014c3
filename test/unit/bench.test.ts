import { expect, test } from 'vitest';
import { benchCases, caseKey, growthCases, supervisedCase, type GrpoCase } from '../../src/core/bench/cases.js';
import type { Measurement } from '../../src/core/bench/measurement.js';
import { benchTables, markdown } from '../../src/core/bench/tables.js';
import { problemOf } from '../../workers/bench/problem.js';
import { workOf } from '../../workers/bench/work.js';

const t = (id: string): string => id;
const step = (benchCase: GrpoCase, engine: string, ms: number): Measurement => ({
  benchCase, engine, ms, fastest: ms, tokens: 400, flops: benchCase.replicas * 1e8, responseLength: 13,
});
const [base, twice] = growthCases as readonly [GrpoCase, GrpoCase];

test('every case is measured once, and the growth of the time can be read from them', () => {
  const keys = benchCases(false).map(caseKey);
  expect(new Set(keys).size).toBe(keys.length);
  expect(growthCases.map(caseKey).filter((key) => !keys.includes(key))).toEqual([]);
});

test('times are compared with the reference and PyTorch; what nobody measured has no column', () => {
  const [steps] = benchTables([step(base, 'reference-wasm', 40), step(base, 'PyTorch', 10)], undefined, t);
  const column = (heading: string): string[] => steps!.rows.map((row) => row[steps!.headings.indexOf(heading)]!);
  expect(column('bench.column.gflops')).toEqual(['2.50', '10.0']);
  expect(column('bench.column.tokens')).toEqual(['10,000', '40,000']);
  expect(steps!.headings).not.toContain('bench.column.dispatches');
  expect(steps!.headings).not.toContain('bench.column.peak');
  expect(steps!.rows.map((row) => row.slice(-2))).toEqual([['1.00', '4.00'], ['0.25', '1.00']]);
});

test('a time that grows with the work is in proportion, one that grows less is below 1', () => {
  const measured = [step(base, 'even', 10), step(twice, 'even', 20), step(base, 'better', 10), step(twice, 'better', 15)];
  const growth = benchTables(measured, undefined, t).find(({ title }) => title === 'bench.table.growth')!;
  expect(growth.rows.map((row) => row.slice(3))).toEqual([['10.0 (1.00)', '10.0 (1.00)'], ['20.0 (1.00)', '15.0 (0.75)']]);
});

test('kernels have a column each, the slowest first, in cases where the GPU timed them', () => {
  const kernel = (name: string, ms: number) => ({ kernel: name, dispatches: 1, ms });
  const measured = [
    { ...step(base, 'webgpu', 10), kernels: [kernel('forward', 2), kernel('rollout', 1)] },
    { ...step(twice, 'webgpu', 10), kernels: [kernel('rollout', 4.25)] },
    step(base, 'cpu', 10),
  ];
  const find = (all: readonly Measurement[]) => benchTables(all, undefined, t).find(({ title }) => title === 'bench.table.kernels');
  const { headings, rows } = find(measured)!;
  expect(headings.slice(2)).toEqual(['bench.kernel.rollout', 'bench.kernel.forward', 'bench.column.allKernels']);
  expect(rows).toEqual([
    ['running-sum', 'n 4, R 1', '1.00', '2.00', '3.00'],
    ['running-sum', 'n 4, R 2', '4.25', '–', '4.25'],
  ]);
  expect(find(measured.slice(2))).toBeUndefined();
});

test('Markdown has a line for the headings, one for the rule and one a row, of one width', () => {
  const lines = markdown({ title: '', hint: '', headings: ['a', 'long heading'], rows: [['long cell', 'b']] }).split('\n');
  expect(lines).toEqual(['| a         | long heading |', '|-----------|--------------|', '| long cell | b            |']);
});

/** Counts by going through the products of a forward pass one by one. */
function countedForward(positions: number, predictions: number, width: number, layers: number, vocabulary: number): number {
  let multiplyAdds = 0;
  for (let layer = 0; layer < layers; layer++) {
    for (let t = 0; t < positions; t++) {
      multiplyAdds += width * 3 * width + width * width + 2 * width * 4 * width;
      for (let seen = 0; seen <= t; seen++) multiplyAdds += 2 * width;
    }
  }
  return 2 * (multiplyAdds + predictions * width * vocabulary);
}

test('work of a bi-encoder step is three times its products: MLP, heads, and queries with documents', () => {
  const sentences = 3 * 32;
  const mlp = sentences * (32 * 64 + 64 * 32);
  const heads = sentences * 64 * 32;
  const scores = 32 * 64 * 32;
  expect(workOf(problemOf({ kind: 'biencoder', replicas: 4 }), 2, [])).toEqual({
    tokens: 2 * 4 * sentences * 12, flops: 2 * 4 * 3 * 2 * (mlp + heads + scores),
  });
});

test('work is that of the sampled tokens: five forward passes a GRPO step, three a supervised one', () => {
  const grpo = problemOf(base);
  const sampled = [5, 12].map((length) => 5 * countedForward(4 + length, length, 32, 2, 16));
  expect(workOf(grpo, 1, [5, 12])).toEqual({ tokens: 17, flops: sampled[0]! + sampled[1]! });
  const supervised = problemOf(supervisedCase);
  expect(workOf(supervised, 2, [])).toEqual({ tokens: 2 * 64 * 32, flops: 2 * 64 * 3 * countedForward(32, 32, 64, 2, 32) });
});
