import { Patience } from './patience.js';

/** Something did not answer in the time it was given. */
export class DeadlineError extends Error {
  constructor(
    /** What was waited for, as its message names it. */
    readonly what: string,
    readonly milliseconds: number,
  ) {
    super(`${what} did not answer within ${milliseconds / 1000} s`);
  }
}

/**
 * What a promise resolves to, or a `DeadlineError` that names what did not answer in time; time asleep does not count. The
 * promise itself goes on: what it resolves to later is handed to `late`, which frees it.
 */
export async function within<T>(
  milliseconds: number,
  what: string,
  promise: Promise<T>,
  late?: (value: T) => void,
): Promise<T> {
  let over = false;
  promise.then(
    (value) => over && late?.(value),
    () => undefined,
  );
  let patience!: Patience;
  const deadline = new Promise<never>((_, reject) => {
    patience = new Patience(milliseconds, () => {
      over = true;
      reject(new DeadlineError(what, milliseconds));
    });
  });
  patience.begin();
  try {
    return await Promise.race([promise, deadline]);
  } finally {
    patience.end();
  }
}
