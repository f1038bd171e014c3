import { transformerLayout } from './layout.js';
import type { PolicySnapshot } from './policy.js';

/** The past parameters of a snapshot, the oldest first: each `[R, P]`. */
export function splitHistory({ history, shape, replicas }: PolicySnapshot): Float32Array[] {
  if (!history) return [];
  const { size } = transformerLayout(shape);
  const depth = history.length / (replicas * size);
  return Array.from({ length: depth }, (_, k) => {
    const parameters = new Float32Array(replicas * size);
    for (let r = 0; r < replicas; r++) parameters.set(history.subarray((r * depth + k) * size, (r * depth + k + 1) * size), r * size);
    return parameters;
  });
}

/** The same, `[R, k, P]`. */
export function joinHistory(past: readonly Float32Array[], replicas: number): Float32Array {
  const depth = past.length;
  const size = past[0]!.length / replicas;
  const history = new Float32Array(depth * replicas * size);
  past.forEach((parameters, k) => {
    for (let r = 0; r < replicas; r++) history.set(parameters.subarray(r * size, (r + 1) * size), (r * depth + k) * size);
  });
  return history;
}
