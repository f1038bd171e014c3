import { describe, expect, it } from 'vitest';
import type { Compute, Inputs, Outputs } from './compute.js';
import { functions } from './functions.js';

/** Values of one function from PyTorch: `|a − b| ≤ tolerance · (1 + |b|)`. */
export interface GoldenFile {
  readonly function: string;
  readonly source: string;
  readonly cases: readonly { readonly inputs: Inputs; readonly expected: Outputs; readonly tolerance: number }[];
}

/** Holds every case to an implementation's function of that name: alone, and as the middle one of three replicas. */
export function checkGolden(files: readonly GoldenFile[], implementation: Readonly<Record<string, Compute>> = functions): void {
  describe.each(files.map((file) => [file.function, file] as const))('%s', (name, file) => {
    const compute = implementation[name]!;
    it.each(file.cases.map((golden, i) => [i + 1, golden] as const))('case %i alone', async (_, golden) => {
      expect(differences((await compute([golden.inputs]))[0]!, golden.expected, golden.tolerance)).toEqual([]);
    });
    it.each(file.cases.map((golden, i) => [i + 1, golden] as const))('case %i among three replicas', async (_, golden) => {
      const { inputs } = golden;
      const outputs = await compute([otherData(inputs, 1.3), inputs, otherData(inputs, 0.6)]);
      expect(differences(outputs[1]!, golden.expected, golden.tolerance)).toEqual([]);
    });
  });
}

/** Where values differ by more than the tolerance, in words. */
function differences(actual: unknown, expected: unknown, tolerance: number, path = ''): string[] {
  if (Array.isArray(expected)) {
    const values = actual as ArrayLike<unknown>;
    if (values.length !== expected.length) return [`${path} has ${values.length} elements, not ${expected.length}`];
    return expected.flatMap((value, i) => differences(values[i], value, tolerance, `${path}[${i}]`));
  }
  if (typeof expected === 'number') {
    const difference = Math.abs((actual as number) - expected);
    return difference <= tolerance * (1 + Math.abs(expected)) ? [] : [`${path} is ${String(actual)}, not ${expected}`];
  }
  return Object.entries(expected as object).flatMap(([key, value]) =>
    differences((actual as Record<string, unknown>)[key], value, tolerance, path ? `${path}.${key}` : key),
  );
}

/** Inputs of the same shapes with other numbers: real ones scaled, integer ones (tokens, labels, lengths) in reverse. */
function otherData(inputs: Inputs, factor: number): Inputs {
  const change = (value: unknown): unknown => {
    if (!Array.isArray(value)) return value;
    if (Array.isArray(value[0])) return value.map(change);
    const integers = value.every((x) => Number.isInteger(x));
    return integers ? value.toReversed() : value.map((x: number) => x * factor);
  };
  return Object.fromEntries(Object.entries(inputs).map(([key, value]) => [key, change(value)]));
}
