import { describeRange } from './numberFormat.js';
import type { NumberRange, Value } from './parameters.js';

/** What was wrong with one value that came from outside. */
export interface Problem {
  readonly key: string;
  readonly received: string;
  readonly reason:
    | 'unknown'
    | 'empty'
    | 'not-a-number'
    | 'comma'
    | 'not-an-integer'
    | 'out-of-range'
    | 'not-an-option'
    | 'not-a-switch'
    | 'not-applicable'
    | 'other-variant'
    | 'badly-encoded'
    | 'repeated'
    | 'too-long'
    | 'too-many'
    | 'not-a-change'
    | 'not-live'
    // In a file of runs:
    | 'wrong-kind'
    | 'not-json'
    | 'no-run'
    | 'newer-schema'
    | 'not-later'
    | 'no-metric';
  /**
   * What would be right: numbers, or names as in `group, batch, none`; for an unknown key the nearest known one; for a value
   * of the wrong kind one of `kinds`.
   */
  readonly expected?: NumberRange | string;
  /** The valid value that the field has now. */
  readonly kept?: Value;
}

/** Of values in a file, with what each is called in a terminal; on the page by message id `kind.<id>`. */
export const kinds = {
  number: 'a number',
  text: 'a text',
  object: 'an object',
  value: 'a number, a text, true or false',
  list: 'a list',
  keys: 'a list of names',
  seeds: 'a list of whole numbers',
  row: 'a list with one value per seed',
  schedule: 'a list of steps, each with a change',
} as const;
export type Kind = keyof typeof kinds;

/** An English line for a terminal; the page words problems by message id `problem.<reason>`. */
export function problemLine(problem: Problem): string {
  const { key, received } = problem;
  const expected = typeof problem.expected === 'object' ? describeRange(problem.expected) : problem.expected;
  switch (problem.reason) {
    case 'unknown':
      return `${key}: unknown${expected ? ` (did you mean ${expected}?)` : ''}`;
    case 'empty':
      return `${key}: no value (expected ${expected})`;
    case 'not-a-number':
      return `${key}: '${received}' is not a number (expected ${expected})`;
    case 'comma':
      return `${key}: '${received}' has a comma (expected ${expected}, written as in 1.5 or 1000)`;
    case 'not-an-integer':
      return `${key}: ${received} is not a whole number (expected ${expected})`;
    case 'out-of-range':
      return `${key}: ${received} is out of range (expected ${expected})`;
    case 'not-an-option':
      return `${key}: '${received}' is not an option (expected ${expected})`;
    case 'not-a-switch':
      return `${key}: '${received}' is neither on nor off (expected on or off)`;
    case 'not-applicable':
      return `${key}: '${received}' means nothing with these settings (expected ${expected})`;
    case 'other-variant':
      return `${key}: '${received}' is a preset for ${expected}, not for ${problem.kept}`;
    case 'badly-encoded':
      return `${key}: '${received}' cannot be read (expected UTF-8 as %xx, %25 for %)`;
    case 'repeated':
      return `${key}: given twice; '${received}' ignored`;
    case 'too-long':
      return `${key}: '${received}…' is too long (expected at most ${expected} characters)`;
    case 'too-many':
      return `${key}: too many fields (expected at most ${expected})`;
    case 'not-a-change':
      return `${key}: '${received}' is not a change (expected a step and a value, as in ${expected})`;
    case 'not-live':
      return `${key}: cannot change while a run trains (expected ${expected})`;
    case 'wrong-kind':
      return `${key}: '${received}' (expected ${kinds[expected as Kind]})`;
    case 'not-json':
      return `${key}: '${received}' is not JSON`;
    case 'no-run':
      return `${key}: no run has begun (expected a line with 'run' first, as \`headless --json\` prints it)`;
    case 'newer-schema':
      return `${key}: ${received} is newer than what is read here (${expected}): open it with the version that wrote it, or a newer one`;
    case 'not-later':
      return `${key}: ${received} comes after ${expected} (expected a larger one)`;
    case 'no-metric':
      return `${key}: not a metric of ${expected}, left out`;
  }
}
