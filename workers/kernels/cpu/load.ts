import bytes from 'virtual:cpu-kernels';

let module: Promise<WebAssembly.Module> | undefined;

/** The compiled kernels; throws where WebAssembly SIMD is missing. */
export function loadCpuKernels(): Promise<WebAssembly.Module> {
  module ??= WebAssembly.compile(bytes);
  return module;
}
