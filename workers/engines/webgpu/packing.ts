import type { TransformerShape } from '../layout.js';

/** How many neighbouring floats a kernel handles at once, as one value of the WGSL type `Pack`. */
export interface Packing {
  readonly count: 4 | 1;
  /** What a buffer of floats is an array of. */
  readonly type: 'vec4f' | 'f32';
}

/**
 * Four where they divide a head's width: then every record, head, layer and replica begins at a multiple of four. A
 * vector in memory is written by one invocation at a time: WGSL lets a write to one of its numbers touch all four.
 */
export function packingOf({ width, heads }: Pick<TransformerShape, 'width' | 'heads'>): Packing {
  return (width / heads) % 4 === 0 ? { count: 4, type: 'vec4f' } : { count: 1, type: 'f32' };
}

/** The type `Pack` with `total`, the sum of its numbers, and `inner`, the inner product of two. */
export function packFunctions({ count, type }: Packing): string {
  return /* wgsl */ `
alias Pack = ${type};
fn total(x: Pack) -> f32 { return ${count === 4 ? 'x.x + x.y + x.z + x.w' : 'x'}; }
fn inner(x: Pack, y: Pack) -> f32 { return ${count === 4 ? 'dot(x, y)' : 'x * y'}; }`;
}

/**
 * Functions that take the floats of a buffer by their index, one (`activationsAt`, `setActivations`, where its vector is
 * nobody else's) or a `Pack` from a multiple of its count on (`activationsPack`, `setActivationsPack`).
 */
export function accessors(buffer: string, { count }: Packing, access: 'read' | 'read_write'): string {
  const one = count === 4 ? `${buffer}[i >> 2u][i & 3u]` : `${buffer}[i]`;
  const pack = count === 4 ? `${buffer}[i >> 2u]` : `${buffer}[i]`;
  const set = `set${buffer[0]!.toUpperCase()}${buffer.slice(1)}`;
  const reads = `
fn ${buffer}At(i: u32) -> f32 { return ${one}; }
fn ${buffer}Pack(i: u32) -> Pack { return ${pack}; }`;
  if (access === 'read') return reads;
  return `${reads}
fn ${set}(i: u32, value: f32) { ${one} = value; }
fn ${set}Pack(i: u32, value: Pack) { ${pack} = value; }`;
}

/** The same for an array of single floats, which invocations may write next to each other. */
export function looseAccessors(array: string, { count }: Packing): string {
  const each = Array.from({ length: count }, (_, j) => `${array}[i + ${j}u]`);
  const set = `set${array[0]!.toUpperCase()}${array.slice(1)}`;
  const writes = each.map((element, j) => `${element} = ${count === 4 ? `value[${j}]` : 'value'};`).join(' ');
  return `
fn ${array}At(i: u32) -> f32 { return ${array}[i]; }
fn ${array}Pack(i: u32) -> Pack { return Pack(${each.join(', ')}); }
fn ${set}(i: u32, value: f32) { ${array}[i] = value; }
fn ${set}Pack(i: u32, value: Pack) { ${writes} }`;
}
