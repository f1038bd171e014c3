import { cpuEngineIds, loadCpuKernels, type CpuEngineId } from '../workers/engines/cpu/load.js';
import { UnsupportedError } from '../workers/engines/failure.js';

const able = await Promise.all(
  cpuEngineIds.map(async (id): Promise<CpuEngineId[]> => {
    try {
      await loadCpuKernels(id);
      return [id];
    } catch (error) {
      if (id === 'cpu' || !(error instanceof UnsupportedError)) throw error;
      return [];
    }
  }),
);

/** The engines of the cpu kernels that this machine can run: the plain one, and the fused one where there is FMA. */
export const cpuEngines: readonly CpuEngineId[] = able.flat();
/** The one of them that a run takes by itself. */
export const cpuEngine = cpuEngines.at(-1)!;
