import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { RolloutInspection } from '../../src/core/labs/grpo/inspection.js';
import { allocate } from '../../workers/engines/cpu/memory.js';
import { CpuPolicy } from '../../workers/engines/cpu/cpuPolicy.js';
import { openEngine } from '../../workers/engines/openEngine.js';
import { findTask } from '../../workers/labs/grpo/tasks/index.js';
import { taskShape } from '../../workers/labs/grpo/warmStart.js';
import { NotFiniteError } from '../../workers/labs/trainer.js';
import { warmStartTensor } from '../../workers/labs/warmStart.js';
import { transformerLayout } from '../../workers/engines/layout.js';
import { readSafetensors, writeSafetensors } from '../../workers/model/safetensors.js';
import { EngineFailure } from '../../workers/session/engineFailure.js';
import { cpuEngine, cpuEngines } from '../cpuEngines.js';
import { testEnvironment } from '../environment.js';
import { grpoConfig, runSession, startSession, type Driven } from './drive.js';

const short = { steps: 12, promptsPerStep: 8, validationEvery: 6 };

describe.each(['reference-wasm', ...cpuEngines])('the same config and seed on %s', (engine) => {
  // The reference takes long, most of all to validate.
  const own = engine === 'reference-wasm' ? { ...short, promptsPerStep: 4, validationEvery: 12, engine } : { ...short, engine };
  const config = grpoConfig('collapse', { ...own, dropout: 0.1, replicas: 2 });
  let first: Driven;
  beforeAll(async () => {
    first = startSession(config);
    await first.session.ended;
  });

  it('gives the same metrics bit for bit', async () => {
    const second = await runSession(config);
    expect(first.lastStatus()).toMatchObject({ state: 'finished', engine: { id: engine } });
    expect([...first.rows.keys()]).toEqual(Array.from({ length: 13 }, (_, step) => step));
    expect(second.rows).toEqual(first.rows);
  });

  it('gives the same metrics when it is paused, stepped and resumed', async () => {
    let steps = 0;
    const interrupted = await runSession(config, {
      paused: true,
      onUpdate: (update, session) => {
        if (update.type !== 'status' || update.state !== 'paused') return;
        if (steps++ < 5) session.stepOnce();
        else session.resume();
      },
    });
    expect(steps).toBeGreaterThan(5);
    expect(interrupted.rows).toEqual(first.rows);
  });

  it('goes on from a checkpoint as if it had never stopped', async () => {
    const from = first.session.checkpointAt(7)!;
    expect(from.step).toBe(5);
    const fork = await runSession(config, { from });
    expect([...fork.rows.keys()]).toEqual([5, 6, 7, 8, 9, 10, 11, 12]);
    for (let step = 6; step <= 12; step++) expect(fork.rows.get(step), `step ${step}`).toEqual(first.rows.get(step));
  });

  it('gives a replica the metrics that it would have alone', async () => {
    const together = await runSession(grpoConfig('healthy', { ...own, replicas: 3, seed: 4, dropout: 0.2 }));
    const alone = await runSession(grpoConfig('healthy', { ...own, replicas: 1, seed: 5, dropout: 0.2 }));
    for (const [step, row] of alone.rows) {
      const middle = Object.entries(together.rows.get(step)!).map(([metric, values]) => [metric, [values[1]]]);
      expect(Object.fromEntries(middle), `step ${step}`).toEqual(row);
    }
  });
});

it('takes a live change at the next step and says so', async () => {
  const config = grpoConfig('tool-choice-healthy', { ...short, validationEvery: 0 });
  const plain = await runSession(config);
  let resumed = false;
  const changed = await runSession(config, {
    paused: true,
    onUpdate: (update, session) => {
      if (update.type !== 'status' || update.state !== 'paused') return;
      if (update.step < 5) session.stepOnce();
      else if (!resumed) {
        resumed = true;
        session.changeLive({ learningRate: 0.01, rolloutN: 6 });
        session.resume();
      }
    },
  });
  const event = changed.updates.find((update) => update.type === 'changed');
  expect(event).toMatchObject({
    step: 6,
    changes: [
      { key: 'learningRate', from: 0.001, to: 0.01 },
      { key: 'rolloutN', from: 4, to: 6 },
    ],
  });
  for (let step = 1; step <= 5; step++) expect(changed.rows.get(step)).toEqual(plain.rows.get(step));
  expect(changed.rows.get(6)!['learningRate']).toEqual([0.01]);
  expect(changed.rows.get(12)!['kl']).not.toEqual(plain.rows.get(12)!['kl']);
  const { inspection } = changed.updates.findLast((update) => update.type === 'inspection')!;
  const { groups, vocabulary } = inspection as RolloutInspection;
  expect(groups.map((group) => group.responses.length)).toEqual(Array.from({ length: 8 }, () => 6));
  for (const { tokens, entropies } of groups.flatMap((group) => group.responses)) {
    expect(entropies).toHaveLength(tokens.length);
    for (const entropy of entropies) expect(entropy).toBeLessThanOrEqual(Math.log(vocabulary.length) + 1e-6);
    expect(Math.max(...entropies)).toBeGreaterThan(0);
  }
});

