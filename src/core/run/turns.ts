import type { ChangedKnob } from '../protocol.js';
import type { RunHead } from './record.js';

/** The knobs that changed together before a step; of one that was turned over several steps the first. */
export interface LiveChange {
  readonly step: number;
  readonly changes: readonly ChangedKnob[];
}

/** Changes of the same knobs that follow each other within this time, ms, are one: a slider is being dragged. */
const turnGap = 2000;

/** The changes of knobs among events, those of a drag as one. */
export function turnsOf(events: RunHead['events']): readonly LiveChange[] {
  const turns: (LiveChange & { readonly at: number })[] = [];
  for (const event of events) {
    if (event.type !== 'changed') continue;
    const { step, changes, at } = event;
    const last = turns.at(-1);
    const turned = last && at - last.at <= turnGap ? turnedOn(last.changes, changes) : undefined;
    if (last && turned) turns[turns.length - 1] = { step: last.step, changes: turned, at };
    else turns.push({ step, changes, at });
  }
  return turns;
}

/**
 * Two changes as one, where the second goes on with the same knobs. Back to where a knob was is a change of its own:
 * steps were trained with another value, and a change from a value to itself would not tell.
 */
function turnedOn(first: readonly ChangedKnob[], second: readonly ChangedKnob[]): ChangedKnob[] | undefined {
  const turned = second.flatMap(({ key, to }) => {
    const begun = first.find((change) => change.key === key);
    return begun && begun.from !== to ? [{ key, from: begun.from, to }] : [];
  });
  return turned.length === first.length && turned.length === second.length ? turned : undefined;
}
