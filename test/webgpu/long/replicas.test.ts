import { beforeAll, describe } from 'vitest';
import { ReferencePolicy } from '../../../workers/engines/reference/referencePolicy.js';
import { testReplicasTogether } from '../../kernels/replicas.js';
import { openWebgpu } from '../device.js';

beforeAll(openWebgpu);

describe('replicas that differ in every knob, on reference-webgpu', () => {
  // Its products round by their size. That it reads every knob is tested where it is faster: it is the same on the CPU.
  testReplicasTogether((shape, start) => new ReferencePolicy(false, shape, start), 2e-4);
});
