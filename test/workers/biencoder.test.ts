import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { meanings, relationOf } from '../../src/core/labs/biencoder/grammar.js';
import { biencoder } from '../../src/core/labs/biencoder/index.js';
import type { EvaluationInspection } from '../../src/core/labs/biencoder/inspection.js';
import { configure } from '../../src/core/labs/configure.js';
import type { Config } from '../../src/core/parameters.js';
import type { BiencoderCheckpoint } from '../../workers/labs/biencoder/trainer.js';
import { checkPreset } from '../../workers/programs/presets.js';
import { testEnvironment } from '../environment.js';
import { runSession, startSession, type Recording } from './drive.js';

const lab = 'biencoder';

/** A preset with changes, or where they choose a tower, that tower's defaults with them. */
function configOf(preset: string, values: Readonly<Record<string, unknown>> = {}): Config {
  const from = 'tower' in values ? {} : { preset };
  const { config, problems } = configure(biencoder, { ...from, values: { engine: 'cpu', ...values } });
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  return config;
}

const lastInspection = ({ updates }: Recording): EvaluationInspection =>
  updates.findLast((update) => update.type === 'inspection')!.inspection as EvaluationInspection;

const short = { steps: 12, validationEvery: 4, warmupSteps: 2 };
const kinds = [
  { },
  { tower: 'transformer', learningRate: 3e-3 },
  { loss: 'triplet', negatives: 'semi-hard' },
  { loss: 'pair-classifier' },
];

// One kind shows that the reference keeps to it; the others would take it long.
const repeated = [['reference-wasm', kinds.slice(0, 1)], ['cpu', kinds]] as const;

describe.each(repeated)('the same config and seed on %s', (engine, own) => {
  it.each(own)('give the same metrics bit for bit, alone and among others: %o', async (kind) => {
    const config = configOf('healthy', { ...short, ...kind, replicas: 3, seed: 4, dropout: 0.2, plateauPatience: 1, engine });
    const first = await runSession(config, { lab });
    expect(first.lastStatus().state).toBe('finished');
    expect([...first.rows.keys()]).toEqual(Array.from({ length: 13 }, (_, step) => step));
    expect((await runSession(config, { lab })).rows).toEqual(first.rows);
    const alone = await runSession({ ...config, replicas: 1, seed: 5 }, { lab });
    for (const [step, row] of alone.rows) {
      const middle = Object.entries(first.rows.get(step)!).map(([metric, values]) => [metric, [values[1]]]);
      expect(Object.fromEntries(middle), `step ${step}`).toEqual(row);
    }
  });

  it('go on from a checkpoint, and after pauses, as if nothing had happened', async () => {
    // Evaluations that rarely rise: the learning rate has been halved where the run goes on.
    const config = configOf('learning-rate-high', { ...short, steps: 20, validationEvery: 2, plateauPatience: 1, replicas: 2, engine });
    const original = startSession(config, { lab });
    await original.session.ended;
    const halved = original.rows.get(20)!['learningRate']!;
    expect(Math.min(...halved)).toBeLessThan(0.1);
    for (const step of [10, 15]) {
      const from = original.session.checkpointAt(step)!;
      expect(from.step).toBe(step);
      const fork = await runSession(config, { lab, from });
      for (let later = step + 1; later <= 20; later++) {
        expect(fork.rows.get(later), `step ${later}`).toEqual(original.rows.get(later));
      }
    }
    let steps = 0;
    const interrupted = await runSession(config, {
      lab,
      paused: true,
      onUpdate: (update, session) => {
        if (update.type !== 'status' || update.state !== 'paused') return;
        if (steps++ < 5) session.stepOnce();
        else session.resume();
      },
    });
    expect(interrupted.rows).toEqual(original.rows);
  });
});

it('trains runs with different knobs together as each alone', async () => {
  const config = configOf('curriculum', { ...short, replicas: 2 });
  const arms = [{ run: 'a', change: {} }, { run: 'b', change: { margin: 1, randomRate: 0.3, learningRate: 1e-3, dropout: 0 } }];
  const together = await runSession(config, { lab, arms });
  for (const { run, change } of arms) {
    const alone = await runSession({ ...config, ...change }, { lab });
    expect(together.rowsOf.get(run), run).toEqual(alone.rows);
  }
});

