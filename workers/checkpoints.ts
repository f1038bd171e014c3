import type { Checkpoint } from './labs/trainer.js';

const most = 16;

/**
 * Checkpoints of a run, evenly spread over its steps: when there are too many, every second one goes and the spacing
 * doubles, so that memory stays the same however long the run is.
 */
export class CheckpointRing {
  private spacing = 5;
  private kept: Checkpoint[] = [];

  /** The steps that can be returned to, in order. */
  get steps(): number[] {
    return this.kept.map((checkpoint) => checkpoint.step);
  }

  isDue(step: number): boolean {
    return step % this.spacing === 0;
  }

  add(checkpoint: Checkpoint): void {
    this.kept.push(checkpoint);
    if (this.kept.length <= most) return;
    this.spacing *= 2;
    this.kept = this.kept.filter(({ step }) => step % this.spacing === 0);
  }

  /** The latest checkpoint at or before `step`. */
  find(step: number): Checkpoint | undefined {
    return this.kept.findLast((checkpoint) => checkpoint.step <= step);
  }

  /** Forgets checkpoints after `step`, which turned out not to be good. */
  dropAfter(step: number): void {
    this.kept = this.kept.filter((checkpoint) => checkpoint.step <= step);
  }
}
