import type { Config } from '../../src/core/parameters.js';
import type { Note } from '../../src/core/protocol.js';

/** As kernels, tfjs and browsers say it. */
const words = /out of memory|out of bounds|allocation failed|invalid typed array length|invalid array length/i;

export function ranOutOfMemory(reason: unknown): boolean {
  return words.test(String(reason));
}

/** What decides how much memory a run needs, in the labs that have it. */
const sizes = ['replicas', 'rolloutN', 'promptsPerStep', 'batchSize', 'poolSize'];

/** Says which knobs of a run to lower, by their keys. */
export function outOfMemoryNote(config: Config): Note {
  return { id: 'note.outOfMemory', values: { lower: sizes.filter((key) => key in config).join(' ') } };
}
