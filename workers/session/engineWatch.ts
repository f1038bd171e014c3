import type { EngineDescription } from '../../src/core/protocol.js';
import { grpoKnobNames, grpoKnobs, type KnobSpecification } from '../engines/grpoStep.js';
import { sizeKnobs } from './outOfMemory.js';

/** Knobs of the loss with which every token has one, whatever its advantage is: without them a step may be shorter. */
const lossKnobs = grpoKnobNames.filter((name) => (grpoKnobs[name] as KnobSpecification).ownLoss);
/** What decides how long a step takes, in the labs that have it: sequences share nothing with dropout. */
export const costKnobs: readonly string[] = [...sizeKnobs, ...lossKnobs, 'dropout'];

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
  private compiled = false;
  /** ms of each step that is judged next. */
  private steps: number[] = [];
  private total = 0;

  constructor({ id, measured = [] }: EngineDescription) {
    this.rival = measured.find((other) => other.id !== id);
  }

  /**
   * Takes what a step took, ms; the first one compiles and does not count. The median is judged: a machine that sleeps,
   * or is busy for a moment, makes some steps long.
   *
   * @returns what a step takes, once that is clearly slower than what the next fastest engine took, and which that is
   */
  add(milliseconds: number): { readonly msPerStep: number; readonly rival: string; readonly rivalMsPerStep: number } | undefined {
    const { rival, steps } = this;
    if (!rival) return undefined;
    if (!this.compiled) {
      this.compiled = true;
      return undefined;
    }
    steps.push(milliseconds);
    this.total += milliseconds;
    if (steps.length < fewestSteps || this.total < shortest) return undefined;
    this.steps = [];
    this.total = 0;
    const msPerStep = steps.sort((a, b) => a - b)[Math.floor((steps.length - 1) / 2)]!;
    if (msPerStep < clearlySlower * rival.msPerStep) return undefined;
    return { msPerStep, rival: rival.id, rivalMsPerStep: rival.msPerStep };
  }
}
