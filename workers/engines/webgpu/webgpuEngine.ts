import type { Engine } from '../engine.js';
import { UnsupportedError } from '../failure.js';
import { unfitPolicy } from './fits.js';
import { kernelsOf } from './kernels.js';
import { openDevice } from './webgpuDevice.js';
import { WebgpuPolicy } from './webgpuPolicy.js';

/**
 * The fused WebGPU kernels, which train policies. Throws where there is no device that answers; its policies and
 * learners throw an `UnsupportedError` where there are no kernels for them.
 */
export async function openWebgpuEngine(): Promise<Engine> {
  const { device, adapter, onFailure, giveUp } = await openDevice();
  return {
    id: 'webgpu',
    adapter,
    prewarm: async (shape) => {
      if (unfitPolicy(shape) === undefined) await kernelsOf(device, shape).ready;
    },
    createPolicy: (shape, start) => {
      const reason = unfitPolicy(shape);
      if (reason !== undefined) throw new UnsupportedError(`the model does not fit the GPU kernels (${reason})`);
      return new WebgpuPolicy(device, shape, start, { onSilent: giveUp });
    },
    createLearner: () => {
      throw new UnsupportedError('the GPU kernels train policies only');
    },
    onFailure,
  };
}
