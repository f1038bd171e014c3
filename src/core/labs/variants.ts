import type { Config } from '../parameters.js';
import type { Lab } from './lab.js';

/** Whether what runs with these configs measured means the same: another task scores something else under the same name. */
export function areComparable({ variants }: Lab, a: Config, b: Config): boolean {
  return !variants || variants.comparable === true || a[variants.key] === b[variants.key];
}
