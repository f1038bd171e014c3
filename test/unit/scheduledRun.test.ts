import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { labs } from '../../src/core/labs/index.js';
import { loadLanguage } from '../../src/core/messages/messages.js';
import { decodeLink } from '../../src/core/share.js';
import { linkOf } from '../../src/ui/state/links.js';
import { Playground } from '../../src/ui/state/playground.svelte.js';
import { collapse, restoreWorkers, started, stubWorkers, WorkerStub } from './workerStub.js';

await Promise.all((['en', 'zh'] as const).flatMap((language) => [loadLanguage(language, 'grpo'), loadLanguage(language, 'pointer')]));

const asked = `${collapse}&changes=60:learningRate=1e-3,90:temperature=0.7,90:learningRate=5e-4`;
const changes = [{ step: 60, change: { learningRate: 1e-3 } }, { step: 90, change: { temperature: 0.7, learningRate: 5e-4 } }];

describe('a run that a link changes as it trains', () => {
  beforeEach(stubWorkers);
  afterEach(restoreWorkers);

  test('starts with its changes, which are its own from then on', () => {
    const { playground, worker, run } = started(asked);
    expect(worker.commands[0]).toMatchObject({ type: 'start', config: { learningRate: 6e-3 }, schedule: changes });
    expect(playground.setup.schedule).toEqual([]);
    worker.status(run, 'finished', 150);
    playground.launcher.toggle();
    expect(worker.commands.at(-1)).toMatchObject({ type: 'start' });
    expect(worker.commands.at(-1)).not.toHaveProperty('schedule');
  });

  test('takes the knobs with it, but not one that was turned by hand', () => {
    const { playground, worker, run } = started(asked);
    playground.setup.set('temperature', 0.9);
    worker.tell({ type: 'changed', run, step: 60, changes: [{ key: 'learningRate', from: 6e-3, to: 1e-3 }] });
    vi.advanceTimersByTime(1000);
    // The learning rate that stood when the temperature was turned is not asked for again.
    expect(worker.commands.slice(1)).toEqual([{ type: 'change', run, change: { temperature: 0.9 } }]);
    expect(playground.setup.config).toMatchObject({ learningRate: 1e-3, temperature: 0.9 });
    playground.setup.set('learningRate', 2e-3);
    vi.advanceTimersByTime(1000);
    worker.tell({ type: 'changed', run, step: 70, changes: [{ key: 'learningRate', from: 1e-3, to: 2e-3 }] });
    playground.setup.set('learningRate', 3e-3);
    worker.tell({ type: 'changed', run, step: 90, changes: [{ key: 'learningRate', from: 2e-3, to: 5e-4 }] });
    expect(playground.setup.config['learningRate'], 'asked for, and on its way').toBe(3e-3);
    expect(playground.selected!.config['learningRate']).toBe(5e-4);
  });

  test('keeps its link in the address, before it starts and as long as nothing else is wanted', () => {
    const playground = new Playground(`${asked}&title=Too+late&pace=20`, 'http://localhost/');
    const before = '?lab=grpo&preset=entropy-collapse&changes=60:learningRate=1e-3,90:temperature=0.7,90:learningRate=5e-4&title=Too%20late&v=1';
    expect(playground.address).toBe(before);
    playground.launcher.toggle();
    const [worker] = WorkerStub.all;
    const run = playground.selected!.id;
    worker!.status(run, 'running', 70);
    worker!.tell({ type: 'changed', run, step: 60, changes: [{ key: 'learningRate', from: 6e-3, to: 1e-3 }] });
    const { schedule, view } = decodeLink(playground.address, labs);
    expect([schedule, view.title]).toEqual([changes, 'Too late']);
    playground.setup.set('rolloutN', 8);
    expect(playground.address).toBe('?lab=grpo&preset=entropy-collapse&learningRate=1e-3&rolloutN=8&title=Too%20late&v=1');
    playground.setup.choosePreset('healthy');
    expect(playground.address).toBe('?lab=grpo&preset=healthy&v=1');
  });

  test('that has not started waits with its changes while another lab or task is looked at', async () => {
    const { setup } = new Playground(`${asked}&title=Too+late`, 'http://localhost/');
    await setup.chooseLab('pointer');
    expect([setup.schedule, setup.title]).toEqual([[], undefined]);
    await setup.chooseLab('grpo');
    expect([setup.schedule, setup.title]).toEqual([changes, 'Too late']);
    const own = setup.config['task'];
    setup.set('task', 'mini-vqa');
    expect([setup.schedule, setup.title]).toEqual([[], undefined]);
    setup.set('task', own);
    expect([setup.schedule, setup.title]).toEqual([changes, 'Too late']);
  });

  test('leaves its changes out where another preset, Reset, or fewer steps leave them no sense', () => {
    const playground = new Playground(asked, 'http://localhost/');
    playground.setup.set('steps', 70);
    playground.launcher.toggle();
    expect(WorkerStub.all[0]!.commands[0]).toMatchObject({ schedule: [changes[0]] });
    for (const leave of [(page: Playground) => page.setup.reset(), (page: Playground) => page.setup.choosePreset('healthy')]) {
      const other = new Playground(asked, 'http://localhost/');
      leave(other);
      expect(other.setup.schedule).toEqual([]);
    }
  });

  test('is shared with the changes that were made by hand, and trained again with them', () => {
    const { playground, worker, run } = started();
    worker.tell({ type: 'status', run, state: 'running', step: 60, steps: 150, notes: [], checkpoints: [0], engine: { id: 'cpu' } });
    playground.setup.set('learningRate', 1e-3);
    vi.advanceTimersByTime(1000);
    worker.tell({ type: 'changed', run, step: 61, changes: [{ key: 'learningRate', from: 6e-3, to: 1e-3 }] });
    const link = linkOf(playground.selected!);
    expect(link).toBe('?lab=grpo&preset=entropy-collapse&changes=61:learningRate=1e-3&v=1');
    expect(linkOf(playground.selected!, { engine: true })).toContain('&engine=cpu&changes=');
    expect(playground.setup.link, 'the settings as they stand').toContain('&learningRate=1e-3&v=1');
    worker.status(run, 'finished', 150);
    playground.launcher.replay(playground.selected!);
    expect(worker.commands.at(-1)).toMatchObject({
      type: 'start', config: { learningRate: 6e-3, engine: 'cpu' }, schedule: [{ step: 61, change: { learningRate: 1e-3 } }],
    });
  });

  test('that was cut off goes on with what it changed after its last checkpoint', async () => {
    const { playground, worker, run: id } = started();
    const run = playground.selected!;
    const steps = Int32Array.from({ length: 30 }, (_, i) => i);
    worker.tell({ type: 'metrics', run: id, replicas: 1, steps, seconds: Float64Array.from(steps), columns: { reward: new Float64Array(30) } });
    worker.tell({ type: 'changed', run: id, step: 15, changes: [{ key: 'temperature', from: 1, to: 0.9 }] });
    worker.tell({ type: 'changed', run: id, step: 25, changes: [{ key: 'learningRate', from: 6e-3, to: 1e-3 }] });
    worker.status(id, 'stopped', 29, [0, 10, 20]);
    await playground.launcher.goOn(run);
    expect(worker.commands.at(-1)).toMatchObject({
      from: { run: id, step: 20 }, config: { learningRate: 6e-3, temperature: 0.9 }, schedule: [{ step: 25, change: { learningRate: 1e-3 } }],
    });
    expect(run.head.schedule).toEqual([{ step: 25, change: { learningRate: 1e-3 } }]);
    worker.tell({ type: 'changed', run: id, step: 25, changes: [{ key: 'learningRate', from: 6e-3, to: 1e-3 }] });
    expect(run.config['learningRate']).toBe(1e-3);
  });
});