it('takes a live change at the next step', async () => {
  const config = configOf('curriculum', short);
  const plain = await runSession(config, { lab });
  let resumed = false;
  const changed = await runSession(config, {
    lab,
    paused: true,
    onUpdate: (update, session) => {
      if (update.type !== 'status' || update.state !== 'paused' || resumed) return;
      if (update.step < 5) return session.stepOnce();
      resumed = true;
      session.changeLive({ margin: 1, randomRate: 0.6, randomRateDecrease: 0.2 });
      session.resume();
    },
  });
  for (let step = 1; step <= 5; step++) expect(changed.rows.get(step)).toEqual(plain.rows.get(step));
  expect(changed.rows.get(6)!['batchLoss']![0]).toBeGreaterThan(plain.rows.get(6)!['batchLoss']![0]! + 0.3);
  expect(changed.rows.get(6)!['randomRate']![0]).toBeCloseTo(0.4, 12);
});

it('lets the random rate fall by evaluation period, within 0 and 1', async () => {
  const falling = { steps: 10, validationEvery: 2, randomRate: 0.9, randomRateDecrease: 0.25 };
  const { rows } = await runSession(configOf('curriculum', falling), { lab });
  expect(Array.from({ length: 10 }, (_, i) => rows.get(i + 1)!['randomRate']![0]!.toFixed(2))).toEqual(
    ['0.90', '0.90', '0.65', '0.65', '0.40', '0.40', '0.15', '0.15', '0.00', '0.00'],
  );
  const { rows: unevaluated } = await runSession(configOf('curriculum', { steps: 40, validationEvery: 0 }), { lab });
  expect(unevaluated.get(3)!['randomRate']![0]).toBeCloseTo(0.9, 12);
  expect(unevaluated.has(0)).toBe(false);
});

it('stops early where top-1 no longer rises, says so, and keeps the best state', async () => {
  const config = configOf('overfitting', { earlyStopPatience: 2, validationEvery: 10 });
  const run = startSession(config, { lab });
  await run.session.ended;
  const steps = [...run.rows.keys()].filter((step) => run.rows.get(step)!['accuracyAt1']);
  const scores = steps.map((step) => run.rows.get(step)!['accuracyAt1']![0]!);
  const best = steps[scores.indexOf(Math.max(...scores))]!;
  expect(run.lastStatus().state).toBe('finished');
  expect(steps.at(-1)).toBe(best + 20);
  expect(run.notes()).toContainEqual({ id: 'note.endedEarly', values: { step: best + 20, what: 'accuracyAt1' } });
  expect(run.session.checkpointAt(best)!.step).toBe(best);
});

it('stops at a loss that is not finite, names it, and keeps the last good state', async () => {
  const config = configOf('healthy', short);
  const start = startSession({ ...config, steps: 4 }, { lab });
  await start.session.ended;
  const good = start.session.checkpointAt(4) as BiencoderCheckpoint;
  const parameters = good.learner.parameters.map((value) => value * 1e30);
  const from: BiencoderCheckpoint = { ...good, learner: { ...good.learner, parameters } };
  const run = startSession(config, { lab, from });
  await run.session.ended;
  expect(run.lastStatus().state).toBe('failed');
  expect(run.notes()).toContainEqual({ id: 'note.notFinite', values: { step: 5, what: 'batchLoss', kept: 4 } });
  expect(run.rows.get(5)!['batchLoss']).toEqual([Infinity]);
});

it('starts afresh, with a word, from a checkpoint of another shape', async () => {
  const other = startSession(configOf('healthy', { ...short, width: 16 }), { lab });
  await other.session.ended;
  const run = await runSession(configOf('healthy', short), { lab, from: other.session.checkpointAt(5)! });
  expect(run.notes()).toContainEqual({ id: 'note.weightsNotKept' });
  expect(run.rows.get(12)).toEqual((await runSession(configOf('healthy', short), { lab })).rows.get(12));
});

