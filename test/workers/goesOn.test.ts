import { expect, test } from 'vitest';
import { configure } from '../../src/core/labs/configure.js';
import { findLab } from '../../src/core/labs/index.js';
import type { Lab } from '../../src/core/labs/lab.js';
import { runConfig } from '../../src/core/labs/runParameters.js';
import { beginRecord, configAt, type RunRecord } from '../../src/core/run/record.js';
import { Recorder, recordUpTo } from '../../src/core/run/recorder.js';
import { scheduleOf } from '../../src/core/schedule.js';
import type { Checkpoint } from '../../workers/labs/trainer.js';
import { Session, type SessionOptions } from '../../workers/session/session.js';
import type { Update } from '../../src/core/protocol.js';
import { testEnvironment } from '../environment.js';

interface Cut {
  readonly recorder: Recorder;
  readonly session: Session;
}

async function trainOn(lab: Lab, recorder: Recorder, options: Partial<SessionOptions>, onUpdate?: (update: Update, session: Session) => void): Promise<Cut> {
  const session: Session = new Session({
    arms: [{ run: 'run', change: {} }],
    lab,
    config: recorder.head.config,
    environment: testEnvironment,
    ...options,
    emit: (update) => {
      if (update.type !== 'inspection') recorder.apply(update, 0);
      queueMicrotask(() => onUpdate?.(update, session));
    },
  });
  await session.ended;
  return { recorder, session };
}

const comparable = ({ series, head }: Recorder): unknown => {
  const { events, notes: _, checkpoints: __, seconds: ___, ...rest } = head;
  const { seconds: ____, ...rows } = series.slice(0);
  return { ...rest, rows, events: events.filter(({ type }) => type === 'changed').map((event) => ({ ...event, at: 0 })) };
};

test.each([
  ['grpo', 'collapse', { learningRate: 6e-3, innerEpochs: 2 }],
  ['grpo', 'tool-choice-healthy', { dropout: 0.1 }],
  ['grpo', 'healthy', { filterGroups: true, entropyTarget: 0.3, verifierFalseNegative: 0.2, overlongBuffer: 6, rolloutN: 2 }],
  ['grpo', 'tool-choice-healthy', { advantageEstimator: 'reinforce-baseline', entropyTarget: 0.5, entropyCoefficient: 0.01 }],
  ['grpo', 'healthy', { staleness: 3, rolloutPrecision: 'fp8', rolloutCorrection: 'sequence-mask', miniBatches: 3, policyLoss: 'clip-cov', maskTruncated: true }],
  ['grpo', 'healthy', { klInReward: true, klController: 'adaptive', klCoefficient: 0.05, klTarget: 0.01, klHorizon: 100 }],
  ['biencoder', undefined, { batchSize: 16 }],
  ['biencoder', undefined, { tower: 'transformer', plateauPatience: 1, batchSize: 8 }],
  ['reward-model', undefined, { batchSize: 8 }],
  ['pointer', undefined, { batchSize: 8, shotNum: 2 }],
] as const)('%s %s %o: a run cut off at any tenth step and gone on with is the run that was never cut off', async (id, preset, values) => {
  const lab = findLab(id)!;
  const { config, problems } = configure(lab, { preset, values: { ...values, engine: 'cpu', replicas: 2, validationEvery: 7, steps: 43 } });
  expect(problems).toEqual([]);
  const { replicas, seed } = runConfig(config);
  const start = { lab: id, base: config, config, steps: lab.steps(config), seeds: Array.from({ length: replicas }, (_, i) => seed + i) };
  const begin = (): Recorder => new Recorder(lab, beginRecord(start, { id: 'run', version: 'test', created: 0 }));
  let changed = false;
  const whole = await trainOn(lab, begin(), {}, (update, session) => {
    // One knob is turned as it trains.
    if (update.type !== 'metrics' || update.steps.at(-1)! < 12 || changed) return;
    changed = true;
    session.changeLive({ learningRate: Number(config['learningRate']) / 2 });
  });
  const { record } = whole.recorder;
  expect(record).toMatchObject({ state: 'finished', step: 43 });
  expect(record.events).toHaveLength(1);
  const kept = record.checkpoints.map((step) => whole.session.checkpointAt(step)!);
  for (let cut = 10; cut < record.step; cut += 10) {
    const again = await goOn(lab, record, kept.filter(({ step }) => step <= cut));
    // A change that was made after the cut is made again.
    expect(comparable(again)).toEqual(comparable(whole.recorder));
  }
});

async function goOn(lab: Lab, record: RunRecord, kept: readonly Checkpoint[]): Promise<Recorder> {
  const from = kept.at(-1)!;
  // What an archive gives back has been copied.
  const { series, ...head } = structuredClone(recordUpTo(record, from.step));
  const recorder = new Recorder(lab, head, series);
  recorder.continued(from.step, 0);
  const best = recorder.head.best?.score;
  const { recorder: done } = await trainOn(lab, recorder, {
    config: configAt(head, from.step),
    from: structuredClone(from),
    goesOn: { kept: structuredClone(kept), ...(best !== undefined && { best }) },
    schedule: scheduleOf(lab, record),
  });
  return done;
}
