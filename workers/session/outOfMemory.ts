import type { Config } from '../../src/core/parameters.js';
import type { Note } from '../../src/core/protocol.js';
import type { EngineId } from '../engines/engine.js';
import { OutOfMemoryError } from '../engines/failure.js';
import { EngineFailure } from './engineFailure.js';

/** As browsers say it where an array or a WebAssembly memory is too large. */
const tooLarge = /out of memory|allocation failed|invalid (typed )?array (buffer )?length/i;
/** tfjs' own WebAssembly does not say so: it writes past what it has got. */
const tfjsWords = /out of memory|out of bounds|allocation failed|invalid typed array length|invalid array length/i;

/** Whether an error means that memory ran out, on an engine that may say it in words of its own. */
export function ranOutOfMemory(error: unknown, engine: EngineId | undefined): boolean {
  if (error instanceof EngineFailure && error.kind === 'memory') return true;
  // An error that came from another worker has kept its name, and not its class.
  const { name, message } = error instanceof Error ? error : { name: '', message: String(error) };
  if (name === new OutOfMemoryError().name) return true;
  if (name === 'RangeError' && tooLarge.test(message)) return true;
  return (engine?.startsWith('reference-') ?? false) && tfjsWords.test(message);
}

/** What decides how much memory a run needs, in the labs that have it. */
export const sizeKnobs: readonly string[] = [
  'replicas', 'rolloutN', 'promptsPerStep', 'queriesPerStep', 'batchSize', 'gradientAccumulation', 'poolSize',
];

/** What a browser may not give a tab. */
const much = 1e9;

/** A word before a run starts that needs much memory. */
export function memoryNotes(bytes: number, config: Config): Note[] {
  return bytes > much ? [{ id: 'note.memory', values: { gigabytes: (bytes / 1e9).toFixed(1), lower: sizesOf(config) } }] : [];
}

/** Says which knobs of a run to lower, by their keys. */
export function outOfMemoryNote(config: Config): Note {
  return { id: 'note.outOfMemory', values: { lower: sizesOf(config) } };
}

function sizesOf(config: Config): string {
  return sizeKnobs.filter((key) => key in config).join(' ');
}
