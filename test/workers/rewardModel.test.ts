import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { configure } from '../../src/core/labs/configure.js';
import { rewardModel } from '../../src/core/labs/reward-model/index.js';
import type { PreferenceInspection } from '../../src/core/labs/reward-model/inspection.js';
import { answerLength, groupEffects, qualityWords, wordsPerGroup } from '../../src/core/labs/reward-model/vocabulary.js';
import { rewardModelConfig, type RewardModelConfig } from '../../src/core/labs/reward-model/parameters.js';
import { openEngine } from '../../workers/engines/openEngine.js';
import { likelihood, oracleAccuracy, trainingPairs, validationPairs, wordUtilities } from '../../workers/labs/reward-model/data.js';
import { baseLayout, initialiseBase, RewardModel } from '../../workers/labs/reward-model/model.js';
import { Population } from '../../workers/labs/population.js';
import { readWarmStart, warmStartTensor } from '../../workers/labs/warmStart.js';
import { startSnapshot } from '../../workers/engines/learner.js';
import { readSafetensors, writeSafetensors } from '../../workers/model/safetensors.js';
import { testEnvironment } from '../environment.js';
import { runSession, startSession } from './drive.js';

function configOf(values: Readonly<Record<string, unknown>> = {}): RewardModelConfig {
  const { config, problems } = configure(rewardModel, { preset: 'healthy', values: { engine: 'reference-wasm', ...values } });
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  return rewardModelConfig(config);
}
const inLab = { lab: 'reward-model' };
const short = { steps: 12, validationEvery: 4, trainingPairs: 128, validationPairs: 100 };

describe('preference pairs', () => {
  const mean = (values: ArrayLike<number>): number => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
  const seeds = [0, 1, 2, 3, 4];
  const many = configOf({ validationPairs: 3000 });

  it('have 40% words of quality, rare ones among them', () => {
    const words = seeds.flatMap((seed) => [...validationPairs(seed, many).chosen, ...validationPairs(seed, many).rejected]);
    const quality = words.filter((word) => word < qualityWords);
    expect(quality.length / words.length).toBeCloseTo(0.4, 2);
    const ofRank = (rank: number): number => quality.filter((word) => word % wordsPerGroup === rank).length;
    expect(ofRank(0) / ofRank(5)).toBeCloseTo(6, 0);
  });

  it('come from utilities around the effects of their groups', () => {
    groupEffects.forEach((effect, group) => {
      const utilities = seeds.flatMap((seed) => [...wordUtilities(seed).subarray(group * wordsPerGroup, (group + 1) * wordsPerGroup)]);
      expect(Math.abs(mean(utilities) - effect)).toBeLessThan(0.3);
    });
    expect([...wordUtilities(0).subarray(qualityWords)].every((utility) => utility === 0)).toBe(true);
  });

  it('are chosen as often as Bradley and Terry say, and an oracle is right in .78 of them', () => {
    expect(mean(seeds.map((seed) => oracleAccuracy(validationPairs(seed, many))))).toBeCloseTo(0.78, 1.6);
    const noisy = validationPairs(0, configOf({ validationPairs: 3000, beta: 20, labelNoise: 0.3 }));
    expect(oracleAccuracy(noisy)).toBeCloseTo(0.7, 1);
    const { chosenUtility, rejectedUtility } = validationPairs(0, many);
    const expected = chosenUtility.map((utility, i) => Math.max(likelihood(utility, rejectedUtility[i]!, 1, 0.1), likelihood(rejectedUtility[i]!, utility, 1, 0.1)));
    expect(oracleAccuracy(validationPairs(0, many))).toBeCloseTo(mean(expected), 1.5);
  });

  it('of a smaller set are the first of a larger one', () => {
    const few = trainingPairs(3, configOf({ trainingPairs: 128 }));
    const more = trainingPairs(3, configOf({ trainingPairs: 512 }));
    expect(more.chosen.subarray(0, 128 * answerLength)).toEqual(few.chosen);
  });
});

