import { expect, test } from 'vitest';
import type { Fix } from '../../src/core/findings/fix.js';
import { defaultConfig } from '../../src/core/labs/configure.js';
import { defineLab } from '../../src/core/labs/defineLab.js';
import { grpoConfig, parameters, type GrpoConfig } from '../../src/core/labs/grpo/parameters.js';
import { labs } from '../../src/core/labs/index.js';
import { grpo } from '../../src/core/labs/grpo/index.js';
import type { Lab, Preset } from '../../src/core/labs/lab.js';
import { rewardModel } from '../../src/core/labs/reward-model/index.js';
import { rewardModelConfig } from '../../src/core/labs/reward-model/parameters.js';
import { runConfig } from '../../src/core/labs/runParameters.js';
import type { ParameterEntry } from '../../src/core/parameters.js';
import { configReader, type ConfigOf } from '../../src/core/typedConfig.js';
import { findTask } from '../../workers/labs/grpo/tasks/index.js';
import { trainingOf } from '../../workers/labs/index.js';
import { Population } from '../../workers/labs/population.js';
import { openEngine } from '../../workers/engines/openEngine.js';
import { testEnvironment } from '../environment.js';

const config = grpoConfig(defaultConfig(grpo));
const population = new Population(config);

test('a value has the type that its parameter gives it', () => {
  const temperature: number = config.temperature;
  const task: 'tool-choice' | 'running-sum' | 'mini-vqa' = config.task;
  const clipping: boolean = config.clipping;
  const weight: number = config['rewardWeights.answer'];
  expect([temperature, task, clipping, weight]).toEqual([1, 'tool-choice', true, 1]);
  expect(population.knob('temperature')).toEqual([1]);
});

/** What the compiler refuses: it complains of every line below that it would let pass. Nothing of it runs. */
export function refused(change: Preset<GrpoConfig>['values']): unknown[] {
  const preset = (values: Preset<GrpoConfig>['values']): unknown => values;
  const fix = (one: Fix<GrpoConfig>): unknown => one(config);
  return [
    // @ts-expect-error a wrong key
    config.temprature,
    // @ts-expect-error a wrong key of a family
    config['rewardWeights.answers'],
    // @ts-expect-error another lab's key
    config.infoNceTemperature,
    // @ts-expect-error a wrong option
    config.task === 'tool-choise',
    // @ts-expect-error an option of another choice
    config.klEstimator === 'group',
    // @ts-expect-error a number is not a text
    config.temperature === '1',
    // @ts-expect-error a switch is not a text
    config.clipping === 'on',
    // @ts-expect-error a choice has no arithmetic
    2 * config.aggregation,
    // @ts-expect-error a knob that there is not
    population.knob('temprature'),
    // @ts-expect-error a choice is no scalar knob
    population.knob('klEstimator'),
    // @ts-expect-error a switch is no scalar knob
    population.knob('clipping'),
    // @ts-expect-error a task is not found by a wrong name
    findTask({ task: 'sum', warmStart: 'train' }),
    // @ts-expect-error a preset with a wrong key
    preset({ temprature: 1 }),
    // @ts-expect-error a preset with a wrong option
    preset({ schedule: 'exponential' }),
    // @ts-expect-error a preset with a value of a wrong type
    preset({ clipping: 'off' }),
    // @ts-expect-error a fix with a wrong key
    fix(() => ({ rolloutn: 8 })),
    // @ts-expect-error a fix that reads a wrong key
    fix(({ rolloutn }) => ({ rolloutN: rolloutn })),
    // @ts-expect-error another lab's declaration
    defineLab(rewardModelConfig, {} as Lab<GrpoConfig>),
    // @ts-expect-error a lab's config is not changed in place
    (config.temperature = 2),
    // @ts-expect-error nor is a change
    (change.temperature = 2),
    // @ts-expect-error an entry without its range
    [{ key: 'rate', group: 'run', kind: 'number', live: false, default: 1 }] as const satisfies readonly ParameterEntry[],
  ];
}

test('a plain config becomes that of a table only if each of its fields is right', () => {
  const table = [
    { key: 'rate', kind: 'number' },
    { key: 'loss', kind: 'choice', options: ['l1', 'l2'] },
    { key: 'tied', kind: 'switch' },
  ] as const;
  const read = configReader(table);
  const right = { rate: 0.1, loss: 'l2', tied: false, more: 1 };
  const typed: ConfigOf<typeof table> = read(right);
  expect(typed).toBe(right);
  expect(() => read({ ...right, rate: '0.1' })).toThrow(new TypeError(`config.rate: "0.1" is not a number`));
  expect(() => read({ ...right, loss: 'l3' })).toThrow(new TypeError(`config.loss: "l3" is not one of l1, l2`));
  expect(() => read({ ...right, tied: 'on' })).toThrow(new TypeError(`config.tied: "on" is not a boolean`));
  expect(() => read({ rate: 1, loss: 'l1' })).toThrow(new TypeError('config.tied: missing is not a boolean'));
});

test('the defaults of every lab are right by its table, and have what a run of any lab needs', () => {
  for (const lab of labs) {
    const defaults = defaultConfig(lab);
    expect(configReader(lab.parameters)(defaults), lab.id).toBe(defaults);
    expect(runConfig(defaults).replicas, lab.id).toBe(1);
  }
});

test('a lab names the first field that is wrong where it is given the config of another', async () => {
  const others = defaultConfig(rewardModel);
  expect(() => grpo.score(others)).toThrow(`config.task: missing is not one of ${grpo.variants && Object.keys(grpo.variants.defaults).join(', ')}`);
  expect(() => grpo.detectors[0]!.watch(others)).toThrow('config.task');
  const warmStart = grpo.parameters.find(({ key }) => key === 'warmStart');
  expect(warmStart?.kind === 'choice' && warmStart.available?.({ ...config, task: 'running-sum' })).toEqual(
    ['running-sum-long', 'running-sum-short', 'train'],
  );
  const engine = await openEngine('cpu', testEnvironment);
  const training = await trainingOf('grpo');
  expect(() => training.rehearse(new Population(others), engine)).toThrow('config.task');
  // An arm may be wrong where the config that it departs from is right.
  expect(() => new Population<typeof config>(config, [{}, { temperature: 'high' }]).as(grpoConfig)).toThrow('config.temperature: "high"');
  expect(parameters.map(({ key }) => key)).toEqual(grpo.parameters.map(({ key }) => key));
  // The first to ask for the engine compiles its kernels.
}, 60_000);
