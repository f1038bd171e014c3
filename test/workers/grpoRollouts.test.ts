import { describe, expect, test } from 'vitest';
import type { GrpoCheckpoint } from '../../workers/labs/grpo/trainer.js';
import { grpoConfig, runSession, type Rows } from './drive.js';

const filtered = { filterGroups: true, replicas: 2, seed: 3, steps: 12, validationEvery: 0, promptsPerStep: 6, rolloutN: 2 };
const column = (rows: Rows, metric: string, replica = 0): number[] => [...rows.values()].flatMap((row) => row[metric]?.[replica] ?? []);
const ownRows = (rows: Rows, replica: number): unknown =>
  [...rows].map(([step, row]) => [step, Object.fromEntries(Object.entries(row).map(([metric, values]) => [metric, values[replica]]))]);

describe('filtering dead groups', () => {
  test('samples until enough groups are live, for each replica as if it were alone', async () => {
    const { rows } = await runSession(grpoConfig('healthy', filtered));
    const generated = [0, 1].map((replica) => column(rows, 'generatedGroups', replica));
    // One may need several generations where the other needs fewer.
    expect(generated[0]).not.toEqual(generated[1]);
    for (const groups of generated.flat()) expect([6, 12, 18]).toContain(groups);
    for (const replica of [0, 1]) {
      const alone = await runSession(grpoConfig('healthy', { ...filtered, replicas: 1, seed: 3 + replica }));
      expect(ownRows(alone.rows, 0)).toEqual(ownRows(rows, replica));
    }
  });

  test('trains on as many groups as without it, filled up with dead ones, and with one batch on the same', async () => {
    const comparable = (rows: Rows): unknown => [...rows].map(([step, { generatedGroups: _, ...rest }]) => [step, rest]);
    const off = await runSession(grpoConfig('healthy', { ...filtered, filterGroups: false }));
    const one = await runSession(grpoConfig('healthy', { ...filtered, maxGenerationBatches: 1 }));
    expect(comparable(one.rows)).toEqual(comparable(off.rows));
    const { rows } = await runSession(grpoConfig('healthy', { ...filtered, maxGenerationBatches: 10 }));
    // With all groups alive more is learned from each step; what is thrown away is counted.
    expect(column(rows, 'gradNorm')[0]).toBeGreaterThan(column(off.rows, 'gradNorm')[0]!);
    column(rows, 'deadGroups').forEach((dead, i) => {
      const groups = column(rows, 'generatedGroups')[i]!;
      expect((1 - dead) * groups).toBeGreaterThanOrEqual(6 - 1e-9);
    });
  });

  test('goes on from a checkpoint of an older version, which counted prompts once for all replicas', async () => {
    const config = grpoConfig('healthy', { replicas: 2, steps: 8, validationEvery: 0 });
    const whole = await runSession(config);
    let checkpoint: GrpoCheckpoint | undefined;
    await runSession({ ...config, steps: 4 }, {
      onUpdate: (_, session) => (checkpoint = (session.checkpointAt(4) as GrpoCheckpoint | undefined) ?? checkpoint),
    });
    expect(checkpoint).toMatchObject({ step: 4, promptsDrawn: [32, 32] });
    const { rows } = await runSession(config, { from: { ...checkpoint!, promptsDrawn: 32 } as GrpoCheckpoint });
    expect(rows.get(8)!['reward']).toEqual(whole.rows.get(8)!['reward']);
  });
});

test('what an erring verifier says is trained on and not validated by, and the true reward is reported where it errs', async () => {
  const config = grpoConfig('healthy', { steps: 4, validationEvery: 4 });
  const { rowsOf } = await runSession(config, {
    arms: [{ run: 'true', change: {} }, { run: 'erring', change: { verifierFalsePositive: 0.5 } }],
  });
  const [truly, erring] = ['true', 'erring'].map((run) => rowsOf.get(run)!);
  expect(column(truly!, 'rewardTrue')).toEqual([]);
  expect(column(erring!, 'rewardTrue')[0]).toBe(column(truly!, 'reward')[0]);
  expect(column(erring!, 'reward')[0]).toBeGreaterThan(column(truly!, 'reward')[0]!);
  expect(column(erring!, 'reward.answer')[0]).toBeGreaterThan(column(truly!, 'reward.answer')[0]!);
  expect(erring!.get(0)!['validation.reward']).toEqual(truly!.get(0)!['validation.reward']);
});

test('responses that are punished for their length become shorter, and those cut off are counted', async () => {
  const values = { steps: 40, validationEvery: 0, learningRate: 2e-3 };
  const { rowsOf } = await runSession(grpoConfig('healthy', values), {
    arms: [{ run: 'free', change: {} }, { run: 'punished', change: { overlongBuffer: 10, overlongPenalty: 2 } }],
  });
  const [free, punished] = ['free', 'punished'].map((run) => column(rowsOf.get(run)!, 'responseLength').at(-1)!);
  expect(punished).toBeLessThan(free!);
  const short = await runSession(grpoConfig('healthy', { steps: 1, validationEvery: 0, maxResponseLength: 5 }));
  const [share] = column(short.rows, 'truncatedShare');
  expect(share).toBeGreaterThan(0.5);
  expect(column(short.rows, 'responseLength')[0]).toBeGreaterThanOrEqual(5 * share!);
});

test('an entropy target moves the coefficient of the replicas that have one', async () => {
  const { rowsOf } = await runSession(grpoConfig('healthy', { steps: 5, validationEvery: 0 }), {
    arms: [{ run: 'none', change: {} }, { run: 'high', change: { entropyTarget: 2 } }],
  });
  expect(column(rowsOf.get('none')!, 'entropyCoefficient')).toEqual([]);
  const moved = column(rowsOf.get('high')!, 'entropyCoefficient');
  [0.005, 0.01, 0.015, 0.02, 0.025].forEach((coefficient, i) => expect(moved[i]).toBeCloseTo(coefficient, 6));
  // The first step measures without a bonus; from the second on it is paid.
  const norms = (run: string): number[] => column(rowsOf.get(run)!, 'gradNorm');
  expect(norms('high')[0]).toBe(norms('none')[0]);
  expect(norms('high')[1]).not.toBe(norms('none')[1]);
});
