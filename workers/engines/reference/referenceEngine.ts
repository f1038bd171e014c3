import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import '@tensorflow/tfjs-backend-cpu';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import type { Engine, EngineId, Environment } from '../engine.js';
import { installWasmMatMul } from './quirks/wasmMatMul.js';
import { ReferenceLearner } from './referenceLearner.js';
import { ReferencePolicy } from './referencePolicy.js';

export type ReferenceEngineId = Extract<EngineId, `reference-${string}`>;

/** Plain tfjs operations on one of its backends, which becomes the process' own. Throws a reason where it cannot start. */
export async function openReferenceEngine(id: ReferenceEngineId, environment: Environment): Promise<Engine> {
  const createLearner: Engine['createLearner'] = (layout, start) => new ReferenceLearner(layout, start);
  const createPolicy: Engine['createPolicy'] = (shape, start) => new ReferencePolicy(id !== 'reference-webgpu', shape, start);
  if (id === 'reference-webgpu') {
    const { startWebgpuBackend } = await import('./webgpuBackend.js');
    const { adapter, onFailure } = await startWebgpuBackend();
    return { id, adapter, createPolicy, createLearner, onFailure };
  }
  if (id === 'reference-wasm') {
    prepareWasm(environment);
    if (!(await tf.setBackend('wasm'))) throw new Error('WebAssembly could not start');
  } else {
    await tf.setBackend('cpu');
  }
  await tf.ready();
  return { id, createPolicy, createLearner, onFailure: () => undefined };
}

let wasmPrepared = false;

function prepareWasm(environment: Environment): void {
  if (wasmPrepared) return;
  wasmPrepared = true;
  // The threaded build needs cross-origin isolation and breaks under minification; it was no faster.
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  setWasmPaths(environment.wasmFiles);
  installWasmMatMul();
}
