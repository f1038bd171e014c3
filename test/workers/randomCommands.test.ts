import { expect, test } from 'vitest';
import { configure } from '../../src/core/labs/configure.js';
import { grpo } from '../../src/core/labs/grpo/index.js';
import { FindingWatcher } from '../../src/core/findings/watcher.js';
import type { Config } from '../../src/core/parameters.js';
import type { Update } from '../../src/core/protocol.js';
import { RandomSequence, streams } from '../../src/core/random.js';
import { decodeRuns } from '../../src/core/run/decode.js';
import { encodeRun } from '../../src/core/run/encode.js';
import { beginRecord, configAt, type RunRecord } from '../../src/core/run/record.js';
import { Recorder, recordUpTo } from '../../src/core/run/recorder.js';
import type { Checkpoint } from '../../workers/labs/trainer.js';
import { Session } from '../../workers/session/session.js';
import { testEnvironment } from '../environment.js';

/** A run as somebody would keep it who has all the time in the world: a list of rows and one of changes. */
class Model {
  readonly rows: { step: number; values: Record<string, number[]>; config: Config }[] = [];
  readonly changes: { step: number; key: string; to: unknown }[] = [];
  constructor(private config: Config) {}

  take(update: Update): void {
    if (update.type === 'changed') {
      for (const { key, to } of update.changes) this.changes.push({ step: update.step, key, to });
      this.config = { ...this.config, ...Object.fromEntries(update.changes.map(({ key, to }) => [key, to!])) };
    }
    if (update.type !== 'metrics') return;
    update.steps.forEach((step, row) => {
      const values = Object.entries(update.columns).map(([metric, column]) => [metric, [...column.subarray(2 * row, 2 * row + 2)]] as [string, number[]]);
      this.rows.push({ step, values: Object.fromEntries(values.filter(([, own]) => !own.every(Number.isNaN))), config: this.config });
    });
  }

  cutBack(step: number, config: Config): void {
    this.rows.splice(this.rows.findIndex((row) => row.step > step) >>> 0);
    this.changes.splice(this.changes.findIndex((change) => change.step > step) >>> 0);
    this.config = config;
  }

  get findings(): { id: string; step: number }[] {
    const watcher = new FindingWatcher(grpo.detectors, start.config, 2);
    for (const { step, values, config } of this.rows) {
      watcher.change(config);
      watcher.observe(step, (metric, replica) => values[metric]?.[replica] ?? NaN);
    }
    return watcher.findings.map(({ id, step: at }) => ({ id, step: at }));
  }

  get best(): { step: number; score: number } | undefined {
    const scored = this.rows.flatMap(({ step, values }) => (values['validation.answer'] ? [{ step, score: (values['validation.answer'][0]! + values['validation.answer'][1]!) / 2, scores: [...values['validation.answer']] }] : []));
    return scored.reduce<(typeof scored)[number] | undefined>((best, each) => (!best || each.score > best.score ? each : best), undefined);
  }
}

const { config } = configure(grpo, { preset: 'collapse', values: { steps: 150, replicas: 2, engine: 'cpu', validationEvery: 4, promptsPerStep: 2, rolloutN: 2 } });
const start = { lab: 'grpo', base: config, config, seeds: [0, 1], steps: 150 };

test.each([1, 2, 3, 4])('300 commands in any order leave the record that they should (seed %i)', async (seed) => {
  const random = new RandomSequence(seed, streams.sampling, 0);
  const pick = <T>(all: readonly T[]): T => all[Math.floor(all.length * random.uniform())]!;
  let recorder = new Recorder(grpo, beginRecord(start, { id: 'run', version: '1', created: 0 }));
  const model = new Model(config);
  let session!: Session;
  let kept: readonly Checkpoint[] = [];
  const begin = (from?: Checkpoint): void => {
    const best = recorder.head.best?.score;
    session = new Session({
      arms: [{ run: 'run', change: {} }], lab: grpo, environment: testEnvironment, paused: true,
      config: configAt(recorder.head, from?.step),
      ...(from && { from, goesOn: { kept, ...(best !== undefined && { best }) } }),
      store: { keepCheckpoints: async (_, all) => void (kept = all) },
      emit: (update) => {
        if (update.type === 'inspection') return;
        recorder.apply(update, 0);
        model.take(update);
      },
    });
  };
  begin();
  for (let i = 0; i < 300; i++) {
    const command = pick(['step', 'step', 'step', 'resume', 'pause', 'pause', 'change', 'pace', 'wait', 'wait', 'cut'] as const);
    if (command === 'step') session.stepOnce();
    if (command === 'resume') session.resume();
    if (command === 'pause') session.pause();
    if (command === 'pace') session.setPace(pick([0, 0, 2000]));
    if (command === 'change') session.changeLive({ [pick(['learningRate', 'klCoefficient'])]: pick([0, 1e-3, 2e-3, 1e-2]) || 5e-4 });
    if (command === 'wait') await new Promise((resolve) => setTimeout(resolve, 4));
    if (command !== 'cut' || random.uniform() < 0.6) continue;
    session.stop();
    await session.ended;
    await new Promise((resolve) => setTimeout(resolve));
    // Through an archive's copy, or a file's.
    const whole: RunRecord = random.uniform() < 0.5 ? structuredClone(recorder.record) : decodeRuns(encodeRun({ ...recorder.record, state: 'stopped' })).records[0]!;
    const from = kept.findLast(({ step }) => step <= recorder.series.lastStep);
    const { series, ...head } = recordUpTo(whole, from?.step ?? -1);
    recorder = new Recorder(grpo, head, series);
    model.cutBack(from?.step ?? -1, configAt(head, from?.step));
    kept = kept.filter(({ step }) => step <= (from?.step ?? -1));
    if (from) recorder.continued(from.step, 0);
    begin(from && structuredClone(from));
  }
  session.resume();
  session.setPace(0);
  await session.ended;

  const { head, series } = recorder;
  expect(head).toMatchObject({ state: 'finished', step: 150 });
  const rows: { step: number; values: Record<string, number[]> }[] = [];
  for (const { step, read } of series.inRows()) {
    const values = series.metrics().map((metric) => [metric, [read(metric, 0), read(metric, 1)]] as [string, number[]]);
    rows.push({ step, values: Object.fromEntries(values.filter(([, own]) => !own.every(Number.isNaN))) });
  }
  expect(rows.map(({ step }) => step)).toEqual(Array.from({ length: 151 }, (_, step) => step));
  expect(rows).toEqual(model.rows.map(({ step, values }) => ({ step, values })));
  expect(head.events.flatMap((event) => (event.type === 'changed' ? event.changes.map(({ key, to }) => ({ step: event.step, key, to })) : []))).toEqual(model.changes);
  expect(head.findings.map(({ id, step }) => ({ id, step }))).toEqual(model.findings);
  expect(head.best).toEqual(model.best);
});
