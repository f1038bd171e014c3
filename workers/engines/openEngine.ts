import { codeFile } from './codeFile.js';
import { openCpuEngine } from './cpu/cpuEngine.js';
import type { Engine, EngineId, Environment } from './engine.js';

/** ms in which an engine's code has to arrive: that of tfjs is some 110 KB, gzip. */
const arrivalDeadline = 20_000;

const webgpuFile = codeFile(arrivalDeadline, 'the file of the GPU kernels', () => import('./webgpu/webgpuEngine.js'));
const referenceFile = codeFile(arrivalDeadline, 'the file of TensorFlow.js', () => import('./reference/referenceEngine.js'));

/**
 * Starts an engine; throws a reason that people understand if it cannot. What only one kind of engine needs is loaded
 * with it: a run on the cpu kernels fetches neither tfjs nor shaders. With tfjs the backend is global, so a process has
 * one reference engine at a time.
 */
export async function openEngine(id: EngineId, environment: Environment): Promise<Engine> {
  switch (id) {
    case 'cpu':
    case 'cpu-fma':
      return openCpuEngine(id, environment);
    case 'webgpu':
      return (await webgpuFile()).openWebgpuEngine();
    default:
      return (await referenceFile()).openReferenceEngine(id, environment);
  }
}
