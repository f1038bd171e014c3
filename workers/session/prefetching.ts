import type { Environment } from '../engines/engine.js';

/** The same environment, where some files are read from now on, whoever asks for them later. */
export function prefetching(environment: Environment, files: readonly string[]): Environment {
  const reading = new Map(files.map((file) => [file, environment.readFile(file)]));
  // Whoever asks hears of a failure.
  for (const file of reading.values()) file.catch(() => undefined);
  return { ...environment, readFile: (name) => reading.get(name) ?? environment.readFile(name) };
}
