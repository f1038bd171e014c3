declare const perReplica: unique symbol;

/** One number for each replica of a population, R in all. Any list of numbers will do; the mark says what it is for. */
export interface PerReplica extends ReadonlyArray<number> {
  readonly [perReplica]?: never;
}

/** Numbers that lie replica by replica, `[R, …]`. */
type ReplicaRows = Int32Array | Float32Array;

/** What can be sliced: a list that is not `PerReplica` is a mistake, which the compiler reports. */
export type Sliceable<T> = T extends number | string | boolean | undefined | ReplicaRows
  ? T
  : T extends readonly unknown[]
    ? typeof perReplica extends keyof T ? T : never
    : { readonly [K in keyof T]: Sliceable<T[K]> };

/** Replicas [from, to) of a population of so many. */
export interface ReplicaRange {
  readonly from: number;
  readonly to: number;
  readonly replicas: number;
}

/**
 * What a part of the population is told where the whole is told `value`: of every list and array in it, however deep,
 * the part of these replicas; what is the same for all replicas stays. Throws where a list does not have R numbers, or
 * an array does not divide into R equal parts.
 */
export function sliceReplicas<T>(value: T & Sliceable<T>, range: ReplicaRange): T {
  return slice(value, range, '') as T;
}

function slice(value: unknown, range: ReplicaRange, path: string): unknown {
  const { from, to, replicas } = range;
  if (Array.isArray(value)) {
    if (value.length !== replicas) throw new Error(`${path}: ${value.length} numbers for ${replicas} replicas`);
    return value.slice(from, to);
  }
  if (value instanceof Int32Array || value instanceof Float32Array) {
    const each = value.length / replicas;
    if (!Number.isInteger(each)) throw new Error(`${path}: ${value.length} numbers do not divide into ${replicas} replicas`);
    return value.slice(from * each, to * each);
  }
  if (ArrayBuffer.isView(value)) throw new Error(`${path}: what is cut by replicas is an Int32Array or a Float32Array`);
  if (typeof value !== 'object' || value === null) return value;
  const inner = (name: string): string => (path === '' ? name : `${path}.${name}`);
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, slice(part, range, inner(name))]));
}
