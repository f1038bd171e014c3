import { openCpuEngine } from './cpu/cpuEngine.js';
import type { Engine, EngineId, Environment } from './engine.js';

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
      return (await import('./webgpu/webgpuEngine.js')).openWebgpuEngine();
    default:
      return (await import('./reference/referenceEngine.js')).openReferenceEngine(id, environment);
  }
}
