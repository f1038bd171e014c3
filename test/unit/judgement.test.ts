import { describe, expect, test } from 'vitest';
import { configure } from '../../src/core/labs/configure.js';
import { grpo } from '../../src/core/labs/grpo/index.js';
import { grpoConfig, type GrpoConfig } from '../../src/core/labs/grpo/parameters.js';
import { logProbAdvantageCovariance } from '../../workers/labs/grpo/covariance.js';
import { EntropyControl } from '../../workers/labs/grpo/entropyControl.js';
import { judge, type JudgedRewards } from '../../workers/labs/grpo/judge.js';
import { overlongPunishment } from '../../workers/labs/grpo/overlong.js';
import { chooseGroups } from '../../workers/labs/grpo/selectGroups.js';
import { findTask } from '../../workers/labs/grpo/tasks/index.js';
import { Population } from '../../workers/labs/population.js';

const populationOf = (values: Record<string, unknown>, arms?: Partial<GrpoConfig>[]): Population<GrpoConfig> => {
  const { config, problems } = configure(grpo, { preset: 'tool-choice-healthy', values });
  expect(problems).toEqual([]);
  return new Population(grpoConfig(config), arms);
};

describe('the verifier', () => {
  const sequences = 4000;
  /** Every second answer is right; the components are answer, hedge and format. */
  const judged = (population: Population<GrpoConfig>, step: number): JudgedRewards => {
    const count = sequences * population.size;
    const components = Float64Array.from({ length: 3 * count }, (_, i) => (i % 3 === 0 ? Math.floor(i / 3) % 2 : Number(i % 3 === 2)));
    const rewards = Float64Array.from({ length: count }, (_, i) => components[3 * i]!);
    const scored = { tokens: new Int32Array(7 * count), width: 7, lengths: new Int32Array(count).fill(7), components, rewards };
    return judge(findTask(population.config), scored, { population, weights: [1, 0.5, 0], step });
  };
  const share = (rewards: Float64Array, right: number): number => {
    const own = rewards.filter((_, i) => i % 2 === right);
    return own.reduce((sum, reward) => sum + reward, 0) / own.length;
  };

  test('judges so large a share of wrong answers right, and of right ones wrong', () => {
    const { rewards, trueRewards, components } = judged(populationOf({ verifierFalsePositive: 0.2, verifierFalseNegative: 0.1 }), 3);
    expect(share(rewards, 0)).toBeCloseTo(0.2, 1);
    expect(share(rewards, 1)).toBeCloseTo(0.9, 1);
    expect([share(trueRewards, 0), share(trueRewards, 1)]).toEqual([0, 1]);
    rewards.forEach((reward, i) => expect(components[3 * i]).toBe(reward));
  });

  test('draws anew at each step and for each seed, and the same for a replica whatever is beside it', () => {
    const errors = { verifierFalsePositive: 0.3 };
    const two = populationOf({ ...errors, replicas: 2, seed: 4 });
    const together = judged(two, 1).rewards;
    expect(together.slice(sequences)).toEqual(judged(populationOf({ ...errors, seed: 5 }), 1).rewards);
    expect(together.slice(0, sequences)).not.toEqual(together.slice(sequences));
    expect(judged(two, 2).rewards).not.toEqual(together);
  });

  test('that pays for wrong answers is not taken for overfitting', () => {
    const { watch } = grpo.detectors.find(({ id }) => id === 'overfitting')!;
    const measured = (metric: string): number => Number(metric.startsWith('reward'));
    const given = [0, 0.2].map((verifierFalsePositive) => {
      const rule = watch(populationOf({ verifierFalsePositive }).config);
      return [1, 2, 3].some((step) => rule(step, measured) !== undefined);
    });
    expect(given).toEqual([true, false]);
  });

  test('does not err where nobody said so', () => {
    const { rewards, trueRewards, punishments } = judged(populationOf({}), 1);
    expect(rewards).toEqual(trueRewards);
    expect(punishments.every((value) => value === 0)).toBe(true);
  });
});

test('a long response is punished in a straight line over the buffer', () => {
  const punished = [14, 16, 17, 18, 20].map((length) => overlongPunishment(length, 20, 4, 0.5));
  [0, 0, -0.125, -0.25, -0.5].forEach((value, i) => expect(punished[i]).toBeCloseTo(value, 12));
  expect(overlongPunishment(20, 20, 0, 1)).toBe(0);
  const reason = (overlongBuffer: number): string | undefined =>
    grpo.parameters.find(({ key }) => key === 'overlongPenalty')!.inert!(populationOf({ overlongBuffer }).config);
  expect([reason(0), reason(4)]).toEqual(['inert.noOverlongBuffer', undefined]);
});

test('groups are chosen live ones first, in the order in which they came', () => {
  const live = [[false, true, false], [true, true, false]];
  const chosen = (wanted: number): string[] => chooseGroups(live, wanted).map(({ generation, group }) => `${generation}${group}`);
  expect(chosen(2)).toEqual(['01', '10']);
  expect(chosen(4)).toEqual(['00', '01', '10', '11']);
});

test('the covariance is that over the tokens of each replica', () => {
  const batch = {
    logProbs: Float32Array.of(-1, -2, -3, 0, -0.5, 0, -0.25, -0.75),
    width: 2, advantages: [1, -1, 0.5, -0.5], lengths: Int32Array.of(2, 1, 1, 2),
  };
  // Tokens (−1, 1), (−2, 1), (−3, −1) and (−0.5, 0.5), (−0.25, −0.5), (−0.75, −0.5).
  const expected = [2 / 3, 0];
  logProbAdvantageCovariance(2, batch).forEach((value, replica) => expect(value).toBeCloseTo(expected[replica]!, 12));
});

describe('an entropy target', () => {
  const population = populationOf({ entropyCoefficient: 0.01, replicas: 1 }, [{ entropyTarget: 0.3 }, {}]);

  test('raises the coefficient below it and lowers it above, and pays for entropy only below', () => {
    const control = new EntropyControl(2);
    expect(control.coefficients(population)).toEqual([0, 0.01]);
    expect(control.move(population, [0.3, 0.3])).toEqual(Float64Array.of(0.015, NaN));
    expect(control.coefficients(population)).toEqual([0.015, 0.01]);
    control.move(population, [0.4, 0]);
    expect(control.coefficients(population)).toEqual([0, 0.01]);
    for (let step = 0; step < 5; step++) control.move(population, [0.4, 0]);
    expect(control.state.coefficients).toEqual([0, NaN]);
    for (let step = 0; step < 300; step++) control.move(population, [0.2, 0]);
    expect(control.state.coefficients[0]).toBe(1);
  });

  test('goes on from its state, and starts anew once it was off', () => {
    const control = new EntropyControl(2);
    control.coefficients(population);
    control.move(population, [0.1, 0]);
    expect(new EntropyControl(2, structuredClone(control.state)).coefficients(population)).toEqual(control.coefficients(population));
    control.coefficients(populationOf({ replicas: 2 }));
    expect(control.acts).toBe(false);
    expect(control.coefficients(population)).toEqual([0, 0.01]);
  });
});
