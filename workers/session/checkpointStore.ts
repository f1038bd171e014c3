import type { Checkpoint } from '../labs/trainer.js';

/** Where checkpoints outlive the worker. What it rejects with is told once; nothing that trains waits for it. */
export interface CheckpointStore {
  /** Stores what was added, and drops whatever else there is of the run but what is kept. */
  keepCheckpoints(run: string, kept: readonly Checkpoint[], added: readonly Checkpoint[]): Promise<void>;
}

/** ms between two writes. */
const interval = 1000;

/** Keeps what is stored of a run's checkpoints as its worker keeps them: not at once, and never two writes at a time. */
export class StoredCheckpoints {
  private stored = new Set<Checkpoint>();
  private writing: Promise<void> | undefined;
  private last = -Infinity;
  private refused = false;

  constructor(
    private readonly store: CheckpointStore,
    private readonly run: string,
    private readonly onRefused: (reason: string) => void,
  ) {}

  /** What is kept has changed. */
  changed(kept: readonly Checkpoint[]): void {
    if (!this.writing && performance.now() - this.last >= interval) this.writing = this.write(kept).finally(() => (this.writing = undefined));
  }

  /** Stores everything that is kept, in the end. */
  async finish(kept: readonly Checkpoint[]): Promise<void> {
    await this.writing;
    await this.write(kept);
  }

  private async write(kept: readonly Checkpoint[]): Promise<void> {
    this.last = performance.now();
    const added = kept.filter((checkpoint) => !this.stored.has(checkpoint));
    if (this.refused || (added.length === 0 && kept.length === this.stored.size)) return;
    try {
      await this.store.keepCheckpoints(this.run, kept, added);
      this.stored = new Set(kept);
    } catch (error) {
      this.refused = true;
      this.onRefused(error instanceof Error ? error.message : String(error));
    }
  }
}
