import type { EngineDescription } from '../../src/core/protocol.js';

/** How many times what another engine took is clearly slower: machines are busy now and then. */
const clearlySlower = 2;
/** Steps and ms of training that are judged together. */
const fewestSteps = 10;
const shortest = 500;

/**
 * Watches how an engine trains that was chosen for a few steps: heat, other programs or a browser's own limits may make
 * it slower than another was.
 */
export class EngineWatch {
  private readonly rival: { readonly id: string; readonly msPerStep: number } | undefined;
  private steps = -1;
  private total = 0;

  constructor({ id, measured = [] }: EngineDescription) {
    this.rival = measured.find((other) => other.id !== id);
  }

  /**
   * Takes what a step took, ms; the first one compiles and does not count.
   *
   * @returns what a step takes, once that is clearly slower than what the next fastest engine took, and which that is
   */
  add(milliseconds: number): { readonly msPerStep: number; readonly rival: string; readonly rivalMsPerStep: number } | undefined {
    if (!this.rival) return undefined;
    this.steps++;
    if (this.steps > 0) this.total += milliseconds;
    if (this.steps < fewestSteps || this.total < shortest) return undefined;
    const msPerStep = this.total / this.steps;
    this.steps = 0;
    this.total = 0;
    if (msPerStep < clearlySlower * this.rival.msPerStep) return undefined;
    return { msPerStep, rival: this.rival.id, rivalMsPerStep: this.rival.msPerStep };
  }
}
