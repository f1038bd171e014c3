import { afterEach, beforeEach, expect, test } from 'vitest';
import type { BenchCommand } from '../../src/core/bench/measurement.js';
import { BenchRun } from '../../src/ui/bench/benchRun.svelte.js';
import { restoreWorkers, stubWorkers, WorkerStub } from './workerStub.js';

beforeEach(stubWorkers);
afterEach(restoreWorkers);

test('a bench whose worker cannot be had has failed with the reason, and can be started again', () => {
  const run = new BenchRun('http://localhost/');
  WorkerStub.refusal = new TypeError('This document requires TrustedScriptURL');
  run.start(true);
  expect([run.state, run.reason]).toEqual(['failed', WorkerStub.refusal.message]);
  WorkerStub.refusal = undefined;
  run.start(true);
  expect(run.state).toBe('running');
  expect(WorkerStub.all[0]!.commands as readonly unknown[]).toEqual([{ files: 'http://localhost/', quick: true } satisfies BenchCommand]);
});
