/** ms that each of the two windows spans over which speed is averaged. */
const windowLength = 1000;

interface Window {
  steps: number;
  /** ms that the steps themselves took. */
  trained: number;
  /** ms from the end of the step before the first to the end of the last: validation and waiting count. */
  elapsed: number;
  /** Those of them spent waiting for the pace. */
  waited: number;
}

const empty = (): Window => ({ steps: 0, trained: 0, elapsed: 0, waited: 0 });

/** How fast training went in its last second or two. The first step, which compiles, counts only while it is the only one. */
export class Speedometer {
  private present = empty();
  private before = empty();
  private total = 0;
  private last = performance.now();

  /** Training goes on after a time that does not count. */
  resume(): void {
    this.last = performance.now();
  }

  /** A step has ended that took so many ms. */
  add(milliseconds: number): void {
    const now = performance.now();
    if (this.total === 1) this.present = empty();
    if (this.present.elapsed >= windowLength) {
      this.before = this.present;
      this.present = empty();
    }
    this.total++;
    this.present.steps++;
    this.present.trained += milliseconds;
    this.present.elapsed += now - this.last;
    this.last = now;
  }

  /** The next step had to wait so many ms for the pace. */
  waited(milliseconds: number): void {
    this.present.waited += milliseconds;
  }

  /** Nothing before the first step. */
  get speed(): { readonly msPerStep?: number; readonly stepsPerSecond?: number; readonly waiting?: number } {
    if (this.total === 0) return {};
    const sum = (key: keyof Window): number => this.before[key] + this.present[key];
    const elapsed = sum('elapsed');
    return { msPerStep: sum('trained') / sum('steps'), stepsPerSecond: (1000 * sum('steps')) / elapsed, waiting: sum('waited') / elapsed };
  }
}
