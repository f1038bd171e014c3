import { expect, test } from 'vitest';
import { configure } from '../../src/core/labs/configure.js';
import { findLab, labs } from '../../src/core/labs/index.js';
import type { Lab } from '../../src/core/labs/lab.js';
import { runConfig } from '../../src/core/labs/runParameters.js';
import type { Config } from '../../src/core/parameters.js';
import { decodeRuns } from '../../src/core/run/decode.js';
import { encodeRun } from '../../src/core/run/encode.js';
import { beginRecord, type RunRecord } from '../../src/core/run/record.js';
import { Recorder } from '../../src/core/run/recorder.js';
import { scheduleOf } from '../../src/core/schedule.js';
import { decodeLink, encodeLink } from '../../src/core/share.js';
import type { ConfigChange } from '../../src/core/parameters.js';
import { parseArguments, train } from '../../workers/programs/headless.js';
import { Session, type SessionOptions } from '../../workers/session/session.js';
import { testEnvironment } from '../environment.js';

/** Trains a config, with changes that somebody asks for when so many steps are trained. */
async function record(lab: Lab, config: Config, options: Partial<SessionOptions> = {}, asked: ReadonlyMap<number, ConfigChange> = new Map()): Promise<RunRecord> {
  const { replicas, seed } = runConfig(config);
  const start = { lab: lab.id, base: config, config, steps: lab.steps(config), seeds: Array.from({ length: replicas }, (_, i) => seed + i) };
  const recorder = new Recorder(lab, beginRecord(start, { id: 'run', version: 'test', created: 0 }));
  const session: Session = new Session({
    arms: [{ run: 'run', change: {} }],
    lab,
    config,
    environment: testEnvironment,
    // Step by step, so that it is known when somebody asks.
    paused: asked.size > 0,
    ...options,
    emit: (update) => {
      if (update.type !== 'inspection') recorder.apply(update, 0);
      if (update.type === 'status' && update.state === 'paused') queueMicrotask(() => goOn(update.step));
    },
  });
  const goOn = (step: number): void => {
    const change = asked.get(step);
    if (change) session.changeLive(change);
    if (step >= Math.max(...asked.keys())) session.resume();
    else session.stepOnce();
  };
  await session.ended;
  return recorder.record;
}

/** What training decides: all but the time it took, and what was kept and said on the way. */
function trained({ state, step, events, findings, best, summary, series }: RunRecord): unknown {
  return { state, step, events, findings, best, summary, rows: series.map(({ steps, columns }) => ({ steps, columns })) };
}

test.each([
  ['grpo', 'collapse', { innerEpochs: 2 }, [{ learningRate: 6e-3, temperature: 0.8 }, { rolloutN: 8, klCoefficient: 0 }, { learningRate: 1e-3 }]],
  ['biencoder', undefined, { batchSize: 16 }, [{ dropout: 0.3 }, { learningRate: 0.02, randomRate: 0.9 }]],
  ['reward-model', undefined, { batchSize: 8 }, [{ learningRate: 0.01 }, { labelSmoothing: 0.1 }]],
  ['pointer', undefined, { batchSize: 8 }, [{ learningRate: 0.01 }, { dropout: 0.2 }]],
] as const)('%s %s: a run that was changed as it trained is trained again by a link, bit for bit', async (id, preset, values, turns) => {
  const lab = findLab(id)!;
  const { config, base, preset: own } = configure(lab, { preset, values: { ...values, engine: 'cpu', replicas: 2, validationEvery: 7, steps: 40 } });
  const changed = await record(lab, config, {}, new Map(turns.map((change, i) => [6 + 9 * i, change])));
  expect(changed.events).toHaveLength(turns.length);
  const plain = await record(lab, config);
  expect(trained(plain)).not.toEqual(trained(changed));

  const link = decodeLink(encodeLink(lab, own?.id, base, config, undefined, { schedule: scheduleOf(lab, changed) }), labs);
  expect(link.problems).toEqual([]);
  expect(link.configured.config).toEqual(config);
  const again = await record(lab, link.configured.config, { schedule: link.schedule });
  expect(trained(again)).toEqual(trained(changed));
});

test('the command line makes the same changes, and its lines carry them', async () => {
  const args = ['reward-model', '--set', 'batchSize=8', '--steps', '24', '--engine', 'cpu', '--at', '9:learningRate=1e-2', '--at', '17:dropout=0.2', '--at', '9:labelSmoothing=0.1'];
  const request = parseArguments(args);
  expect(request.schedule).toEqual([{ step: 9, change: { learningRate: 0.01, labelSmoothing: 0.1 } }, { step: 17, change: { dropout: 0.2 } }]);
  const { record: whole } = await train(request, testEnvironment, {});
  expect(whole.events).toMatchObject([{ type: 'changed', step: 9 }, { type: 'changed', step: 17 }]);
  const again = await record(request.lab, request.config, { schedule: request.schedule! });
  expect({ ...(trained(again) as object), events: [] }).toEqual({ ...(trained(whole) as object), events: [] });
  const { records, problems } = decodeRuns(encodeRun(whole));
  expect(problems).toEqual([]);
  expect(records[0]!.schedule).toEqual(request.schedule);
});

test('what is asked for meanwhile counts before what was to come, and a change of nothing is none', async () => {
  const lab = findLab('reward-model')!;
  const { config } = configure(lab, { values: { batchSize: 8, engine: 'cpu', steps: 20 } });
  const schedule = [{ step: 12, change: { learningRate: 0.05 } }, { step: 5, change: { learningRate: 0.01, dropout: config['dropout']! } }];
  const whole = await record(lab, config, { schedule }, new Map([[8, { learningRate: 0.02 }], [11, { learningRate: 0.03 }]]));
  const told = whole.events.flatMap((event) => (event.type === 'changed' ? event.changes.map(({ key, from, to }) => [event.step, key, from, to]) : []));
  expect(told).toEqual([[5, 'learningRate', config['learningRate'], 0.01], [9, 'learningRate', 0.01, 0.02], [12, 'learningRate', 0.02, 0.03]]);
});

test.each([
  ['--at 60', "--at: '60' is not a change (expected a step and a value, as in 60:learningRate=1e-3)"],
  ['--at 60:learnRate=1', "--at: 'learnRate' is not an option (expected learningRate)"],
  ['--at 60:warmupSteps=3', '--at 60:warmupSteps: cannot change while a run trains (expected learningRate, '],
  ['--at 600:learningRate=1e-3', '--at 600:learningRate: 600 is out of range (expected 1 to 120)'],
  ['--at 0:learningRate=1e-3', '--at 0:learningRate: 0 is out of range (expected 1 to 120)'],
  ['--at 60:learningRate=fast', "--at 60:learningRate: 'fast' is not a number (expected 1e-6 to 0.1)"],
] as const)('%s is refused by its name', (args, line) => {
  expect(() => parseArguments(['grpo', '--preset', 'collapse', ...args.split(' ')])).toThrow(line);
});
