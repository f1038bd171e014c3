/** For how long a run has trained and validated: pauses and the waiting that the pace asks for do not count. */
export class TrainingClock {
  private began: number | undefined;
  /** ms since then that do not count. */
  private idle = 0;

  /** Once it is prepared; what follows the first time changes nothing. */
  begin(): void {
    this.began ??= performance.now();
  }

  waited(milliseconds: number): void {
    this.idle += milliseconds;
  }

  /** 0 before it began. */
  get seconds(): number {
    return this.began === undefined ? 0 : (performance.now() - this.began - this.idle) / 1000;
  }
}
