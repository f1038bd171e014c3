import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import '@tensorflow/tfjs-backend-cpu';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import type { Note } from '../../src/core/protocol.js';
import { openCpuEngine } from '../kernels/cpu/cpuEngine.js';
import { unfitPolicy } from '../kernels/webgpu/fits.js';
import { WebgpuPolicy } from '../kernels/webgpu/webgpuPolicy.js';
import type { ParameterLayout, TransformerShape } from '../model/layout.js';
import type { Learner, LearnerSnapshot } from '../model/learner.js';
import type { Policy, PolicySnapshot } from '../model/policy.js';
import { ReferenceLearner } from '../model/referenceLearner.js';
import { ReferencePolicy } from '../model/referencePolicy.js';
import { installWasmMatMul } from './quirks/wasmMatMul.js';
import { openDevice } from './webgpuDevice.js';

/** What differs between a worker in a page and Node. */
export interface Environment {
  /** The folder of tfjs' wasm files, ending in '/', or each file's address. */
  readonly wasmFiles: Parameters<typeof setWasmPaths>[0];
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
  /** A population's policies on this engine, from parameters `[R, P]` or a snapshot. */
  createPolicy(shape: TransformerShape, start: Float32Array | PolicySnapshot, note?: (note: Note) => void): Policy;
  /** A population's models of any other kind on this engine, trained by whatever loss their lab has. */
  createLearner(layout: ParameterLayout, start: LearnerSnapshot): Learner;
  /** One plain product of `[m, k]` and `[k, n]` by the kernel of its steps, on one core: what they are measured against. */
  readonly multiply?: (m: number, k: number, n: number) => void;
  /** Called when the device is lost or reports an error; at most once. */
  onFailure(listener: (note: Note) => void): void;
}

/** Every engine that `openEngine` knows. */
export const engineIds = ['webgpu', 'cpu-fma', 'cpu', 'reference-webgpu', 'reference-wasm', 'reference-cpu'] as const;
export type EngineId = (typeof engineIds)[number];
/** Those with a learner of their own: on `webgpu` there are kernels for policies only. */
export const learnerEngines: readonly EngineId[] = engineIds.filter((id) => id !== 'webgpu');

/**
 * Starts an engine; throws a reason that people understand if it cannot. With tfjs the backend is global, so a process
 * has one engine at a time.
 */
export async function openEngine(id: EngineId, environment: Environment): Promise<Engine> {
  if (id === 'cpu' || id === 'cpu-fma') return openCpuEngine(id, environment);
  if (id === 'webgpu' || id === 'reference-webgpu') {
    const { device, adapter, onFailure } = await openDevice();
    const createPolicy = id === 'webgpu' ? fusedPolicies(device) : referencePolicies(false);
    return { id, adapter, createPolicy, createLearner: referenceLearner, onFailure };
  }
  if (id === 'reference-wasm') {
    startWasm(environment);
    if (!(await tf.setBackend('wasm'))) throw new Error('WebAssembly could not start');
  } else {
    await tf.setBackend('cpu');
  }
  await tf.ready();
  return { id, createPolicy: referencePolicies(true), createLearner: referenceLearner, onFailure: () => undefined };
}

const referenceLearner: Engine['createLearner'] = (layout, start) => new ReferenceLearner(layout, start);

function referencePolicies(synchronous: boolean): Engine['createPolicy'] {
  return (shape, start) => new ReferencePolicy(synchronous, shape, start);
}

/** The WebGPU kernels, for models that fit them. */
function fusedPolicies(device: GPUDevice): Engine['createPolicy'] {
  return (shape, start, note) => {
    const reason = unfitPolicy(shape);
    if (reason === undefined) return new WebgpuPolicy(device, shape, start);
    note?.({ id: 'note.kernelsUnfit', values: { reason } });
    return referencePolicies(false)(shape, start);
  };
}

let wasmPrepared = false;

function startWasm(environment: Environment): void {
  if (wasmPrepared) return;
  wasmPrepared = true;
  // The threaded build needs cross-origin isolation and breaks under minification; it was no faster.
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  setWasmPaths(environment.wasmFiles);
  installWasmMatMul();
}
