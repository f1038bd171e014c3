/** One tab of a browser that the tests drive. */
export interface Driver {
  /** Product and version, as the browser says. */
  readonly version: string;
  open(address: string): Promise<void>;
  /** Evaluates an expression in the page and awaits its value, which JSON can hold. */
  evaluate(expression: string): Promise<unknown>;
  /** Takes what should not have happened since the last call: errors and warnings of the console, uncaught errors. */
  takeWrongs(): Promise<string[]>;
  close(): Promise<void>;
}

/** Calls a function in the page with arguments that JSON can hold; it sees nothing of the test around it. */
export function call<Arguments extends unknown[], Result>(
  driver: Pick<Driver, 'evaluate'>,
  inPage: (...values: Arguments) => Result | Promise<Result>,
  ...values: Arguments
): Promise<Result> {
  return driver.evaluate(`(${inPage})(...${JSON.stringify(values)})`) as Promise<Result>;
}
