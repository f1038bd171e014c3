import * as tf from '@tensorflow/tfjs-core';
import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { Failure } from '../../../src/core/protocol.js';

/** The GPU's device, which tfjs' backend and the kernels share. */
export interface SharedDevice {
  readonly device: GPUDevice;
  readonly adapter: string;
  /** Called when the device is lost or reports an error; at most once. */
  onFailure(listener: (failure: Failure) => void): void;
}

/** The opened device: later runs go on with it until it fails. */
let shared: SharedDevice | undefined;

/** Adapters and devices in use, so that none is collected while tfjs still needs it (tfjs issue 8571). */
const kept: object[] = [];

/** Opens the device and makes it tfjs' backend `webgpu`. Throws where there is no adapter. */
export async function openDevice(): Promise<SharedDevice> {
  shared ??= await startDevice();
  await tf.setBackend('webgpu');
  return shared;
}

async function startDevice(): Promise<SharedDevice> {
  const adapter = await findAdapter();
  if (!adapter) throw new Error('no WebGPU adapter');
  const device = await requestDevice(adapter);
  kept.push(adapter, device);
  tf.removeBackend('webgpu');
  tf.registerBackend('webgpu', () => new WebGPUBackend(device, adapter.info));
  if (!(await tf.setBackend('webgpu'))) throw new Error('the WebGPU backend could not start');
  await tf.ready();
  let listener: ((failure: Failure) => void) | undefined;
  const fail = (failure: Failure): void => {
    shared = undefined;
    listener?.(failure);
    listener = undefined;
  };
  // A shader that does not compile gives wrong numbers silently: stop instead.
  device.addEventListener('uncapturederror', ({ error }) => fail({ kind: 'fault', note: { id: 'note.failed', values: { reason: error.message } } }));
  void device.lost.then(({ message, reason }) => fail({ kind: 'lost', note: { id: 'note.deviceLost', values: { reason: message || reason } } }));
  return { device, adapter: adapterName(adapter), onFailure: (next) => (listener = next) };
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
