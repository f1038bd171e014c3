import type { Command, Update } from '../../core/protocol.js';

/**
 * The page's end of the training worker. The worker, and with it the tensor library, is loaded at the first command
 * and lives as long as the page: it keeps the checkpoints that runs are forked from.
 */
export class TrainingClient {
  private worker: Worker | undefined;

  /**
   * `onFailure` hears of a worker that threw outside of a run, with what it said, or that could not be loaded. It and
   * its checkpoints are gone then; the next command loads a new one.
   */
  constructor(
    private readonly onUpdate: (update: Update) => void,
    private readonly onFailure: (reason: string | undefined) => void,
  ) {}

  send(command: Command): void {
    this.worker ??= this.load();
    this.worker.postMessage(command);
  }

  private load(): Worker {
    const worker = new Worker(new URL('../../../workers/programs/training.worker.ts', import.meta.url), { type: 'module' });
    worker.addEventListener('message', ({ data }: MessageEvent<Update>) => this.onUpdate(data));
    worker.addEventListener('error', (event) => {
      this.discard();
      this.onFailure(event.message || undefined);
    });
    return worker;
  }

  /** Gives the worker up, with all that it holds; the next command loads a new one. */
  discard(): void {
    this.worker?.terminate();
    this.worker = undefined;
  }
}
