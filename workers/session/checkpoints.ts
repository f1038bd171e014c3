import type { Checkpoint } from '../labs/trainer.js';

const most = 16;

/**
 * Checkpoints of a run, evenly spread over its steps: when there are too many, every second one goes and the spacing
 * doubles, so that memory stays the same however long the run is. The newest stays too, for a lost run to go on from, and
 * the best one until there is a better one.
 */
export class Checkpoints {
  private spacing = 5;
  private spread: Checkpoint[] = [];
  private best: Checkpoint | undefined;
  private bestScore = -Infinity;

  /** The steps that can be returned to, in order. */
  get steps(): number[] {
    return this.all.map((checkpoint) => checkpoint.step);
  }

  isDue(step: number): boolean {
    return step % this.spacing === 0;
  }

  /** Nothing changes where the last one has the same step. */
  add(checkpoint: Checkpoint): void {
    if (this.spread.at(-1)?.step === checkpoint.step) return;
    this.spread.push(checkpoint);
    if (this.spread.length <= most) return;
    this.spacing *= 2;
    this.spread = this.spread.filter((kept) => kept === checkpoint || kept.step % this.spacing === 0);
  }

  /** Keeps the present state where its score is higher than any before. */
  async keepBest(score: number, present: () => Promise<Checkpoint>): Promise<void> {
    if (!(score > this.bestScore)) return;
    this.bestScore = score;
    this.best = await present();
  }

  /** The checkpoint of a step, if it is kept. */
  at(step: number): Checkpoint | undefined {
    return this.all.find((checkpoint) => checkpoint.step === step);
  }

  /** The latest checkpoint at or before `step`. */
  find(step: number): Checkpoint | undefined {
    return this.all.findLast((checkpoint) => checkpoint.step <= step);
  }

  /** Takes up what was kept of a run that goes on, and its best score. */
  restore(kept: readonly Checkpoint[], bestScore: number): void {
    for (const checkpoint of kept) this.add(checkpoint);
    this.bestScore = bestScore;
  }

  /** Forgets checkpoints after `step`, which turned out not to be good. */
  dropAfter(step: number): void {
    this.spread = this.spread.filter((checkpoint) => checkpoint.step <= step);
    if (this.best && this.best.step > step) this.best = undefined;
  }

  /** In the order of their steps. */
  get all(): Checkpoint[] {
    const { spread, best } = this;
    if (!best || spread.some(({ step }) => step === best.step)) return [...spread];
    return [...spread, best].sort((a, b) => a.step - b.step);
  }
}
