/**
 * A wait is so many timers in a row. Who was asleep, frozen or busy while one of them ran out hears what was said meanwhile
 * before the next one does.
 */
const timers = 4;

/** Waits for a word, in the page or in a worker: `over` is called where none came in so many ms of being awake. */
export class Patience {
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly milliseconds: number, private readonly over: () => void) {}

  /** Begins to wait, or begins anew. */
  begin(): void {
    this.end();
    this.wait(timers);
  }

  end(): void {
    clearTimeout(this.timer);
  }

  private wait(left: number): void {
    this.timer = setTimeout(() => (left === 1 ? this.over() : this.wait(left - 1)), this.milliseconds / timers);
  }
}
