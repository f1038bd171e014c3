import type { KernelTime } from '../../src/core/bench/measurement.js';
import type { Problem } from './problem.js';

/** What trains a problem's steps: an engine, or another library. */
export interface Contestant {
  readonly id: string;
  readonly trains: readonly Problem['kind'][];
  /** Ready for its first step. Rejects with a reason that people understand. */
  prepare(problem: Problem): Promise<Steps>;
}

export interface Steps {
  /** Does so many steps, to the end of all that they compute. */
  run(count: number): Promise<Turn>;
  /** Does so many further steps, and tells what each kernel took in them; nothing where the GPU cannot time them. */
  profile?(count: number): Promise<readonly KernelTime[]>;
  dispose(): void;
}

/** What some steps took, all of them together. */
export interface Turn {
  readonly ms: number;
  /** Tokens of each response that was sampled. */
  readonly lengths: readonly number[];
  /** Of the first of these steps, where it was a supervised one. */
  readonly loss?: number;
  /** On a GPU: shader dispatches, and ms not spent waiting for it. */
  readonly gpu?: { readonly dispatches: number; readonly javascriptMs: number };
}
