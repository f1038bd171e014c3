import { smallestEffect, type Effect } from '../comparison/verdict.js';
import type { Values } from '../messages/messages.js';

/** `better, in 5 of 5 seeds`: how a run ended beside a base, and how sure that is. */
export function verdictText({ verdict, wins, losses, seeds }: Effect, t: (id: string, values?: Values) => string): string {
  if (seeds < 2) return t(seeds === 1 ? 'compare.verdict.one' : 'compare.verdict.unpaired');
  return t(`compare.verdict.${verdict}`, { wins, losses, seeds, smallest: smallestEffect });
}
