import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { configure } from '../../src/core/labs/configure.js';
import { pointer } from '../../src/core/labs/pointer/index.js';
import type { PoolInspection } from '../../src/core/labs/pointer/inspection.js';
import { FindingWatcher } from '../../src/core/findings/watcher.js';
import type { Config } from '../../src/core/parameters.js';
import { openEngine } from '../../workers/engines/openEngine.js';
import { batchOf } from '../../workers/labs/pointer/examples.js';
import { sequenceLogProbs } from '../../workers/labs/pointer/losses.js';
import { initialisePointer, pickLogits, pointerLayout } from '../../workers/labs/pointer/model.js';
import { drawQueries, orderedPicks, score, utility } from '../../workers/labs/pointer/world.js';
import { startSnapshot } from '../../workers/engines/learner.js';
import { testEnvironment } from '../environment.js';
import { runSession, startSession } from './drive.js';

function pointerConfig(preset: string, values: Readonly<Record<string, unknown>> = {}): Config {
  const { config, problems } = configure(pointer, { preset, values: { engine: 'cpu', ...values } });
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  return config;
}

/** Both phases in few steps: 4 of reward-weighted cross-entropy, then 8 of GRPO. */
const bothPhases = { batchSize: 128, epochs: 1, queriesPerStep: 64, grpoEpochs: 1, rolloutN: 4, validationEvery: 12 };
const lab = 'pointer';

describe.each([[10, 2], [7, 1], [6, 3], [5, 4]])('a world of %i candidates and %i picks', (poolSize, shotNum) => {
  const { training } = drawQueries(3, poolSize, shotNum);
  const all = orderedPicks(poolSize, shotNum);
  const scores = Array.from({ length: all.length / shotNum }, (_, i) => score(training, 5, all, i * shotNum));

  it('scores the best picks 1, random ones 0 on average, and none above 1', () => {
    expect(score(training, 5, training.best, 5 * shotNum)).toBe(1);
    expect(Math.max(...scores)).toBe(1);
    expect(scores.reduce((sum, value) => sum + value, 0) / scores.length).toBeCloseTo(0, 10);
    const choices = scores.map((_, i) => all.slice(i * shotNum, (i + 1) * shotNum).join());
    expect(new Set(choices).size).toBe(Array.from({ length: shotNum }, (_, t) => poolSize - t).reduce((a, b) => a * b));
  });
});

it('rates two picks by relevance, likeness and who comes last', () => {
  const { validation: set } = drawQueries(0, 10, 2);
  const at = (k: number): number => 7 * 10 + k;
  const [i, j] = [3, 8];
  const relevance = set.relevance[at(i)]! + 0.7 * set.relevance[at(j)]!;
  const expected = relevance - 0.8 * set.similarity[at(i) * 10 + j]! + 0.4 * set.closing[at(j)]!;
  expect(utility(set, 7, [i, j])).toBeCloseTo(expected, 12);
  expect(utility(set, 7, [i, j])).not.toBe(utility(set, 7, [j, i]));
});

describe.each([
  [{ width: 8, layers: 1, heads: 1 }, 5, 2],
  [{ width: 8, layers: 2, heads: 2 }, 6, 3],
  [{ width: 16, layers: 1, heads: 4 }, 7, 1],
])('a selector of %o with %i candidates and %i picks', (shape, poolSize, shotNum) => {
  it('spreads all probability over the ordered choices, alike on both engines', async () => {
    const seeds = [1, 2];
    const layout = pointerLayout(shape);
    const sets = seeds.map((seed) => drawQueries(seed, poolSize, shotNum).training);
    const batch = batchOf(sets, [[4, 9], [0, 3]]);
    const all = orderedPicks(poolSize, shotNum);
    const sequences = all.length / shotNum;
    const candidates = Int32Array.from({ length: 4 * all.length }, (_, i) => all[i % all.length]!);
    const picks = { sequences, length: shotNum, candidates };
    const none = { activations: [0, 0], attention: [0, 0] };
    const weights = initialisePointer(layout, seeds).map((value) => 3 * value);
    const results: Float32Array[] = [];
    for (const id of ['reference-wasm', 'cpu'] as const) {
      const engine = await openEngine(id, testEnvironment);
      const learner = engine.createLearner(layout, startSnapshot(layout, weights));
      const [logProbs] = await learner.compute((operations) => [
        sequenceLogProbs(operations, pickLogits(operations, shape, batch, picks, shotNum - 1, none).logits, picks),
      ]);
      learner.dispose();
      for (let query = 0; query < 4; query++) {
        const own = logProbs!.subarray(query * sequences, (query + 1) * sequences);
        expect(own.reduce((sum, logProb) => sum + Math.exp(logProb), 0)).toBeCloseTo(1, 4);
        expect(Math.max(...own) - Math.min(...own)).toBeGreaterThan(0.5);
      }
      results.push(logProbs!);
    }
    results[1]!.forEach((value, i) => expect(value).toBeCloseTo(results[0]![i]!, 3));
  });
});

