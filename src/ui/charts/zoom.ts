import type { ProgressKind } from '../../core/run/progress.js';
import type { PlaceRange } from './lines.js';

/** What can be seen of a chart's width, and what is seen. */
export interface Seen {
  readonly along: ProgressKind;
  readonly whole: PlaceRange;
  readonly range: PlaceRange;
}

/** The least that is seen: so many steps or, of what else is counted, this share of the whole. */
const leastSteps = 4;
const leastShare = 1 / 500;

/** Where a share of the width lies, from 0 at its start to 1 at its end. */
const at = ([from, to]: PlaceRange, share: number): number => from + share * (to - from);

/**
 * What is seen after zooming in by `factor` (out where it is below 1), with the place at a share of the width where it
 * is; nothing where that is the whole.
 */
export function zoomed(seen: Seen, share: number, factor: number): PlaceRange | undefined {
  const [from, to] = seen.range;
  const length = (to - from) / factor;
  const start = at(seen.range, share) - share * length;
  return within(seen, [start, start + length]);
}

/** What is seen after moving by a share of the width towards its end. */
export function moved(seen: Seen, share: number): PlaceRange | undefined {
  const [from, to] = seen.range;
  const by = share * (to - from);
  return within(seen, [from + by, to + by]);
}

/** What lies between two shares of the width. */
export function between(seen: Seen, a: number, b: number): PlaceRange | undefined {
  return within(seen, [at(seen.range, Math.min(a, b)), at(seen.range, Math.max(a, b))]);
}

/** A range as far as there is something to see, not too short, and of whole steps; nothing where it is the whole. */
function within({ along, whole: [start, end] }: Seen, [from, to]: PlaceRange): PlaceRange | undefined {
  const least = Math.min(end - start, along === 'step' ? leastSteps : leastShare * (end - start));
  const length = Math.min(end - start, Math.max(least, to - from));
  const middle = (from + to) / 2;
  const first = Math.min(end - length, Math.max(start, middle - length / 2));
  const range: PlaceRange = along === 'step' ? [Math.round(first), Math.round(first + length)] : [first, first + length];
  const slack = 1e-9 * (end - start);
  return range[0] <= start + slack && range[1] >= end - slack ? undefined : range;
}