describe('the model', () => {
  it('trains 3,105 weights at the defaults; with full training all of the base and the head', () => {
    const base = initialiseBase(baseLayout, [0]);
    expect(new RewardModel(configOf(), base).layout.size).toBe(3105);
    expect(new RewardModel(configOf({ adapter: 'dora' }), base).layout.size).toBe(3105 + 2 * (64 + 32));
    expect(new RewardModel(configOf({ adapter: 'full' }), base).layout.size).toBe(baseLayout.size + 33);
  });

  it('starts as its base, whatever is trained beside it', async () => {
    const engine = await openEngine('cpu', testEnvironment);
    const base = readWarmStart(await testEnvironment.readFile('warm-start/reward-model.safetensors'), baseLayout.size, [3]);
    const { chosen } = validationPairs(3, configOf({ validationPairs: 50 }));
    const head = 33;
    const rewards = await Promise.all(
      ['lora', 'dora', 'full'].map(async (adapter) => {
        const population = new Population(configOf({ adapter, seed: 3 }));
        const model = new RewardModel(population.config, base);
        const { layout } = model;
        const learner = engine.createLearner(layout, startSnapshot(layout, model.start([3]).fill(0.3, layout.size - head)));
        const [values] = await learner.compute((operations) => [model.rewards(operations, chosen, population)]);
        learner.dispose();
        return values!;
      }),
    );
    expect(rewards[0]!.length).toBe(50);
    for (const other of rewards.slice(1)) other.forEach((reward, i) => expect(reward).toBeCloseTo(rewards[0]![i]!, 4));
  });

  it('starts adapters and head uniform in ±1/√inputs, as PEFT and torch do, and the adapters’ B at 0', () => {
    const seeds = [0, 1, 2, 3];
    const model = new RewardModel(configOf({ rank: 32 }), initialiseBase(baseLayout, seeds));
    const { layout } = model;
    const weights = model.start(seeds);
    const drawn = layout.entries.map(({ name, offset, size, shape }) => {
      const values = seeds.flatMap((_, r) => [...weights.subarray(r * layout.size + offset, r * layout.size + offset + size)]);
      return { name, values, bound: name.endsWith('.b') ? 0 : 1 / Math.sqrt(name === 'head.bias' ? 32 : shape[1]!) };
    });
    expect(drawn.map(({ name }) => name)).toEqual(expect.arrayContaining(['mlp.0.up.a', 'mlp.1.down.b', 'head.weight', 'head.bias']));
    for (const { name, values, bound } of drawn) {
      const largest = Math.max(...values.map(Math.abs));
      expect(largest, name).toBeLessThanOrEqual(bound);
      if (!/\.a$|head.weight/.test(name)) continue;
      expect(largest, name).toBeGreaterThan(0.95 * bound);
      const deviation = Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length);
      expect(Math.abs(deviation / bound - 1 / Math.sqrt(3)), name).toBeLessThan(0.08);
    }
  });

  it('learns from accumulated batches as from one as large', async () => {
    const one = await runSession(configOf({ ...short, batchSize: 32, gradientAccumulation: 1 }), inLab);
    const four = await runSession(configOf({ ...short, batchSize: 8, gradientAccumulation: 4 }), inLab);
    expect(four.rows).toEqual(one.rows);
  });
});

describe.each(['reference-wasm', 'cpu'])('a session on %s', (engine) => {
  const config = configOf({ ...short, replicas: 2, engine });

  it('gives the same metrics bit for bit', async () => {
    const [first, second] = [await runSession(config, inLab), await runSession(config, inLab)];
    expect(first.lastStatus().state).toBe('finished');
    expect([...first.rows.keys()]).toEqual(Array.from({ length: 13 }, (_, step) => step));
    expect(second.rows).toEqual(first.rows);
    const { inspection } = first.updates.findLast((update) => update.type === 'inspection')!;
    const { evaluations, pairs } = inspection as PreferenceInspection;
    expect(pairs).toBe(100);
    expect(evaluations.map(({ steps }) => steps)).toEqual([[0, 4, 8, 12], [0, 4, 8, 12]]);
    expect(evaluations[1]!.loss.at(-1)).toBeCloseTo(first.rows.get(12)!['validationLoss']![1]!, 12);
    expect(evaluations[1]!.lossError[2]).toBeCloseTo(first.rows.get(12)!['validationLoss.pairedError']![1]!, 12);
  });

  it('goes on from a checkpoint as if it had never stopped, also from between two evaluations', async () => {
    const original = startSession(config, inLab);
    await original.session.ended;
    const from = original.session.checkpointAt(7)!;
    expect(from.step).toBe(5);
    const fork = await runSession(config, { ...inLab, from });
    for (let step = 6; step <= 12; step++) expect(fork.rows.get(step), `step ${step}`).toEqual(original.rows.get(step));
  });

  it('gives a replica the metrics that it would have alone', async () => {
    const together = await runSession(configOf({ ...short, replicas: 3, seed: 4, adapter: 'dora', engine }), inLab);
    const alone = await runSession(configOf({ ...short, replicas: 1, seed: 5, adapter: 'dora', engine }), inLab);
    for (const [step, row] of alone.rows) {
      const middle = Object.entries(together.rows.get(step)!).map(([metric, values]) => [metric, [values[1]]]);
      expect(Object.fromEntries(middle), `step ${step}`).toEqual(row);
    }
  });
});