describe.each(['cpu', 'reference-wasm'])('a run on %s', (engine) => {
  const config = pointerConfig('v3-grpo', { ...bothPhases, replicas: 2, engine });

  it('gives the same metrics bit for bit, in both phases, and marks where GRPO begins', async () => {
    const [first, second] = [await runSession(config, { lab }), await runSession(config, { lab })];
    expect(first.lastStatus().state).toBe('finished');
    expect([...first.rows.keys()]).toEqual(Array.from({ length: 13 }, (_, step) => step));
    expect(second.rows).toEqual(first.rows);
    expect(Object.keys(first.rows.get(4)!).sort()).toEqual(['gradNorm', 'learningRate', 'trainLoss']);
    expect(Object.keys(first.rows.get(5)!).sort()).toEqual(['gradNorm', 'kl', 'learningRate', 'policyLoss']);
    expect(first.rows.get(5)!['kl']![0]).toBeCloseTo(0, 4);
    expect(first.rows.get(12)!['kl']![0]).toBeGreaterThan(1e-4);
    expect(Object.keys(first.rows.get(12)!)).toEqual(expect.arrayContaining(['policyLoss', 'validationScore', 'entropy']));
    const marks = first.updates.filter((update) => update.type === 'changed');
    expect(marks).toMatchObject([{ step: 5, changes: [{ key: 'phase', from: 'rce', to: 'grpo' }] }]);
  });

  it('goes on from a checkpoint of either phase as if it had never stopped', async () => {
    const original = startSession(config, { lab, paused: true, onUpdate: (update, session) => {
      // A pause keeps a checkpoint.
      if (update.type === 'status' && update.state === 'paused') session.stepOnce();
    } });
    await original.session.ended;
    for (const step of [2, 4, 5, 9]) {
      const from = original.session.checkpointAt(step)!;
      expect(from.step).toBe(step);
      const fork = await runSession(config, { lab, from });
      for (let later = step + 1; later <= 12; later++) {
        expect(fork.rows.get(later), `step ${later} from ${step}`).toEqual(original.rows.get(later));
      }
    }
  });

  it('gives each replica and each arm the metrics that it would have alone', async () => {
    const all = [
      { labelSmoothing: 0, klCoefficient: 0 },
      { dropout: 0.5, attentionDropout: 0, clipLow: 0.1, clipHigh: 0.3 },
      { learningRate: 3e-3, grpoLearningRate: 3e-3, weightDecay: 0.1, maxGradNorm: 0.1 },
      { rewardNoise: 2, rewardTemperature: 0.2 },
    ];
    // Plain operations take their time.
    const changes = engine === 'cpu' ? all : all.slice(0, 1);
    const arms = changes.map((change, i) => ({ run: `arm-${i}`, change }));
    const together = await runSession(config, { lab, arms });
    for (const { run, change } of arms) {
      const alone = await runSession({ ...config, ...change }, { lab });
      expect(together.rowsOf.get(run), run).toEqual(alone.rows);
    }
    const one = await runSession({ ...config, seed: 1, replicas: 1 }, { lab });
    const both = await runSession(config, { lab });
    for (const [step, row] of one.rows) {
      const second = Object.entries(both.rows.get(step)!).map(([metric, values]) => [metric, [values[1]]]);
      expect(Object.fromEntries(second), `step ${step}`).toEqual(row);
    }
  });
});

