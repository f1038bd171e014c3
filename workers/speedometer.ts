/** How fast training went in its last second. */
export class Speedometer {
  private steps = 0;
  private milliseconds = 0;
  /** Undefined before the first step. */
  msPerStep: number | undefined;

  /** A step that took so long. */
  add(milliseconds: number): void {
    this.steps++;
    this.milliseconds += milliseconds;
    if (this.milliseconds < 1000 && this.msPerStep !== undefined) return;
    this.msPerStep = this.milliseconds / this.steps;
    if (this.milliseconds < 1000) return;
    this.steps = 0;
    this.milliseconds = 0;
  }
}