it('compares rates, label noise and sharpness in one population, each as it would train alone', async () => {
  const config = configOf({ ...short, engine: 'cpu' });
  const changes = [{ learningRate: 1e-2 }, { labelNoise: 0.4 }, { beta: 10, alpha: 32, adapterDropout: 0 }];
  const arms = changes.map((change, i) => ({ run: `arm-${i}`, change }));
  const { rowsOf } = await runSession(config, { ...inLab, arms });
  for (const { run, change } of arms) {
    const alone = await runSession({ ...config, ...change }, inLab);
    expect(rowsOf.get(run), run).toEqual(alone.rows);
  }
});

it('holds its memory over 200 steps and frees it at the end', async () => {
  await runSession(configOf({ ...short, steps: 1 }), inLab);
  const before = tf.memory();
  const counts = new Map<number, number>();
  await runSession(configOf({ ...short, steps: 200, epochs: 50, batchSize: 8, validationEvery: 20 }), {
    ...inLab,
    onUpdate: (update) => {
      if (update.type !== 'status' || update.state !== 'running') return;
      const { numTensors } = tf.memory();
      const seen = counts.get(update.checkpoints.length);
      if (seen === undefined) counts.set(update.checkpoints.length, numTensors);
      else expect(numTensors - seen).toBeLessThan(20);
    },
  });
  expect(tf.memory().numTensors).toBe(before.numTensors);
  expect(tf.memory().numBytes).toBe(before.numBytes);
});

describe('what goes wrong', () => {
  const file = 'warm-start/reward-model.safetensors';

  it('trains the bases itself where their file is missing, and says so', async () => {
    const run = await runSession(configOf({ ...short, engine: 'cpu' }), {
      ...inLab, environment: { readFile: () => Promise.reject(new Error('not found')) },
    });
    expect(run.notes()).toContainEqual({ id: 'note.weightsMissing', values: { file, reason: 'not found' } });
    expect(run.updates.some((update) => update.type === 'status' && update.warmStart !== undefined)).toBe(true);
    expect(run.lastStatus().state).toBe('finished');
    // The first shipped base is the one that seed 0 trains, but for the rounding of the kernels that trained it.
    const shipped = await runSession(configOf({ ...short, engine: 'cpu' }), inLab);
    expect([...run.rows.keys()]).toEqual([...shipped.rows.keys()]);
    for (const [step, values] of run.rows) {
      for (const [metric, [value]] of Object.entries(values)) {
        expect(value, `${metric} at step ${step}`).toBeCloseTo(shipped.rows.get(step)![metric]![0]!, 4);
      }
    }
  });

  it.each(['reference-wasm', 'cpu'])('stops on %s at a loss that is not finite, names it, and keeps the last good state', async (engine) => {
    const readFile = async (name: string): Promise<ArrayBuffer> => {
      const stored = readSafetensors(await testEnvironment.readFile(name), warmStartTensor);
      stored.values.fill(3e38, baseLayout.entry('norm.gain').offset, baseLayout.entry('norm.gain').offset + 32);
      return writeSafetensors(warmStartTensor, stored);
    };
    const run = startSession(configOf({ ...short, validationEvery: 0, engine }), { ...inLab, environment: { readFile } });
    await run.session.ended;
    expect(run.lastStatus().state).toBe('failed');
    expect(run.notes()).toContainEqual({ id: 'note.notFinite', values: { step: 1, what: 'trainLoss', kept: 0 } });
    expect(run.rows.get(1)!['trainLoss']).toEqual([Infinity]);
    expect(run.session.checkpointAt(5)!.step).toBe(0);
  });
});

it('ships ten bases, each of the model’s size', async () => {
  const bases = readWarmStart(await testEnvironment.readFile('warm-start/reward-model.safetensors'), baseLayout.size, [0, 9, 10]);
  expect(bases.subarray(2 * baseLayout.size)).toEqual(bases.subarray(0, baseLayout.size));
  expect(bases.subarray(baseLayout.size, 2 * baseLayout.size)).not.toEqual(bases.subarray(0, baseLayout.size));
});
