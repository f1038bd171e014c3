import { beforeEach, expect, test, vi } from 'vitest';
import { grpo } from '../../src/core/labs/grpo/index.js';
import type { Lab } from '../../src/core/labs/lab.js';
import type * as LabTexts from '../../src/core/messages/labs.js';
import { chartRuns } from '../../src/ui/state/describe.js';
import { Playground } from '../../src/ui/state/playground.svelte.js';
import { settings } from '../../src/ui/state/settings.svelte.js';
import { begin, WorkerStub } from './workerStub.js';

/** A lab without variants that counts epochs of 50 steps, with no limit of steps unless one is set. */
const other = vi.hoisted(() => ({ lab: {} as Lab, offline: false }));
/** Others, whose texts come when the test lets them: by `lab/language`. */
const late = vi.hoisted(() => ({ labs: [] as Lab[], arrive: new Map<string, () => void>() }));
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
    healthyRun: () => ({ learningRate: 1e-3, reaches: 1 }),
    metrics: [{ id: 'trainLoss', group: 'training', unit: 'loss', cadence: 'step', scale: 'linear' }],
    headlines: () => ['trainLoss'],
    detectors: [],
    presets: [{ id: 'healthy', values: {}, expected: [] }],
    steps: ({ epochs, steps }) => Math.min(50 * Number(epochs), Number(steps) || Infinity),
    score: () => 'trainLoss',
  };
  late.labs = ['late', 'overtaken', 'never'].map((id) => ({ ...other.lab, id }));
  const all = [grpo, other.lab, ...late.labs];
  return { labs: all, findLab: (id: string) => all.find((lab) => lab.id === id) };
});
vi.mock('../../src/core/messages/labs.js', async (actual) => {
  const { labTexts } = await actual<typeof LabTexts>();
  const load = async (): Promise<{ texts: Record<string, string> }> => {
    if (other.offline) throw new Error('offline');
    return { texts: { 'parameter.learningRate': 'Rate of the other lab', 'preset.other.healthy': 'Healthy' } };
  };
  const loadLate = (lab: string, language: string) => (): Promise<{ texts: Record<string, string> }> =>
    new Promise((resolve) => {
      const texts = { 'parameter.learningRate': `Rate of ${lab} in ${language}` };
      late.arrive.set(`${lab}/${language}`, () => resolve({ texts }));
    });
  const bothLate = (lab: string) => ({ en: loadLate(lab, 'en'), zh: loadLate(lab, 'zh') });
  return { labTexts: { ...labTexts, other: { en: load, zh: load }, ...Object.fromEntries(late.labs.map(({ id }) => [id, bothLate(id)])) } };
});

beforeEach(() => {
  WorkerStub.all = [];
  other.offline = false;
  vi.stubGlobal('Worker', WorkerStub);
  vi.stubGlobal('document', { documentElement: { dataset: {} } });
});

const { t } = settings;
async function grpoPage(): Promise<Playground> {
  await settings.chooseLab('grpo', () => undefined);
  return new Playground('?lab=grpo&preset=entropy-collapse', 'http://localhost/');
}

test('a lab whose texts cannot be fetched is not shown: the page says so and keeps the old one', async () => {
  const playground = await grpoPage();
  playground.launcher.start();
  other.offline = true;
  await playground.setup.chooseLab('other');
  expect([playground.setup.lab, settings.missing, playground.launcher.live !== undefined]).toEqual([grpo, 'lab', true]);
  expect(t('parameter.learningRate')).toBe('Learning rate');
  other.offline = false;
  await playground.setup.chooseLab('other');
  expect([playground.setup.lab, settings.missing]).toEqual([other.lab, undefined]);
  expect(t('parameter.learningRate')).toBe('Rate of the other lab');
});

