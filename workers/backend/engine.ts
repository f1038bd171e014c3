import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import '@tensorflow/tfjs-backend-cpu';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { Note } from '../../src/core/protocol.js';
import { openCpuEngine } from '../kernels/cpu/cpuEngine.js';
import type { TransformerShape } from '../model/layout.js';
import type { Policy, PolicySnapshot } from '../model/policy.js';
import { ReferencePolicy } from '../model/referencePolicy.js';
import { installWasmMatMul } from './quirks/wasmMatMul.js';

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
  createPolicy(shape: TransformerShape, start: Float32Array | PolicySnapshot): Policy;
  /** One plain product of `[m, k]` and `[k, n]` by the kernel of its steps, on one core: what they are measured against. */
  readonly multiply?: (m: number, k: number, n: number) => void;
  /** Called when the device is lost or reports an error; at most once. */
  onFailure(listener: (note: Note) => void): void;
}

/** Every engine that `openEngine` knows. */
export const engineIds = ['cpu', 'reference-webgpu', 'reference-wasm', 'reference-cpu'] as const;
export type EngineId = (typeof engineIds)[number];

/**
 * Starts an engine; throws a reason that people understand if it cannot. With tfjs the backend is global, so a process
 * has one engine at a time.
 */
export async function openEngine(id: EngineId, environment: Environment): Promise<Engine> {
  if (id === 'cpu') return openCpuEngine(environment);
  if (id === 'reference-webgpu') {
    webgpu ??= await startWebgpu();
    await tf.setBackend('webgpu');
    return webgpu;
  }
  if (id === 'reference-wasm') {
    startWasm(environment);
    if (!(await tf.setBackend('wasm'))) throw new Error('WebAssembly could not start');
  } else {
    await tf.setBackend('cpu');
  }
  await tf.ready();
  return { id, createPolicy: referencePolicies(true), onFailure: () => undefined };
}

function referencePolicies(synchronous: boolean): Engine['createPolicy'] {
  return (shape, start) => new ReferencePolicy(synchronous, shape, start);
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

/** The started GPU engine: later runs go on with its device until it fails. */
let webgpu: Engine | undefined;

/** Adapters and devices in use, so that none is collected while tfjs still needs it (tfjs issue 8571). */
const kept: object[] = [];

async function startWebgpu(): Promise<Engine> {
  const adapter = await findAdapter();
  if (!adapter) throw new Error('no WebGPU adapter');
  const device = await requestDevice(adapter);
  kept.push(adapter, device);
  tf.removeBackend('webgpu');
  tf.registerBackend('webgpu', () => new WebGPUBackend(device, adapter.info));
  if (!(await tf.setBackend('webgpu'))) throw new Error('the WebGPU backend could not start');
  await tf.ready();
  let listener: ((note: Note) => void) | undefined;
  const fail = (note: Note): void => {
    webgpu = undefined;
    listener?.(note);
    listener = undefined;
  };
  // A shader that does not compile gives wrong numbers silently: stop instead.
  device.addEventListener('uncapturederror', ({ error }) => fail({ id: 'note.failed', values: { reason: error.message } }));
  void device.lost.then((info) => fail({ id: 'note.deviceLost', values: { reason: info.message || info.reason } }));
  return {
    id: 'reference-webgpu',
    adapter: adapterName(adapter),
    createPolicy: referencePolicies(false),
    onFailure: (next) => (listener = next),
  };
}

/** A device with the limits that tfjs' own factory asks for. */
async function requestDevice(adapter: GPUAdapter): Promise<GPUDevice> {
  const { limits } = adapter;
  const features = (['timestamp-query'] as const).filter((feature) => adapter.features.has(feature));
  return adapter.requestDevice({
    requiredFeatures: features,
    requiredLimits: {
      maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
      maxComputeWorkgroupsPerDimension: limits.maxComputeWorkgroupsPerDimension,
      maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
      maxBufferSize: limits.maxBufferSize,
      maxComputeWorkgroupSizeX: limits.maxComputeWorkgroupSizeX,
      maxComputeInvocationsPerWorkgroup: limits.maxComputeInvocationsPerWorkgroup,
    },
  });
}

export async function findAdapter(): Promise<GPUAdapter | undefined> {
  try {
    const gpu = (globalThis.navigator as Navigator | undefined)?.gpu;
    return (await gpu?.requestAdapter({ powerPreference: 'high-performance' })) ?? undefined;
  } catch {
    return undefined;
  }
}

export function adapterName(adapter: GPUAdapter): string {
  const { vendor, architecture, device, description } = adapter.info;
  return description || device || [vendor, architecture].filter(Boolean).join(' ') || 'GPU';
}

export function isSoftware(adapter: GPUAdapter): boolean {
  const { vendor, architecture, description } = adapter.info;
  return /swiftshader|llvmpipe|lavapipe|basic render/i.test(`${vendor} ${architecture} ${description}`);
}
