import type { ParameterEntry } from '../parameters.js';
import { configReader, type ConfigOf } from '../typedConfig.js';

const engines = ['cpu-fma', 'cpu', 'reference-webgpu', 'reference-wasm', 'reference-cpu'] as const;

/**
 * How a run of any lab is repeated and on what it runs; the last of its parameters.
 *
 * @param kernels engines that this lab has beside those of all labs
 */
export function runParameters<const K extends readonly string[]>(...kernels: K) {
  return [
    { key: 'replicas', group: 'run', kind: 'number', live: false, min: 1, max: 16, default: 1, integer: true, scale: 'linear', step: 1, aliases: ['seeds'] },
    { key: 'seed', group: 'run', kind: 'number', live: false, min: 0, max: 1e6, default: 0, integer: true, scale: 'linear', step: 1 },
    { key: 'engine', group: 'run', kind: 'choice', live: false, options: ['auto', ...kernels, ...engines], default: 'auto' },
  ] as const satisfies readonly ParameterEntry[];
}

const runFields = [{ key: 'validationEvery', kind: 'number' }, ...runParameters('webgpu')] as const;

/** What is in the config of every lab. */
export type RunConfig = ConfigOf<typeof runFields>;
export const runConfig = configReader(runFields);
