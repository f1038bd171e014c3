import type { Note } from '../../src/core/protocol.js';
import type { Engine, Environment } from '../engines/engine.js';
import type { PerReplica } from '../engines/perReplica.js';
import { readSafetensors } from '../model/safetensors.js';

/** Name of the one tensor in a warm-start file: `[bases, P]`. */
export const warmStartTensor = 'parameters';

export const warmStartPath = (name: string): string => `warm-start/${name}.safetensors`;

/** The base of each seed, (seed mod number shipped), from a warm-start file: `[seeds, P]`. Throws what is wrong with it. */
export function readWarmStart(file: ArrayBuffer, size: number, seeds: PerReplica): Float32Array {
  const { shape: stored, values } = readSafetensors(file, warmStartTensor);
  const bases = stored[0]!;
  if (stored.length !== 2 || stored[1] !== size || bases === 0) {
    throw new Error(`'${warmStartTensor}' is [${stored.join(', ')}], not [bases, ${size}]`);
  }
  const chosen = new Float32Array(seeds.length * size);
  seeds.forEach((seed, replica) => {
    const base = seed % bases;
    chosen.set(values.subarray(base * size, (base + 1) * size), replica * size);
  });
  return chosen;
}

/** The shipped base of each seed, `[seeds, P]`; where its file cannot be used, nothing and a note that says why. */
export async function loadWarmStart(
  name: string,
  size: number,
  seeds: PerReplica,
  { environment, note }: { readonly environment: Environment; readonly note: (note: Note) => void },
): Promise<Float32Array | undefined> {
  const file = warmStartPath(name);
  const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
  let content: ArrayBuffer;
  try {
    content = await environment.readFile(file);
  } catch (error) {
    note({ id: 'note.weightsMissing', values: { file, reason: reasonOf(error) } });
    return undefined;
  }
  try {
    return readWarmStart(content, size, seeds);
  } catch (error) {
    note({ id: 'note.weightsDamaged', values: { file, reason: reasonOf(error) } });
    return undefined;
  }
}

export interface WarmStartProgress {
  readonly step: number;
  readonly steps: number;
  readonly loss: number;
}

/** How `npm run warm-start` remakes a shipped file. */
export interface WarmStartRecipe {
  /** The file's name without its ending. */
  readonly name: string;
  /** How many are shipped, from seeds 0, 1, … */
  readonly bases: number;
  /** Kept in the file. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Whether it can be trained with dropout and label smoothing. */
  readonly regularised: boolean;
  /** Trains the base of one seed: `[P]`. */
  readonly train: (engine: Engine, seed: number, options: WarmStartTraining) => Promise<Float32Array>;
}

export interface WarmStartTraining {
  readonly dropout: number;
  readonly labelSmoothing: number;
  readonly onProgress: (progress: WarmStartProgress) => Promise<void>;
}
