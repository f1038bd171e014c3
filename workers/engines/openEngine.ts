import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import '@tensorflow/tfjs-backend-cpu';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { openCpuEngine } from './cpu/cpuEngine.js';
import type { Engine, EngineId, Environment } from './engine.js';
import { installWasmMatMul } from './reference/quirks/wasmMatMul.js';
import { ReferenceLearner } from './reference/referenceLearner.js';
import { ReferencePolicy } from './reference/referencePolicy.js';
import { unfitPolicy } from './webgpu/fits.js';
import { kernelsOf } from './webgpu/kernels.js';
import { WebgpuPolicy } from './webgpu/webgpuPolicy.js';
import { openDevice } from './webgpu/webgpuDevice.js';

/**
 * Starts an engine; throws a reason that people understand if it cannot. With tfjs the backend is global, so a process
 * has one engine at a time.
 */
export async function openEngine(id: EngineId, environment: Environment): Promise<Engine> {
  if (id === 'cpu' || id === 'cpu-fma') return openCpuEngine(id, environment);
  if (id === 'webgpu' || id === 'reference-webgpu') {
    const { device, adapter, onFailure } = await openDevice();
    const policies = id === 'webgpu' ? fusedPolicies(device) : { createPolicy: referencePolicies(false) };
    return { id, adapter, ...policies, createLearner: referenceLearner, onFailure };
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
function fusedPolicies(device: GPUDevice): Pick<Engine, 'createPolicy' | 'prewarm'> {
  return {
    prewarm: async (shape) => {
      if (unfitPolicy(shape) === undefined) await kernelsOf(device, shape).ready;
    },
    createPolicy: (shape, start, note) => {
      const reason = unfitPolicy(shape);
      if (reason === undefined) return new WebgpuPolicy(device, shape, start);
      note?.({ id: 'note.kernelsUnfit', values: { reason } });
      return referencePolicies(false)(shape, start);
    },
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
