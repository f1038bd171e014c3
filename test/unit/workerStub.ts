import { flushSync } from 'svelte';
import { vi } from 'vitest';
import type { Command, FailureKind, Note, Report, RunState } from '../../src/core/protocol.js';
import { Playground } from '../../src/ui/state/playground.svelte.js';

/** The worker's end of the protocol, held by the test. */
export class WorkerStub {
  static all: WorkerStub[] = [];
  /** To all of them. */
  static get sent(): Command[] {
    return WorkerStub.all.flatMap(({ commands }) => commands);
  }

  /** Where it is set, no worker can be had. */
  static refusal: Error | undefined;

  readonly commands: Command[] = [];
  private readonly listeners = new Map<string, (event: object) => void>();

  constructor() {
    if (WorkerStub.refusal) throw WorkerStub.refusal;
    WorkerStub.all.push(this);
  }

  addEventListener(type: string, listener: (event: object) => void): void {
    this.listeners.set(type, listener);
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

  /** The last word of a run that has failed. */
  failed(run: string, failure: FailureKind, note: Note): void {
    this.tell({ type: 'status', run, state: 'failed', failure, step: 21, steps: 150, notes: [note], checkpoints: [0, 10, 20] });
  }

  tell(report: Report): void {
    this.raise('message', { data: report });
  }

  raise(type: 'message' | 'error' | 'messageerror', event: object): void {
    this.listeners.get(type)!(event);
    flushSync();
  }
}

export const collapse = '?lab=grpo&preset=entropy-collapse';

/** The page's workers are stubs, and time stands still; until `restoreWorkers`. */
export function stubWorkers(): void {
  vi.useFakeTimers();
  vi.stubGlobal('Worker', WorkerStub);
  WorkerStub.all = [];
  WorkerStub.refusal = undefined;
}

export function restoreWorkers(): void {
  vi.useRealTimers();
  vi.unstubAllGlobals();
}

/** A page whose first run has come to step 20. */
export function started(query = collapse): { playground: Playground; worker: WorkerStub; run: string } {
  const playground = new Playground(query, 'http://localhost/');
  playground.launcher.toggle();
  const worker = WorkerStub.all[0]!;
  const run = playground.selected!.id;
  worker.status(run, 'running', 20, [0, 10, 20]);
  return { playground, worker, run };
}

/** Starts a run that comes to its first step: one that is stopped before leaves no trace. */
export function begin(playground: Playground): void {
  playground.launcher.start();
  WorkerStub.all.at(-1)!.status(playground.selected!.id, 'running', 1);
}
