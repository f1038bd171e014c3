import type { EngineId } from '../engines/engine.js';

/**
 * What a learner's step takes that keeps so many numbers: the kernels grow their memory by half of it at a time, tfjs holds
 * what an operation reads beside what it writes. Both are measured peaks of the process, about.
 */
export function learnerBytes(numbers: number, engine: EngineId): number {
  return 4 * numbers * (engine.startsWith('reference-') ? 1.8 : 1);
}