it('goes on with GRPO, held to the same reference, where a finished run is given more epochs', async () => {
  const config = pointerConfig('v3-grpo', { ...bothPhases, steps: 6 });
  const original = startSession(config, { lab });
  await original.session.ended;
  const longer = await runSession({ ...config, steps: 0, epochs: 4 }, { lab, from: original.session.checkpointAt(6) });
  expect([...longer.rows.keys()]).toEqual([...Array(24 - 6 + 1).keys()].map((i) => 6 + i));
  expect(longer.rows.get(7)!['kl']![0]).toBeGreaterThan(1e-4);
  expect(longer.updates.some((update) => update.type === 'changed')).toBe(false);
});

it('starts from a selector that it trains by the V2 recipe, and tells of it', async () => {
  const run = await runSession(pointerConfig('v3', { warmStart: 'v2', steps: 4 }), { lab });
  const losses = run.updates.flatMap((update) => (update.type === 'status' && update.warmStart ? [update.warmStart.loss] : []));
  expect(losses.length).toBeGreaterThan(0);
  expect(run.rows.get(0)!['validationScore']![0]).toBeGreaterThan(0.75);
});

it('shows what was picked for a query, and what should have been', async () => {
  const run = startSession(pointerConfig('v2', { steps: 8, heads: 2, layers: 2, shotNum: 3 }), { lab });
  run.session.inspect('test', 0, 6);
  await run.session.ended;
  const { inspection } = run.updates.findLast((update) => update.type === 'inspection')!;
  const { item, candidates, picks, best, score: reached, utility: worth, bestUtility } = inspection as PoolInspection;
  expect([item, candidates.length, picks.length, best.length]).toEqual([6, 10, 3, 3]);
  expect(new Set(picks).size).toBe(3);
  for (let t = 0; t < 3; t++) {
    const each = candidates.map(({ probabilities }) => probabilities[t]!);
    expect(each.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 4);
    expect(each.indexOf(Math.max(...each))).toBe(picks[t]);
    for (let s = 0; s < t; s++) expect(each[picks[s]!]).toBeLessThan(1e-6);
  }
  expect(candidates.reduce((sum, { attention }) => sum + attention, 0)).toBeCloseTo(1, 4);
  expect(reached).toBeLessThanOrEqual(1);
  expect(worth).toBeLessThanOrEqual(bestUtility);
});

it.each(['cpu', 'reference-wasm'])('stops GRPO without KL at a reckless rate on %s, and names it', async (engine) => {
  const reckless = { grpoLearningRate: 0.1, klCoefficient: 0, innerEpochs: 8, grpoEpochs: 4 };
  const config = pointerConfig('v3-grpo', { ...reckless, epochs: 1, batchSize: 32, validationEvery: 0, engine });
  const run = startSession(config, { lab });
  await run.session.ended;
  const { state, step } = run.lastStatus();
  expect(state).toBe('failed');
  const bad = step + 1;
  expect(run.notes()).toContainEqual({ id: 'note.notFinite', values: { step: bad, what: 'policyLoss', kept: step } });
  expect(run.rows.get(bad)!['policyLoss']).toEqual([Infinity]);
  const watcher = new FindingWatcher(pointer.detectors, config, 1);
  for (const [at, row] of run.rows) watcher.observe(at, (metric) => row[metric]?.[0] ?? NaN);
  expect(watcher.findings.map(({ id }) => id)).toEqual(['not-finite']);
});

it('holds no more memory after 120 steps than after 20, and frees it at the end', async () => {
  const values = { ...bothPhases, batchSize: 16, queriesPerStep: 8, validationEvery: 0, engine: 'reference-wasm' };
  await runSession(pointerConfig('v3-grpo', { ...values, steps: 2 }), { lab });
  const before = tf.memory();
  const counts: { step: number; tensors: number }[] = [];
  await runSession(pointerConfig('v3-grpo', values), {
    lab,
    onUpdate: (update) => {
      if (update.type !== 'status' || update.state !== 'running') return;
      counts.push({ step: update.step, tensors: tf.memory().numTensors });
    },
  });
  // Two learners in the second phase, whose weights and moments are 9 tensors at most, and a step's own results.
  const early = counts.find(({ step }) => step > 3)!.tensors;
  expect(counts.at(-1)!.step).toBeGreaterThan(60);
  expect(counts.at(-1)!.tensors - early).toBeLessThan(20);
  expect([tf.memory().numTensors, tf.memory().numBytes]).toEqual([before.numTensors, before.numBytes]);
});
