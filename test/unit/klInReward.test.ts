import { expect, it } from 'vitest';
import { configure } from '../../src/core/labs/configure.js';
import { grpo } from '../../src/core/labs/grpo/index.js';
import { grpoConfig, type GrpoConfig } from '../../src/core/labs/grpo/parameters.js';
import type { ConfigChange } from '../../src/core/parameters.js';
import type { Policy } from '../../workers/engines/policy.js';
import { KlInReward } from '../../workers/labs/grpo/klInReward.js';
import { findTask } from '../../workers/labs/grpo/tasks/index.js';
import { Population } from '../../workers/labs/population.js';
import type { Rollout } from '../../workers/labs/grpo/rollouts.js';

const populationOf = (values: ConfigChange): Population<GrpoConfig> =>
  new Population(grpoConfig(configure(grpo, { values: { task: 'running-sum', klInReward: true, klCoefficient: 0.1, ...values } }).config));

/** Two replies of 2 and 1 tokens, whose log-probabilities lie so far above the reference's. */
const distances = [0.5, 0.25, -0.1, 0];
const rollout = {
  prompts: new Int32Array(2),
  logProbs: new Float32Array(4).fill(-1),
  scored: { tokens: new Int32Array(4), width: 2, lengths: Int32Array.from([2, 1]), rewards: Float64Array.from([1, 0]), punishments: new Float64Array(2) },
} as unknown as Rollout;
const policy = { referenceLogProbs: () => Promise.resolve(Float32Array.from(distances, (d) => -1 - d)) } as unknown as Policy;

const rewardsOf = async (values: ConfigChange): Promise<number[]> => {
  const population = populationOf(values);
  const { rewards, punishments } = await new KlInReward(1).penalise(population, findTask(population.config), policy, rollout);
  expect([...punishments]).toEqual([...rewards].map((reward, i) => expect.closeTo(reward - [1, 0][i]!, 12)));
  return [...rewards];
};

it('takes the coefficient times each reply’s summed KL off its reward, by the estimator chosen', async () => {
  const k3 = (d: number): number => Math.exp(-d) + d - 1;
  expect(await rewardsOf({ klEstimator: 'k1' })).toEqual([expect.closeTo(1 - 0.1 * 0.75, 6), expect.closeTo(0.01, 6)]);
  expect(await rewardsOf({ klEstimator: 'k2' })).toEqual([expect.closeTo(1 - 0.1 * (0.125 + 0.03125), 6), expect.closeTo(-0.1 * 0.005, 6)]);
  expect(await rewardsOf({ klEstimator: 'k3' })).toEqual([expect.closeTo(1 - 0.1 * (k3(0.5) + k3(0.25)), 6), expect.closeTo(-0.1 * k3(-0.1), 6)]);
});

it('moves an adaptive coefficient by at most a fifth of responses / horizon, towards the target, and goes on from where it was', async () => {
  // The mean over replies of the mean over tokens: (0.375 − 0.1) / 2.
  const kl = 0.1375;
  const moved = async (target: number, from?: readonly number[]): Promise<number> => {
    const population = populationOf({ klController: 'adaptive', klEstimator: 'k1', klTarget: target, klHorizon: 20 });
    const control = new KlInReward(1, from);
    await control.penalise(population, findTask(population.config), policy, rollout);
    return control.coefficients(population)[0]! / 0.1;
  };
  expect(await moved(0.01)).toBeCloseTo(1 + (0.2 * 2) / 20, 6);
  expect(await moved(1)).toBeCloseTo(1 - (0.2 * 2) / 20, 6);
  expect(await moved(0.125, [3])).toBeCloseTo(3 * (1 + ((kl / 0.125 - 1) * 2) / 20), 5);
});
