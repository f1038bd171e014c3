import { formatNumber, type Problem } from '../../core/parameters.js';
import type { Values } from '../../core/messages/messages.js';

/** Which field, what came, what is right, and what it is now. */
export function problemText(
  problem: Problem,
  t: (id: string, values?: Values) => string,
  optional: (id: string) => string | undefined,
): string {
  const { key, received, expected, kept, reason } = problem;
  const id = reason === 'unknown' && expected ? 'problem.unknown.guess' : `problem.${reason}`;
  return t(id, {
    key: optional(`parameter.${key}`) ?? key,
    received,
    expected: expected ?? '',
    kept: typeof kept === 'number' ? formatNumber(kept) : String(kept ?? ''),
  });
}