it('minds at once what it is told while it keeps a slow pace, and does not wait after its last step', async () => {
  const config = grpoConfig('collapse', short);
  const slow = 1 / 600;
  const stopped = startSession(config, { stepsPerSecond: slow, onUpdate: (update, session) => update.type === 'metrics' && session.stop() });
  await stopped.session.ended;
  expect(stopped.lastStatus().state).toBe('stopped');
  const stepped = startSession({ ...config, steps: 1 }, { stepsPerSecond: slow });
  await stepped.session.ended;
  expect(stepped.lastStatus().state).toBe('finished');
});

it('measures what it says: sampled and training log-probabilities agree, truncated sampling shows as mismatch', async () => {
  const plain = await runSession(grpoConfig('vqa-healthy', { ...short, steps: 4, temperature: 0.7 }));
  const truncated = await runSession(grpoConfig('vqa-healthy', { ...short, steps: 4, topP: 0.7 }));
  for (let step = 1; step <= 4; step++) {
    expect(plain.rows.get(step)!['samplingMismatch']![0]).toBeLessThan(1e-4);
    expect(truncated.rows.get(step)!['samplingMismatch']![0]).toBeGreaterThan(0.01);
    expect(plain.rows.get(step)!['entropyAtT1']![0]).toBeGreaterThan(plain.rows.get(step)!['entropy']![0]!);
  }
});

it('trains no faster than asked, and as fast as it goes from when that is lifted', async () => {
  const config = grpoConfig('tool-choice-healthy', { steps: 30, validationEvery: 0 });
  const whole = await runSession(config);
  const began = performance.now();
  let lifted = 0;
  let waiting = 0;
  const paced = await runSession(config, {
    // A step takes a few ms, and tens of them where much else runs.
    stepsPerSecond: 8,
    onUpdate: (update, session) => {
      if (update.type === 'status') waiting = Math.max(waiting, update.waiting ?? 0);
      if (lifted || update.type !== 'metrics' || update.steps.at(-1)! < 10) return;
      lifted = performance.now() - began;
      session.setPace(0);
    },
  });
  expect(lifted).toBeGreaterThan(9 * 112);
  expect(waiting, 'and says that it waits').toBeGreaterThan(0.5);
  expect(paced.rows).toEqual(whole.rows);
});

describe('memory', () => {
  it('of the reference stays the same over 20 steps and is freed at the end', async () => {
    const engine = 'reference-wasm';
    await runSession(grpoConfig('healthy', { engine, steps: 1, validationEvery: 0 }));
    const before = tf.memory();
    const counts = new Map<number, { tensors: number; bytes: number }>();
    const config = grpoConfig('healthy', { engine, steps: 20, promptsPerStep: 2, rolloutN: 2, innerEpochs: 2, dropout: 0.1, validationEvery: 10 });
    await runSession(config, {
      onUpdate: (update) => {
        if (update.type !== 'status' || update.state !== 'running') return;
        const { numTensors: tensors, numBytes: bytes } = tf.memory();
        const key = update.checkpoints.length;
        const seen = counts.get(key);
        if (!seen) counts.set(key, { tensors, bytes });
        // With as many checkpoints kept, as many tensors live; between steps at most a step's own results come on top.
        else expect(tensors - seen.tensors).toBeLessThan(20);
      },
    });
    expect(counts.size).toBeGreaterThan(3);
    expect(tf.memory().numTensors).toBe(before.numTensors);
    expect(tf.memory().numBytes).toBe(before.numBytes);
  });
});

