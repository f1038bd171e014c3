/** The engines that the kernels are built for: plain SIMD, and relaxed SIMD with fused multiply-add. */
export const cpuEngineIds = ['cpu', 'cpu-fma'] as const;
export type CpuEngineId = (typeof cpuEngineIds)[number];

const modules = new Map<CpuEngineId, Promise<WebAssembly.Module>>();

/** The compiled kernels of an engine; throws a reason that people understand where it cannot run. */
export function loadCpuKernels(engine: CpuEngineId): Promise<WebAssembly.Module> {
  const module = modules.get(engine) ?? (engine === 'cpu' ? compilePlain() : compileFused());
  modules.set(engine, module);
  module.catch(() => modules.delete(engine));
  return module;
}

async function compilePlain(): Promise<WebAssembly.Module> {
  const { default: bytes } = await import('virtual:cpu-kernels/cpu');
  return WebAssembly.compile(bytes);
}

/** Relaxed SIMD leaves it to the processor how often `a · b + c` is rounded: once, wherever these kernels are used. */
async function compileFused(): Promise<WebAssembly.Module> {
  const { default: bytes } = await import('virtual:cpu-kernels/cpu-fma');
  if (!WebAssembly.validate(bytes)) throw new Error('WebAssembly has no relaxed SIMD here');
  const module = await WebAssembly.compile(bytes);
  const { fusesMultiplyAdd } = new WebAssembly.Instance(module).exports as { fusesMultiplyAdd: () => number };
  if (!fusesMultiplyAdd()) throw new Error('the processor does not fuse multiplication and addition');
  return module;
}
