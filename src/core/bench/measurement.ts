import type { Note } from '../protocol.js';
import type { BenchCase } from './cases.js';

/** What the dispatches of one kernel took by the GPU's own clock. */
export interface KernelTime {
  /** Its name, as in `bench.kernel.…`. */
  readonly kernel: string;
  readonly dispatches: number;
  readonly ms: number;
}

/** What an engine, or another library, took for a case. */
export interface Measurement {
  readonly benchCase: BenchCase;
  readonly engine: string;
  /** ms a step: the median over the rounds, and the fastest round. */
  readonly ms: number;
  readonly fastest: number;
  /** Response tokens sampled, or tokens trained on, a step. */
  readonly tokens: number;
  /** Floating point operations that a step's matrix products need; `workers/bench/work.ts` says how they are counted. */
  readonly flops: number;
  /** The mean, tokens, where responses were sampled. */
  readonly responseLength?: number;
  /** Shader dispatches a step, where there were any. */
  readonly dispatches?: number;
  /** ms a step not spent waiting for the GPU, where there is one. */
  readonly javascriptMs?: number;
  /** Of each kernel a step, where the GPU could time them. */
  readonly kernels?: readonly KernelTime[];
  /** Of the first supervised step: the same everywhere, or the engines do not train the same model. */
  readonly firstLoss?: number;
}

/** What the bench of a page is told. */
export interface BenchCommand {
  /** The folder of the page's files, ending in '/'. */
  readonly files: string;
  readonly quick: boolean;
}

export type BenchEvent =
  /** First: the GPU or software adapter, where there is one. */
  | { readonly type: 'machine'; readonly adapter: string | undefined }
  | { readonly type: 'progress'; readonly done: number; readonly cases: number; readonly engines: readonly string[] }
  | { readonly type: 'measured'; readonly measurements: readonly Measurement[] }
  | { readonly type: 'note'; readonly note: Note }
  /** GFLOP/s of a plain SIMD matrix product on one core. */
  | { readonly type: 'peak'; readonly gflops: number }
  | { readonly type: 'ended' }
  | { readonly type: 'failed'; readonly reason: string };
