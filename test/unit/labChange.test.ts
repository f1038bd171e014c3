import { beforeEach, expect, test, vi } from 'vitest';
import { grpo } from '../../src/core/labs/grpo/index.js';
import type { Lab } from '../../src/core/labs/lab.js';
import type * as LabTexts from '../../src/core/messages/labs.js';
import { chartRuns } from '../../src/ui/state/describe.js';
import { Playground } from '../../src/ui/state/playground.svelte.js';
import { settings } from '../../src/ui/state/settings.svelte.js';
import { WorkerStub } from './workerStub.js';

/** A lab without variants that counts epochs of 50 steps, with no limit of steps unless one is set. */
const other = vi.hoisted(() => ({ lab: {} as Lab, offline: false }));
vi.mock('../../src/core/labs/index.js', async () => {
  const { grpo } = await import('../../src/core/labs/grpo/index.js');
  const { variants: _, ...rest } = grpo;
  other.lab = {
    ...rest,
    id: 'other',
    parameters: [
      { key: 'learningRate', group: 'run', kind: 'number', live: true, min: 1e-6, max: 1, default: 1e-2, integer: false, scale: 'log' },
      { key: 'epochs', group: 'run', kind: 'number', live: false, min: 1, max: 100, default: 4, integer: true, scale: 'linear' },
      { key: 'steps', group: 'run', kind: 'number', live: false, min: 1, max: 5000, default: 0, zero: true, integer: true, scale: 'log' },
      ...grpo.parameters.filter(({ group, key }) => group === 'run' && key !== 'steps'),
    ],
    weightKeys: [],
    metrics: [{ id: 'trainLoss', unit: 'loss', cadence: 'step', scale: 'linear' }],
    headlines: () => ['trainLoss'],
    detectors: [],
    presets: [{ id: 'healthy', values: {}, expected: [] }],
    steps: ({ epochs, steps }) => Math.min(50 * Number(epochs), Number(steps) || Infinity),
    score: () => 'trainLoss',
  };
  const all = [grpo, other.lab];
  return { labs: all, findLab: (id: string) => all.find((lab) => lab.id === id) };
});
vi.mock('../../src/core/messages/labs.js', async (actual) => {
  const { labTexts } = await actual<typeof LabTexts>();
  const load = async (): Promise<{ texts: Record<string, string> }> => {
    if (other.offline) throw new Error('offline');
    return { texts: { 'parameter.learningRate': 'Rate of the other lab', 'preset.other.healthy': 'Healthy' } };
  };
  return { labTexts: { ...labTexts, other: { en: load, zh: load } } };
});

beforeEach(() => {
  WorkerStub.all = [];
  other.offline = false;
  vi.stubGlobal('Worker', WorkerStub);
});

const { t } = settings;
async function grpoPage(): Promise<Playground> {
  await settings.chooseLab('grpo', () => undefined);
  return new Playground('?lab=grpo&preset=entropy-collapse', 'http://localhost/');
}

test('a lab whose texts cannot be fetched is not shown: the page says so and keeps the old one', async () => {
  const playground = await grpoPage();
  playground.start();
  other.offline = true;
  await playground.chooseLab('other');
  expect([playground.lab, settings.missing, playground.live !== undefined]).toEqual([grpo, 'lab', true]);
  expect(t('parameter.learningRate')).toBe('Learning rate');
  other.offline = false;
  await playground.chooseLab('other');
  expect([playground.lab, settings.missing]).toEqual([other.lab, undefined]);
  expect(t('parameter.learningRate')).toBe('Rate of the other lab');
});

test('another lab stops what trains, shows its own runs, knobs and charts, and gives the others back later', async () => {
  const playground = await grpoPage();
  playground.start();
  const first = playground.selected!;
  await playground.chooseLab('other');
  expect(WorkerStub.sent.at(-1)).toEqual({ type: 'stop', run: first.id });
  expect([playground.labRuns, chartRuns(playground, t), playground.selected]).toEqual([[], [], undefined]);
  expect(playground.config).toMatchObject({ learningRate: 1e-2, epochs: 4 });
  expect(playground.config).not.toHaveProperty('rolloutN');
  expect(playground.link).toBe('?lab=other&preset=healthy&v=1');

  playground.start();
  expect(WorkerStub.sent.at(-1)).toMatchObject({ type: 'start', lab: 'other' });
  expect(chartRuns(playground, t).map(({ label }) => label)).toEqual(['Healthy']);
  await playground.chooseLab('grpo');
  expect(playground.labRuns).toEqual([first]);
});

test('of two labs chosen at once the last is shown', async () => {
  const playground = await grpoPage();
  await Promise.all([playground.chooseLab('other'), playground.chooseLab('grpo')]);
  expect([playground.lab, t('parameter.learningRate')]).toEqual([grpo, 'Learning rate']);
});

test('a link opens any lab, embedded too, and a run of epochs goes on from its end for as many again', async () => {
  await settings.chooseLab('other', () => undefined);
  const playground = new Playground('?lab=other&epochs=2&embed=1&knobs=learningRate&charts=trainLoss', 'http://localhost/');
  expect([playground.lab, playground.linkProblems]).toEqual([other.lab, []]);
  expect(playground.embed).toEqual({ knobs: ['learningRate'], charts: ['trainLoss'] });
  playground.start();
  expect(playground.selected!.status.steps).toBe(100);
  playground.start({ run: playground.selected!.id, step: 100 });
  expect(playground.config).toMatchObject({ epochs: 4, steps: 0 });
});

