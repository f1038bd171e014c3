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

/** Between a line and its text, and between two texts, px. */
export const labelGap = 4;
/** Between a text and the next line, px: it has to be nearer to its own. */
export const lineGap = 12;

/**
 * Where each label goes so that none overlaps another or what is `taken`, reaches the line of another or leaves
 * [left, right]: in the topmost row with room, right of its line if possible. Earlier labels choose first; one that has
 * no room gets no place.
 */
export function placeLabels(
  labels: readonly MarkLabel[],
  left: number,
  right: number,
  rows: number,
  taken: readonly TakenPlace[] = [],
): (LabelPlace | undefined)[] {
  const filled = [...taken];
  return labels.map(({ x, width }) => {
    for (let row = 0; row < rows; row++) {
      for (const side of ['right', 'left'] as const) {
        const from = side === 'right' ? x + labelGap : x - labelGap - width;
        const to = from + width;
        if (from < left || to > right) continue;
        const [start, end] = side === 'right' ? [x, to + lineGap] : [from - lineGap, x];
        if (labels.some((other) => other.x > start && other.x < end)) continue;
        if (filled.some((other) => other.row === row && from < other.to + labelGap && to > other.from - labelGap)) continue;
        filled.push({ row, from, to });
        return { row, side };
      }
    }
    return undefined;
  });
}
