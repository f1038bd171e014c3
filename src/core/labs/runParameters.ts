import type { Parameter } from '../parameters.js';

/**
 * How a run of any lab is repeated and on what it runs; the last of its parameters.
 *
 * @param kernels engines that this lab has beside those of all labs
 */
export function runParameters(...kernels: readonly string[]): readonly Parameter[] {
  const engines = ['auto', ...kernels, 'cpu-fma', 'cpu', 'reference-webgpu', 'reference-wasm', 'reference-cpu'];
  return [
    { key: 'replicas', group: 'run', kind: 'number', live: false, min: 1, max: 16, default: 1, integer: true, scale: 'linear', step: 1 },
    { key: 'seed', group: 'run', kind: 'number', live: false, min: 0, max: 1e6, default: 0, integer: true, scale: 'linear', step: 1 },
    { key: 'engine', group: 'run', kind: 'choice', live: false, options: engines, default: 'auto' },
  ];
}
