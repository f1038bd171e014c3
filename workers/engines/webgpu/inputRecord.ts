import type { Inputs } from './inputs.js';

type Word = 'f32' | 'u32';

/** A kind of record in the inputs, declared once for the kernels that read it and for the CPU that writes it. */
export interface InputRecord<Field extends string> {
  /** `struct <Name>`, and `fn read<Name>(first, i)`: record i of those that begin at word `first` of the inputs. */
  readonly wgsl: string;
  /** Adds records, one after the other; returns where the first one begins. */
  add(inputs: Inputs, records: readonly Readonly<Record<Field, number>>[]): number;
}

/** @param fields in the order of their words */
export function inputRecord<Field extends string>(
  name: string,
  fields: Readonly<Record<Field, Word>>,
): InputRecord<Field> {
  const entries = Object.entries(fields) as [Field, Word][];
  const read = (type: Word, i: number): string => (type === 'f32' ? `bitcast<f32>(inputs[at + ${i}u])` : `inputs[at + ${i}u]`);
  return {
    wgsl: /* wgsl */ `
struct ${name} {
  ${entries.map(([field, type]) => `${field}: ${type},`).join('\n  ')}
}
fn read${name}(first: u32, i: u32) -> ${name} {
  let at = first + i * ${entries.length}u;
  return ${name}(${entries.map(([, type], i) => read(type, i)).join(', ')});
}`,
    add(inputs, records) {
      const { offset, view: words } = inputs.addWords(entries.length * records.length);
      const floats = new Float32Array(words.buffer, words.byteOffset, words.length);
      records.forEach((record, r) => {
        entries.forEach(([field, type], i) => {
          (type === 'f32' ? floats : words)[r * entries.length + i] = record[field];
        });
      });
      return offset;
    },
  };
}
