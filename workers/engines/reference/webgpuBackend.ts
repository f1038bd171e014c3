import * as tf from '@tensorflow/tfjs-core';
import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { openDevice, type SharedDevice } from '../webgpu/webgpuDevice.js';

/** The device of the registered backend. */
let registered: GPUDevice | undefined;

/** Makes the shared device tfjs' backend `webgpu`. Throws where there is none that answers. */
export async function startWebgpuBackend(): Promise<SharedDevice> {
  const shared = await openDevice();
  if (registered !== shared.device) {
    tf.removeBackend('webgpu');
    tf.registerBackend('webgpu', () => new WebGPUBackend(shared.device, shared.info as GPUAdapterInfo));
    registered = shared.device;
  }
  if (!(await tf.setBackend('webgpu'))) throw new Error('the WebGPU backend could not start');
  await tf.ready();
  return shared;
}
