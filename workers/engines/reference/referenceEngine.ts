import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import '@tensorflow/tfjs-backend-cpu';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { within } from '../../../src/core/within.js';
import { codeFile } from '../codeFile.js';
import type { Engine, EngineId, Environment } from '../engine.js';
import { installWasmMatMul } from './quirks/wasmMatMul.js';
import { readFromGpu, readTensor, type Read } from './read.js';
import { ReferenceLearner } from './referenceLearner.js';
import { ReferencePolicy } from './referencePolicy.js';

export type ReferenceEngineId = Extract<EngineId, `reference-${string}`>;

/** ms in which what a backend needs beside tfjs itself has to arrive: some 140 KB, gzip. */
const arrivalDeadline = 20_000;

const webgpuFile = codeFile(arrivalDeadline, 'the file of TensorFlow.js’ WebGPU backend', () => import('./webgpuBackend.js'));

/** Plain tfjs operations on one of its backends, which becomes the process' own. Throws a reason where it cannot start. */
export async function openReferenceEngine(id: ReferenceEngineId, environment: Environment): Promise<Engine> {
  if (id === 'reference-webgpu') {
    const { startWebgpuBackend } = await webgpuFile();
    const { adapter, onFailure, giveUp } = await startWebgpuBackend();
    return { id, adapter, onFailure, ...modelsRead(readFromGpu(giveUp), false) };
  }
  if (id === 'reference-wasm') await startWasm(environment);
  else await tf.setBackend('cpu');
  await tf.ready();
  return { id, onFailure: () => undefined, ...modelsRead(readTensor, true) };
}

/** @param synchronous whether reading costs nothing */
function modelsRead(read: Read, synchronous: boolean): Pick<Engine, 'createPolicy' | 'createLearner'> {
  return {
    createPolicy: (shape, start) => new ReferencePolicy(synchronous, shape, start, read),
    createLearner: (layout, start) => new ReferenceLearner(layout, start, read),
  };
}

async function startWasm(environment: Environment): Promise<void> {
  prepareWasm(environment);
  try {
    const started = await within(arrivalDeadline, 'the file of TensorFlow.js’ WebAssembly backend', tf.setBackend('wasm'));
    if (!started) throw new Error('WebAssembly could not start');
  } catch (error) {
    // A backend that starts after all would take the place of the one that tfjs has by then, unless it is removed.
    const factory = tf.findBackendFactory('wasm');
    tf.removeBackend('wasm');
    tf.registerBackend('wasm', factory);
    throw error;
  }
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