test('another lab stops what trains, shows its own runs, knobs and charts, and gives the others back later', async () => {
  const playground = await grpoPage();
  begin(playground);
  const first = playground.selected!;
  await playground.setup.chooseLab('other');
  expect(WorkerStub.sent.at(-1)).toEqual({ type: 'stop', run: first.id });
  expect([playground.labRuns, chartRuns(playground, t), playground.selected]).toEqual([[], [], undefined]);
  expect(playground.setup.config).toMatchObject({ learningRate: 1e-2, epochs: 4 });
  expect(playground.setup.config).not.toHaveProperty('rolloutN');
  expect(playground.setup.link).toBe('?lab=other&preset=healthy&v=1');

  playground.launcher.start();
  expect(WorkerStub.sent.at(-1)).toMatchObject({ type: 'start', lab: 'other' });
  expect(chartRuns(playground, t).map(({ label }) => label)).toEqual(['Healthy']);
  await playground.setup.chooseLab('grpo');
  expect(playground.labRuns).toEqual([first]);
});

test('of two labs chosen at once the last is shown', async () => {
  const playground = await grpoPage();
  await Promise.all([playground.setup.chooseLab('other'), playground.setup.chooseLab('grpo')]);
  expect([playground.setup.lab, t('parameter.learningRate')]).toEqual([grpo, 'Learning rate']);
});

test('a lab whose texts come after another has been chosen is not shown', async () => {
  const playground = await grpoPage();
  const overtaken = playground.setup.chooseLab('overtaken');
  await playground.setup.chooseLab('other');
  late.arrive.get('overtaken/en')!();
  await overtaken;
  expect([playground.setup.lab, t('parameter.learningRate')]).toEqual([other.lab, 'Rate of the other lab']);
});

test('a lab and then a language chosen while its texts are on the way are both shown, in texts of that language', async () => {
  const playground = await grpoPage();
  const chosen = playground.setup.chooseLab('late');
  await settings.chooseLanguage('zh');
  expect([playground.setup.lab, settings.language, t('parameter.learningRate')]).toEqual([grpo, 'zh', '学习率']);
  late.arrive.get('late/en')!();
  await vi.waitFor(() => expect(late.arrive.has('late/zh')).toBe(true));
  expect([playground.setup.lab, t('parameter.learningRate')]).toEqual([grpo, '学习率']);
  late.arrive.get('late/zh')!();
  await chosen;
  expect([playground.setup.lab.id, t('parameter.learningRate')]).toEqual(['late', 'Rate of late in zh']);
  await settings.chooseLanguage('en');
  expect(t('parameter.learningRate')).toBe('Rate of late in en');
});

test('a lab whose texts stall is said to be loading after 300 ms and given up after 15 s, nothing of it shown when they come', async () => {
  const playground = await grpoPage();
  vi.useFakeTimers();
  try {
    const chosen = playground.setup.chooseLab('never');
    await vi.advanceTimersByTimeAsync(299);
    expect(settings.loading.lab).toBe(false);
    await vi.advanceTimersByTimeAsync(2);
    expect([settings.loading.lab, settings.loading.language]).toEqual([true, false]);
    await vi.advanceTimersByTimeAsync(14_600);
    expect(settings.missing).toBeUndefined();
    await vi.advanceTimersByTimeAsync(200);
    await chosen;
    const shown = (): unknown[] => [playground.setup.lab, playground.setup.config.rolloutN, settings.missing, settings.loading.lab];
    expect(shown()).toEqual([grpo, 4, 'lab', false]);
    late.arrive.get('never/en')!();
    await vi.advanceTimersByTimeAsync(1000);
    expect(shown()).toEqual([grpo, 4, 'lab', false]);
  } finally {
    vi.useRealTimers();
  }
});

test('a link opens any lab, embedded too, and a run of epochs goes on from its end for as many again', async () => {
  await settings.chooseLab('other', () => undefined);
  const playground = new Playground('?lab=other&epochs=2&embed=1&knobs=learningRate&charts=trainLoss', 'http://localhost/');
  expect([playground.setup.lab, playground.setup.linkProblems]).toEqual([other.lab, []]);
  expect(playground.openedBy.embed).toEqual({ knobs: ['learningRate'], charts: ['trainLoss'] });
  playground.launcher.start();
  expect(playground.selected!.status.steps).toBe(100);
  playground.launcher.start({ run: playground.selected!.id, step: 100 });
  expect(playground.setup.config).toMatchObject({ epochs: 4, steps: 0 });
});

