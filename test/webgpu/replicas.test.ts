import { beforeAll, describe } from 'vitest';
import { WebgpuPolicy } from '../../workers/engines/webgpu/webgpuPolicy.js';
import { testOwnKnobs, testReplicasTogether } from '../kernels/replicas.js';
import { device, openWebgpu } from './device.js';

beforeAll(openWebgpu);

describe('replicas that differ in every knob, on webgpu', () => {
  testReplicasTogether((shape, start) => new WebgpuPolicy(device, shape, start), 0);
  testOwnKnobs((shape, start) => new WebgpuPolicy(device, shape, start));
});
