/** Timers are no finer than some ms. */
const shortestWait = 8;

/** Holds a run to the speed that was asked for, and lets whatever waits be woken. */
export class Pacer {
  private stepsPerSecond: number;
  /** ms by which the steps since the last wait were faster than they may be. */
  private ahead = 0;
  private resume: (() => void) | undefined;

  /** @param stepsPerSecond 0 is as fast as it goes */
  constructor(stepsPerSecond: number) {
    this.stepsPerSecond = stepsPerSecond;
  }

  set(stepsPerSecond: number): void {
    this.stepsPerSecond = stepsPerSecond;
    this.ahead = 0;
    this.wake();
  }

  /** ms to wait after a step that began at `started`; 0 until steps have run far enough ahead. */
  rest(started: number): number {
    if (this.stepsPerSecond === 0) return 0;
    this.ahead = Math.max(0, this.ahead + 1000 / this.stepsPerSecond - (performance.now() - started));
    return this.ahead < shortestWait ? 0 : this.ahead;
  }

  /** Until `wake`, or so many ms have gone by. Tells how many it was. */
  async wait(milliseconds = Infinity): Promise<number> {
    const began = performance.now();
    let timer: ReturnType<typeof setTimeout> | undefined;
    await new Promise<void>((resolve) => {
      this.resume = resolve;
      if (milliseconds < Infinity) timer = setTimeout(resolve, milliseconds);
    });
    clearTimeout(timer);
    this.resume = undefined;
    const waited = performance.now() - began;
    this.ahead -= waited;
    return waited;
  }

  wake(): void {
    this.resume?.();
  }
}
