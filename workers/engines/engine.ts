import type { Failure, Note } from '../../src/core/protocol.js';
import type { ParameterLayout, TransformerShape } from './layout.js';
import type { Learner, LearnerSnapshot } from './learner.js';
import type { Policy, PolicySnapshot } from './policy.js';

/** Every engine that `openEngine` knows. */
export const engineIds = ['webgpu', 'cpu-fma', 'cpu', 'reference-webgpu', 'reference-wasm', 'reference-cpu'] as const;
export type EngineId = (typeof engineIds)[number];
/** The engines with a learner of their own: on `webgpu` there are kernels for policies only. */
export const learnerEngines: readonly EngineId[] = engineIds.filter((id) => id !== 'webgpu');

/** What differs between a worker in a page and Node. */
export interface Environment {
  /** The folder of tfjs' wasm files, ending in '/', or each file's address. */
  readonly wasmFiles: string | Readonly<Record<string, string>>;
  /** Reads a shipped file; throws with a reason that people understand. */
  readonly readFile: (name: string) => Promise<ArrayBuffer>;
  /** Processor cores. */
  readonly cores: number;
  /** Starts a worker for a part of a population (`policy.worker.ts`), where workers can be had. */
  readonly spawnPolicyWorker?: () => Worker;
}

/** An implementation of the training step on a backend. */
export interface Engine {
  readonly id: EngineId;
  /** The GPU or software adapter, where there is one. */
  readonly adapter?: string;
  /**
   * Compiles what policies of this shape need, where that takes a while: in the background, from now on. Rejects where
   * something does not compile. A policy waits for it by itself.
   */
  prewarm?(shape: TransformerShape): Promise<void>;
  /** A population's policies on this engine, from parameters `[R, P]` or a snapshot. */
  createPolicy(shape: TransformerShape, start: Float32Array | PolicySnapshot, note?: (note: Note) => void): Policy;
  /** A population's models of any other kind on this engine, trained by whatever loss their lab has. */
  createLearner(layout: ParameterLayout, start: LearnerSnapshot): Learner;
  /** One plain product of `[m, k]` and `[k, n]` by the kernel of its steps, on one core: what they are measured against. */
  readonly multiply?: (m: number, k: number, n: number) => void;
  /** Called when the device is lost or reports an error; at most once. */
  onFailure(listener: (failure: Failure) => void): void;
}

/** A few steps of a run's actual shape on an engine. */
export interface Rehearsal {
  /** Runs with the same key cost the same. */
  readonly key: string;
  /** One step. */
  train(): Promise<void>;
  dispose(): void;
}