describe('what goes wrong', () => {
  const config = grpoConfig('healthy', { steps: 5, validationEvery: 0 });
  const file = 'warm-start/running-sum-long.safetensors';

  /** The shipped file with some of its bytes changed. */
  const withFile = (change: (content: ArrayBuffer) => ArrayBuffer) => ({
    readFile: async (name: string) => change(await testEnvironment.readFile(name)),
  });
  /** Stops as soon as the warm start trains. */
  const untilWarmStart = { onUpdate: (update: { type: string; warmStart?: unknown }, session: { stop(): void }) => update.warmStart && session.stop() };

  it.each([
    ['missing', { readFile: () => Promise.reject(new Error('not found')) }, 'note.weightsMissing', 'not found'],
    ['cut off', withFile((content) => content.slice(0, 5000)), 'note.weightsDamaged', 'it is cut off'],
    ['not safetensors', withFile(() => new TextEncoder().encode('<!doctype html><html></html>').buffer as ArrayBuffer), 'note.weightsDamaged', 'its header is longer than the file'],
    ['another model', { readFile: () => testEnvironment.readFile('warm-start/mini-vqa.safetensors') }, 'note.weightsDamaged', "'parameters' is [6, 28448], not [bases, 26560]"],
  ])('trains the warm start itself when the file is %s', async (_, environment, id, reason) => {
    const run = await runSession(config, { environment, ...untilWarmStart });
    expect(run.notes()).toContainEqual({ id, values: { file, reason } });
    expect(run.updates.some((update) => update.type === 'status' && (update.warmStart?.loss ?? 0) > 1)).toBe(true);
    expect(run.lastStatus().state).toBe('stopped');
  });

  it.each([
    ['reference-wasm', 'gradNorm'],
    ['cpu', 'policyLoss'],
  ])('stops on %s at a loss that is not finite, names it, and keeps the last good state', async (engine, what) => {
    const task = findTask(config);
    const layout = transformerLayout(taskShape(task, { width: 32, layers: 2, heads: 2 }));
    const unembedding = layout.entries.find(({ name }) => name === 'unembedding')!;
    const environment = withFile((content) => {
      const stored = readSafetensors(content, warmStartTensor);
      stored.values.fill(3e38, unembedding.offset, unembedding.offset + unembedding.size);
      return writeSafetensors(warmStartTensor, stored);
    });
    const run = startSession({ ...config, engine }, { environment });
    await run.session.ended;
    expect(run.lastStatus().state).toBe('failed');
    expect(run.notes()).toContainEqual({ id: 'note.notFinite', values: { step: 1, what, kept: 0 } });
    expect(run.rows.get(1)![what]?.every(Number.isFinite)).not.toBe(true);
    expect(run.session.checkpointAt(5)!.step).toBe(0);
  });

  it('does not call an error in the kernels a lack of memory', async () => {
    const update = vi.spyOn(CpuPolicy.prototype, 'update').mockImplementation(() => {
      throw new WebAssembly.RuntimeError('memory access out of bounds');
    });
    const run = startSession(config);
    await run.session.ended;
    update.mockRestore();
    expect(run.lastStatus()).toMatchObject({ state: 'failed', failure: 'fault' });
    expect(run.notes().at(-1)).toEqual({ id: 'note.failed', values: { reason: 'memory access out of bounds' } });
  });

  it('says what to lower where memory runs out', async () => {
    const update = vi.spyOn(CpuPolicy.prototype, 'update').mockImplementation(() => {
      allocate({ allocate: () => { throw new WebAssembly.RuntimeError('unreachable'); } }, 2 ** 30);
    });
    const run = startSession(config);
    await run.session.ended;
    update.mockRestore();
    expect(run.lastStatus().state).toBe('failed');
    expect(run.notes().at(-1)).toEqual({ id: 'note.outOfMemory', values: { lower: 'replicas rolloutN promptsPerStep' } });
  });

  it('goes on without WebGPU and says why', async () => {
    const auto = await runSession({ ...config, engine: 'auto' });
    expect(auto.notes()).toEqual([{ id: 'note.noWebgpu' }]);
    expect(auto.lastStatus()).toMatchObject({ state: 'finished', engine: { id: cpuEngine } });
    const pinned = await runSession({ ...config, engine: 'reference-webgpu' });
    expect(pinned.notes()[0]).toMatchObject({ id: 'note.engineUnavailable', values: { engine: 'reference-webgpu', used: cpuEngine } });
    expect(pinned.lastStatus().state).toBe('finished');
  });

  it.each([
    ['a file loads', 1, (slow: Promise<void>) => ({ environment: { readFile: (name: string) => slow.then(() => testEnvironment.readFile(name)) } })],
    ['its engine starts', 0, (slow: Promise<void>) => ({
      machine: { askForGpu: async () => ({ kind: 'none' as const }), open: () => slow.then(() => openEngine(cpuEngine, testEnvironment)) },
    })],
  ])('stops at once while %s, and has ended when that is over and what it made is freed', async (_, made, options) => {
    let goOn!: () => void;
    const run = startSession({ ...config, engine: cpuEngine }, options(new Promise((resolve) => (goOn = resolve))));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(run.lastStatus().state).toBe('preparing');
    const dispose = vi.spyOn(CpuPolicy.prototype, 'dispose');
    let over = false;
    void run.session.ended.then(() => (over = true));
    run.session.stop();
    await new Promise((resolve) => setTimeout(resolve));
    expect([run.lastStatus().state, over]).toEqual(['stopped', false]);
    goOn();
    await run.session.ended;
    expect(run.lastStatus().state).toBe('stopped');
    expect(dispose).toHaveBeenCalledTimes(made);
    dispose.mockRestore();
  });

  it('has ended, once told to stop, ten seconds after it began to wait for what never comes', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    let asked!: () => void;
    const waits = new Promise<void>((resolve) => (asked = resolve));
    const open = (): Promise<never> => {
      asked();
      return new Promise(() => undefined);
    };
    const run = startSession(config, { machine: { askForGpu: async () => ({ kind: 'none' as const }), open } });
    await waits;
    let over = false;
    void run.session.ended.then(() => (over = true));
    run.session.stop();
    await vi.advanceTimersByTimeAsync(9900);
    expect([run.lastStatus().state, over]).toEqual(['stopped', false]);
    await vi.advanceTimersByTimeAsync(200);
    expect(over).toBe(true);
    vi.useRealTimers();
  });

  it.each([
    ['stopped', new EngineFailure({ kind: 'lost', note: { id: 'note.workerLost', values: { reason: 'x' } } })],
    ['stopped', new NotFiniteError(1, 'policyLoss', 0, [])],
    ['failed', new Error('a slip')],
  ])('is %s where it was told to stop and %s comes in between', async (state, error) => {
    const run = startSession(config);
    const update = vi.spyOn(CpuPolicy.prototype, 'update').mockImplementation(() => {
      run.session.stop();
      throw error;
    });
    await run.session.ended;
    update.mockRestore();
    expect(run.lastStatus().state).toBe(state);
    expect(run.notes()).toHaveLength(state === 'failed' ? 1 : 0);
  });

  it('starts afresh, with a word, from a checkpoint of another shape', async () => {
    const other = startSession({ ...config, replicas: 2 });
    await other.session.ended;
    const run = await runSession(config, { from: other.session.checkpointAt(5)! });
    expect(run.notes()).toContainEqual({ id: 'note.weightsNotKept' });
    expect([...run.rows.keys()]).toEqual([1, 2, 3, 4, 5].slice(0, config.steps));
  });
});

it('keeps the best state by validation among its checkpoints until there is a better one', async () => {
  const run = startSession(grpoConfig('tool-choice-healthy', { steps: 24, validationEvery: 3, learningRate: 3e-3 }));
  await run.session.ended;
  const validated = [...run.rows].filter(([, values]) => 'validation.reward' in values);
  const scores = validated.map(([, values]) => values['validation.reward']![0]!);
  const [best] = validated[scores.indexOf(Math.max(...scores))]!;
  expect(run.session.checkpointAt(best)!.step).toBe(best);
  const others = run.lastStatus().checkpoints.filter((step) => step !== best);
  expect(others.length).toBeGreaterThan(3);
  expect(others.every((step) => step % 5 === 0 || step === 24)).toBe(true);
});

it('spreads its checkpoints over a long run', async () => {
  const config = grpoConfig('tool-choice-healthy', { steps: 130, promptsPerStep: 1, rolloutN: 2, validationEvery: 0 });
  const run = startSession(config);
  await run.session.ended;
  const { checkpoints } = run.lastStatus();
  expect(checkpoints.length).toBeLessThanOrEqual(16);
  expect(checkpoints[0]).toBe(0);
  expect(checkpoints.at(-1)).toBe(130);
});
