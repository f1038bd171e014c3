import { within } from '../../src/core/within.js';

/** ms that the next run waits for what a stop left behind: as long as an engine may take to start, or a file to come. */
const settleDeadline = 10_000;

/** Raised where a run that was asked to stop would otherwise go on preparing. */
export class Stopped extends Error {}

/** That a run is to stop, for what takes long and cannot be ended itself. */
export class StopSignal {
  /** Whether the run was asked to stop. */
  asked = false;
  private readonly rejections = new Set<(stopped: Stopped) => void>();
  private readonly leftBehind = new Set<Promise<unknown>>();

  ask(): void {
    this.asked = true;
    for (const reject of this.rejections) reject(new Stopped());
  }

  throwIfAsked(): void {
    if (this.asked) throw new Stopped();
  }

  /**
   * What work resolves to, or a `Stopped` as soon as that is asked. The work then goes on: what it resolves to is handed
   * to `late`, which frees it.
   */
  async orStopped<T>(work: Promise<T>, late: (value: T) => void = () => undefined): Promise<T> {
    let reject!: (stopped: Stopped) => void;
    const stopped = new Promise<never>((_, rejected) => (reject = rejected));
    this.rejections.add(reject);
    if (this.asked) reject(new Stopped());
    try {
      return await Promise.race([stopped, work]);
    } catch (error) {
      if (error instanceof Stopped) this.leftBehind.add(work.then(late).catch(() => undefined));
      throw error;
    } finally {
      this.rejections.delete(reject);
    }
  }

  /** Resolves when no work goes on that a stop left behind, or none is waited for any longer. */
  async settled(): Promise<void> {
    await within(settleDeadline, 'what a stop left behind', Promise.all(this.leftBehind)).catch(() => undefined);
  }
}
