import { flushSync } from 'svelte';
import { vi } from 'vitest';
import type { Command, Note, RunState, Update } from '../../src/core/protocol.js';
import { Playground } from '../../src/ui/state/playground.svelte.js';

/** The worker's end of the protocol, held by the test. */
export class WorkerStub {
  static all: WorkerStub[] = [];
  /** To all of them. */
  static get sent(): Command[] {
    return WorkerStub.all.flatMap(({ commands }) => commands);
  }

  readonly commands: Command[] = [];
  private listener: ((event: { data: Update }) => void) | undefined;

  constructor() {
    WorkerStub.all.push(this);
  }

  addEventListener(type: string, listener: (event: { data: Update }) => void): void {
    if (type === 'message') this.listener = listener;
  }

  terminated = false;

  terminate(): void {
    this.terminated = true;
  }

  postMessage(command: Command): void {
    this.commands.push(command);
  }

  status(run: string, state: RunState, step: number, checkpoints: number[] = [], notes: Note[] = []): void {
    this.tell({ type: 'status', run, state, step, steps: 150, notes, checkpoints });
  }

  tell(update: Update): void {
    this.listener!({ data: update });
    flushSync();
  }
}

export const collapse = '?lab=grpo&preset=entropy-collapse';

/** The page's workers are stubs, and time stands still; until `restoreWorkers`. */
export function stubWorkers(): void {
  vi.useFakeTimers();
  vi.stubGlobal('Worker', WorkerStub);
  WorkerStub.all = [];
}

export function restoreWorkers(): void {
  vi.useRealTimers();
  vi.unstubAllGlobals();
}

/** A page whose first run has come to step 20. */
export function started(query = collapse): { playground: Playground; worker: WorkerStub; run: string } {
  const playground = new Playground(query, 'http://localhost/');
  playground.toggle();
  const worker = WorkerStub.all[0]!;
  const run = playground.selected!.id;
  worker.status(run, 'running', 20, [0, 10, 20]);
  return { playground, worker, run };
}
