/** An engine cannot train this here: the browser, the processor or the model is not what it is built for. */
export class UnsupportedError extends Error {}

/** There is not enough memory. The name tells it from other errors, also behind a message from another worker. */
export class OutOfMemoryError extends Error {
  override readonly name = 'OutOfMemoryError';
}
