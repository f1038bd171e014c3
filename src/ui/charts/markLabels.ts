/** A text beside a vertical line at `x`, in pixels. */
export interface MarkLabel {
  readonly x: number;
  readonly width: number;
}

export interface LabelPlace {
  readonly row: number;
  readonly side: 'left' | 'right';
}

/** Part of a row, in pixels, where something else is written. */
export interface TakenPlace {
  readonly row: number;
  readonly from: number;
  readonly to: number;
}

/** Rows from the top of the plot, and what of them is not to be written over. */
export interface LabelRoom {
  readonly rows: number;
  readonly taken: readonly TakenPlace[];
}

/** Between a line and its text, and between two texts, px. */
export const labelGap = 4;
/** Between a text and the next line, px: it has to be nearer to its own. */
export const lineGap = 12;

/**
 * Where each label goes so that none overlaps another or what is taken, reaches the line of another or leaves
 * [left, right]: in the first of `rooms` that has a place for it, there in the topmost row, right of its line if
 * possible. Earlier labels choose first; one that has no room gets no place.
 */
export function placeLabels(
  labels: readonly MarkLabel[],
  left: number,
  right: number,
  rooms: readonly LabelRoom[],
): (LabelPlace | undefined)[] {
  const placed: TakenPlace[] = [];
  const rows = rooms.flatMap(rowsOf);
  return labels.map(({ x, width }) => {
    for (const { row, taken } of rows) {
      for (const side of ['right', 'left'] as const) {
        const from = side === 'right' ? x + labelGap : x - labelGap - width;
        const to = from + width;
        if (from < left || to > right) continue;
        const [start, end] = side === 'right' ? [x, to + lineGap] : [from - lineGap, x];
        if (labels.some((other) => other.x > start && other.x < end)) continue;
        const touches = (other: TakenPlace): boolean => other.row === row && from < other.to + labelGap && to > other.from - labelGap;
        if (taken.some(touches) || placed.some(touches)) continue;
        placed.push({ row, from, to });
        return { row, side };
      }
    }
    return undefined;
  });
}

/** A room's rows from the top, each with what is taken of it. */
function rowsOf({ rows, taken }: LabelRoom): { readonly row: number; readonly taken: TakenPlace[] }[] {
  const own = Array.from({ length: rows }, (_, row) => ({ row, taken: [] as TakenPlace[] }));
  for (const place of taken) own[place.row]?.taken.push(place);
  return own;
}
