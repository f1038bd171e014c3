import { DeadlineError, within } from '../../src/core/within.js';

/**
 * Loads a file of code, with what it imports, where it is needed. Rejects with a `DeadlineError` where it does not arrive
 * in time, and from then on at once, until there is an answer after all: another import would wait for the same one.
 *
 * @param what the file, as an error names it
 */
export function codeFile<Module>(milliseconds: number, what: string, load: () => Promise<Module>): () => Promise<Module> {
  let missing: DeadlineError | undefined;
  return async () => {
    if (missing) throw missing;
    const loading = load();
    try {
      return await within(milliseconds, what, loading);
    } catch (error) {
      if (error instanceof DeadlineError) {
        missing = error;
        void loading.catch(() => undefined).then(() => (missing = undefined));
      }
      throw error;
    }
  };
}
