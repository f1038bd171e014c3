import { describe, expect, test } from 'vitest';
import { configure } from '../../src/core/labs/configure.js';
import { grpo } from '../../src/core/labs/grpo/index.js';
import { estimateAdvantages, liveGroups, type AdvantageOptions, type GroupedRewards } from '../../workers/labs/grpo/estimators.js';

const n = 4;
/** Right, wrong and brief replies of two groups, of which the second is dead. */
const answers = Float64Array.of(1, 0, 0, 0, 1, 1, 1, 1);
const brevity = Float64Array.of(0.2, 0.9, 0.2, 0.2, 0.5, 0.5, 0.5, 0.5);
const weights = [1, 0.1];
const batch: GroupedRewards = {
  n,
  rewards: answers.map((answer, i) => weights[0]! * answer + weights[1]! * brevity[i]!),
  lengths: [16, 2, 16, 16, 10, 10, 10, 10],
  components: [answers, brevity].map((values, k) => ({ weight: weights[k]!, values })),
};
const estimate = (estimator: AdvantageOptions['estimator'], options: Partial<AdvantageOptions> = {}, told = batch): number[] => [
  ...estimateAdvantages(told, { estimator, scale: 'group', floor: 1e-4, ...options }),
];
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

describe('an advantage estimator', () => {
  test('rloo compares with the mean of the others', () => {
    const others = (0.09 + 0.02 + 0.02) / 3;
    expect(estimate('rloo')[0]).toBeCloseTo(1.02 - others, 12);
    expect(sum(estimate('rloo').slice(0, n))).toBeCloseTo(0, 12);
  });

  test('reinforce-baseline has mean 0 and deviation 1 over tokens, also where a group is dead', () => {
    const tokens = estimate('reinforce-baseline').flatMap((value, i) => Array.from({ length: batch.lengths[i]! }, () => value));
    expect(sum(tokens)).toBeCloseTo(0, 6);
    expect(sum(tokens.map((value) => value ** 2)) / (tokens.length - 1)).toBeCloseTo(1, 6);
    expect(new Set(estimate('reinforce-baseline').slice(n)).size).toBe(1);
  });

  test('opo compares with the mean reward of a token, so that short replies weigh less in it', () => {
    const baseline = (16 * 1.02 + 2 * 0.09 + 16 * 0.02 * 2) / 50;
    expect(estimate('opo')[1]).toBeCloseTo(0.09 - baseline, 12);
  });

  test('pass-k gives the best reply its lead and the others nothing', () => {
    expect(estimate('pass-k', { scale: 'none' })[0]).toBeCloseTo(1.02 - 0.09, 12);
    expect(estimate('pass-k').filter((value) => value !== 0)).toHaveLength(1);
    const tied = { ...batch, rewards: Float64Array.of(1, 1, 0, 0, 1, 0, 0, 0) };
    expect(estimate('pass-k', {}, tied).slice(0, n)).toEqual([0, 0, 0, 0]);
  });

  test('gdpo lets a component of a tiny range count by its weight alone', () => {
    const shrunk = { ...batch, components: batch.components.map(({ weight, values }, k) => ({ weight, values: k === 1 ? values.map((x) => x / 50) : values })) };
    const [before, after] = [estimate('gdpo'), estimate('gdpo', {}, shrunk)];
    after.forEach((value, i) => expect(value).toBeCloseTo(before[i]!, 1));
    // The brief wrong reply is worth more than the long wrong ones, by a tenth of what a right answer is.
    expect(before[1]! - before[2]!).toBeGreaterThan(0);
    expect(sum(before)).toBeCloseTo(0, 9);
  });

  test('finds a group dead where nothing that it looks at differs', () => {
    expect(liveGroups(batch, 'grpo')).toEqual([true, false]);
    for (const estimator of ['grpo', 'rloo', 'opo', 'pass-k', 'gdpo'] as const) expect(estimate(estimator).slice(n)).toEqual([0, 0, 0, 0]);
    // Two rewards that cancel in the sum: dead for what looks at the sum, alive for gdpo.
    const even = { ...batch, rewards: new Float64Array(8).fill(1) };
    expect(liveGroups(even, 'rloo')).toEqual([false, false]);
    expect(liveGroups(even, 'gdpo')).toEqual([true, false]);
    const unweighted = { ...even, components: even.components.map(({ values }) => ({ weight: 0, values })) };
    expect(liveGroups(unweighted, 'gdpo')).toEqual([false, false]);
  });
});

test('a smaller σ floor scales a group of tiny differences up further', () => {
  const told = { ...batch, rewards: batch.rewards.map((reward) => reward * 1e-4) };
  const largest = (floor: number): number => Math.max(...estimate('grpo', { floor }, told));
  expect(largest(1e-6)).toBeGreaterThan(1.4);
  expect(largest(1e-4)).toBeLessThan(1);
  const usual = (floor: number): number => Math.max(...estimate('grpo', { floor }));
  expect(usual(1e-6)).toBeCloseTo(usual(1e-4), 3);
});

test('knobs that an estimator does not read say so', () => {
  const reasons = (values: Record<string, unknown>): Record<string, string | undefined> => {
    const { config, problems } = configure(grpo, { values });
    expect(problems).toEqual([]);
    const of = (key: string): string | undefined => grpo.parameters.find((parameter) => parameter.key === key)!.inert!(config);
    return { scale: of('advantageScale'), floor: of('stdFloor') };
  };
  expect(reasons({})).toEqual({});
  expect(reasons({ advantageScale: 'none' })).toEqual({ floor: 'inert.notDivided' });
  expect(reasons({ advantageEstimator: 'pass-k' })).toEqual({});
  for (const advantageEstimator of ['rloo', 'opo']) {
    expect(reasons({ advantageEstimator })).toEqual({ scale: 'inert.ownScale', floor: 'inert.notDivided' });
  }
  expect(reasons({ advantageEstimator: 'reinforce-baseline' })).toEqual({ scale: 'inert.ownScale', floor: 'inert.ownFloor' });
  expect(reasons({ advantageEstimator: 'gdpo' })).toEqual({ scale: 'inert.ownScale' });
  const { config, problems } = configure(grpo, { values: { advantageEstimator: 'pass-k', advantageScale: 'batch' } });
  expect([config['advantageScale'], problems.length]).toEqual(['group', 1]);
});
