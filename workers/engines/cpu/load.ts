import { codeFile } from '../codeFile.js';
import { UnsupportedError } from '../failure.js';

/** The engines that the kernels are built for: plain SIMD, and relaxed SIMD with fused multiply-add. */
export const cpuEngineIds = ['cpu', 'cpu-fma'] as const;
export type CpuEngineId = (typeof cpuEngineIds)[number];

/** ms in which a build has to arrive, some 20 KB. */
const arrivalDeadline = 10_000;

const builds = {
  'cpu': codeFile(arrivalDeadline, 'the file of the kernels', () => import('virtual:cpu-kernels/cpu')),
  'cpu-fma': codeFile(arrivalDeadline, 'the file of the kernels', () => import('virtual:cpu-kernels/cpu-fma')),
} as const;

const modules = new Map<CpuEngineId, Promise<WebAssembly.Module>>();

/** The compiled kernels of an engine; throws a reason that people understand where it cannot run. */
export function loadCpuKernels(engine: CpuEngineId): Promise<WebAssembly.Module> {
  const module = modules.get(engine) ?? compile(engine);
  modules.set(engine, module);
  module.catch(() => modules.delete(engine));
  return module;
}

async function compile(engine: CpuEngineId): Promise<WebAssembly.Module> {
  const { default: bytes } = await builds[engine]();
  if (!WebAssembly.validate(bytes)) {
    throw new UnsupportedError(`WebAssembly has no ${engine === 'cpu' ? '' : 'relaxed '}SIMD here`);
  }
  const module = await WebAssembly.compile(bytes);
  if (engine === 'cpu-fma' && !fusesMultiplyAdd(module)) {
    throw new UnsupportedError('the processor does not fuse multiplication and addition');
  }
  return module;
}

/** Relaxed SIMD leaves it to the processor how often `a · b + c` is rounded: once, wherever `cpu-fma` runs. */
function fusesMultiplyAdd(module: WebAssembly.Module): boolean {
  const { exports } = new WebAssembly.Instance(module) as unknown as { exports: { fusesMultiplyAdd: () => number } };
  return exports.fusesMultiplyAdd() === 1;
}
