import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { presetConfig } from '../../src/core/labs/configure.js';
import { findLab } from '../../src/core/labs/index.js';
import type { Command, Report, Update } from '../../src/core/protocol.js';

type Start = Extract<Command, { type: 'start' }>;
type Status = Extract<Update, { type: 'status' }>;

const scope = { postMessage: (report: Report) => void told.push(report), onmessage: (_: { data: Command }) => undefined };
let told: Report[] = [];

beforeEach(async () => {
  told = [];
  vi.stubGlobal('self', scope);
  vi.stubGlobal('navigator', { hardwareConcurrency: 1 });
  await import('../../workers/programs/training.worker.js');
});
afterEach(() => void vi.unstubAllGlobals());

/** The last word of a run of two steps. */
async function train(run: string, id: string, from?: Start['from']): Promise<Status> {
  const lab = findLab(id)!;
  const config = { ...presetConfig(lab, lab.presets[0]!), engine: 'cpu', steps: 2, validationEvery: 0 };
  scope.onmessage({ data: { type: 'start', arms: [{ run, change: {} }], lab: id, config, files: 'http://localhost/', ...(from ? { from } : {}) } });
  const last = (): Status | undefined => told.findLast((report): report is Status => report.type === 'status' && report.run === run);
  await vi.waitFor(() => expect(last()?.state).toMatch(/finished|failed/), { timeout: 60_000 });
  return last()!;
}

it('goes on from a checkpoint of the same lab only: from another one’s the run starts anew, and says so', async () => {
  expect(await train('first', 'biencoder')).toMatchObject({ state: 'finished', step: 2, checkpoints: [0, 2] });
  const same = await train('same', 'biencoder', { run: 'first', step: 0 });
  const other = await train('other', 'pointer', { run: 'first', step: 2 });
  expect([same, other]).toMatchObject([{ state: 'finished', step: 2 }, { state: 'finished', step: 2 }]);
  // Node has no IndexedDB, which is said of every run.
  const said = ({ notes }: Status): string[] => notes.map(({ id }) => id).filter((id) => id !== 'note.checkpointsNotStored');
  expect([said(same), said(other)]).toEqual([[], ['note.weightsNotKept']]);
});
