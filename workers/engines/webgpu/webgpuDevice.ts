import type { Failure } from '../../../src/core/protocol.js';
import { within } from '../../../src/core/within.js';

/** The GPU's device, which the kernels and tfjs' backend share. */
export interface SharedDevice {
  readonly device: GPUDevice;
  readonly adapter: string;
  readonly info: Partial<GPUAdapterInfo>;
  /** Called when the device is lost or reports an error, which ends it; at most once. */
  onFailure(listener: (failure: Failure) => void): void;
  /** Counts it as lost, since it no longer answers: the next run opens another. */
  readonly giveUp: (reason: string) => void;
}

/** What answers where a GPU is asked for. A software adapter only emulates one. */
export type GpuAnswer =
  | { readonly kind: 'none' }
  | { readonly kind: 'software'; readonly adapter: string }
  | { readonly kind: 'hardware'; readonly adapter: string };

/** ms in which an adapter, a device and its first mapped buffer each have to be there. */
const answerDeadline = 3000;
const mapRead = 1; // GPUMapMode.READ; the name does not exist in every environment
const bufferUsage = 0x1 | 0x8; // MAP_READ | COPY_DST

/** The opened device: later runs go on with it until it fails. */
let shared: Promise<SharedDevice> | undefined;

/** Adapters and devices in use, so that none is collected while tfjs still needs it (tfjs issue 8571). */
const kept = new Set<readonly [GPUAdapter, GPUDevice]>();

/** Opens the device, once. Throws where there is none, or none that answers in time. */
export function openDevice(): Promise<SharedDevice> {
  if (!shared) {
    const started = startDevice(() => {
      if (shared === started) shared = undefined;
    });
    shared = started;
    started.catch(() => {
      if (shared === started) shared = undefined;
    });
  }
  return shared;
}

async function startDevice(onEnd: () => void): Promise<SharedDevice> {
  const adapter = await findAdapter();
  if (!adapter) throw new Error('no WebGPU adapter');
  const device = await within(answerDeadline, 'the GPU device', requestDevice(adapter), (late) => late.destroy());
  try {
    await within(answerDeadline, 'the GPU', mapOnce(device));
  } catch (error) {
    device.destroy();
    throw error;
  }
  const used = [adapter, device] as const;
  kept.add(used);
  let listener: ((failure: Failure) => void) | undefined;
  const fail = (failure: Failure): void => {
    onEnd();
    listener?.(failure);
    listener = undefined;
    kept.delete(used);
    device.destroy();
  };
  device.addEventListener('uncapturederror', ({ error }) => fail(failureOf(error)));
  const giveUp = (reason: string): void => fail({ kind: 'lost', note: { id: 'note.deviceLost', values: { reason } } });
  void device.lost.then(({ message, reason }) => giveUp(message || reason));
  return { device, adapter: adapterName(adapter), info: infoOf(adapter), onFailure: (next) => (listener = next), giveUp };
}

/** Any error stops what trains: a shader that does not compile, or a buffer that is not there, gives wrong numbers silently. */
function failureOf(error: GPUError): Failure {
  const reason = error.message;
  // Replicas need memory in every lab; a session knows what else of its config does.
  if (error instanceof GPUOutOfMemoryError) return { kind: 'memory', note: { id: 'note.outOfMemory', values: { reason, lower: 'replicas' } } };
  return { kind: 'fault', note: { id: 'note.failed', values: { reason } } };
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

/** The way that every step's results take, once: a device that never gives them is found out before it is waited for. */
async function mapOnce(device: GPUDevice): Promise<void> {
  const buffer = device.createBuffer({ size: 4, usage: bufferUsage });
  await buffer.mapAsync(mapRead);
  buffer.destroy();
}

/** Throws where the browser does not answer in time. */
export async function findAdapter(): Promise<GPUAdapter | undefined> {
  const gpu = (globalThis.navigator as Navigator | undefined)?.gpu;
  if (!gpu) return undefined;
  const adapter = (async () => gpu.requestAdapter({ powerPreference: 'high-performance' }))().catch(() => null);
  return (await within(answerDeadline, 'the GPU adapter', adapter)) ?? undefined;
}

/** Whether there is a GPU. Throws where the browser does not answer in time. */
export async function askForGpu(): Promise<GpuAnswer> {
  const adapter = await findAdapter();
  if (!adapter) return { kind: 'none' };
  return { kind: isSoftware(adapter) ? 'software' : 'hardware', adapter: adapterName(adapter) };
}

/** Chromium 113 to 120 have no `info` of an adapter. */
function infoOf(adapter: GPUAdapter): Partial<GPUAdapterInfo> {
  return (adapter.info as GPUAdapterInfo | undefined) ?? {};
}

export function adapterName(adapter: GPUAdapter): string {
  const { vendor, architecture, device, description } = infoOf(adapter);
  return description || device || [vendor, architecture].filter(Boolean).join(' ') || 'GPU';
}

/** By what the browser says (older ones of the adapter itself, newer ones of its info), or by its name. */
export function isSoftware(adapter: GPUAdapter): boolean {
  const { vendor, architecture, device, description, isFallbackAdapter } = infoOf(adapter);
  const fallback = isFallbackAdapter || (adapter as { readonly isFallbackAdapter?: boolean }).isFallbackAdapter;
  return fallback || /swiftshader|llvmpipe|lavapipe|softpipe|basic render/i.test([vendor, architecture, device, description].join(' '));
}