describe('what the views show', () => {
  it.each(kinds)('agrees with the metrics: %o', async (kind) => {
    const recording = await runSession(configOf('healthy', { ...short, ...kind, steps: 60, validationEvery: 60 }), { lab });
    const { first, retrieval, histogram, matrices, map, step } = lastInspection(recording);
    const metrics = recording.rows.get(60)!;
    const share = (relation: string): number => first.filter((each) => each === relation).length / first.length;
    expect(step).toBe(60);
    expect(share('right')).toBeCloseTo(metrics['accuracyAt1']![0]!, 12);
    expect(share('twin')).toBeCloseTo(metrics['twinShare']![0]!, 12);
    const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);
    expect([sum(histogram.positives), sum(histogram.negatives)]).toEqual([2 * meanings, 2 * meanings * (meanings - 1)]);
    expect(retrieval.found.map(({ relation }) => relation)[0]).toBe(first[0]);
    expect(retrieval.found.findIndex(({ relation }) => relation === 'right')).toBe(retrieval.rank <= 5 ? retrieval.rank - 1 : -1);
    const similarities = retrieval.found.map(({ similarity }) => similarity);
    expect(similarities).toEqual(similarities.toSorted((a, b) => b - a));
    for (const { queries, documents, similarities } of Object.values(matrices)) {
      expect([queries.length, documents.length, similarities.length]).toEqual([32, 64, 32 * 64]);
      expect(queries.map(({ meaning }, i) => relationOf(meaning, documents[i]!.meaning))).toEqual(queries.map(() => 'right'));
      const hard = queries.map(({ meaning }, i) => relationOf(meaning, documents[32 + i]!.meaning));
      expect(new Set(hard)).toEqual(new Set(['twin', 'aspect']));
    }
    expect([map.queries.places.length, map.documents.places.length]).toEqual([4 * meanings, 2 * meanings]);
    expect(map.explained).toBeGreaterThan(0.1);
  });

  it('answers for the query and the replica that is asked for, also when the run is over', async () => {
    const run = startSession(configOf('healthy', { ...short, replicas: 2 }), { lab });
    await run.session.ended;
    const at = (replica: number, item: number): EvaluationInspection => {
      run.session.inspect('test', replica, item);
      return lastInspection(run);
    };
    expect(at(1, 7).retrieval.item).toBe(7);
    expect(at(1, 7).retrieval.query.meaning).toBe(7);
    expect(at(1, 100).retrieval.query.meaning).toBe(100 - meanings);
    expect(at(0, 7).retrieval.query.tokens).not.toEqual(at(1, 7).retrieval.query.tokens);
    expect(at(0, 1e6).retrieval.item).toBe(2 * meanings - 1);
    // What costs most is made once for a replica, whoever looks at which query and at other replicas between.
    const { map, histogram, matrices } = at(1, 7);
    at(0, 8);
    const again = at(1, 9);
    expect([again.map === map, again.histogram === histogram, again.matrices === matrices]).toEqual([true, true, true]);
  });
});

it('holds no more memory over 200 steps, and frees it at the end', async () => {
  const config = configOf('healthy', { steps: 200, validationEvery: 50, batchSize: 4, engine: 'reference-wasm' });
  await runSession({ ...config, steps: 1 }, { lab });
  const { numTensors, numBytes } = tf.memory();
  const seen = new Set<number>();
  await runSession(config, {
    lab,
    onUpdate: (update) => {
      if (update.type === 'status' && update.state === 'running') seen.add(tf.memory().numTensors);
    },
  });
  expect(seen.size).toBeGreaterThan(0);
  expect(Math.max(...seen) - numTensors).toBeLessThan(30);
  expect([tf.memory().numTensors, tf.memory().numBytes]).toEqual([numTensors, numBytes]);
});

// The other presets: `npm run presets`.
it.each(['healthy', 'hard-negatives-collapse'])('%s ends as it promises, over 5 seeds', async (id) => {
  const preset = biencoder.presets.find((candidate) => candidate.id === id)!;
  const check = await checkPreset(biencoder, preset, configOf(id, { replicas: 5 }), testEnvironment);
  expect(check.wrongFindings).toEqual([]);
  expect(check.outcomes.filter((outcome) => !outcome.holds)).toEqual([]);
});
