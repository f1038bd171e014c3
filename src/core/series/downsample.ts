import { firstFrom } from './runSeries.js';

/**
 * Indices of the points to draw, rising: first, last, and the extremes of every line within buckets of equal width in
 * steps, about `width` in all however long the run is. Lines share the indices, so that a band stays closed. Within
 * `range` (in steps) when zoomed, with one neighbour on each side so that lines run on to the edge. A bucket in which
 * a line has no number at all keeps a point, so that the gap stays one.
 */
export function downsample(
  steps: Int32Array,
  lines: readonly Float64Array[],
  width: number,
  range: readonly [from: number, to: number] = [-Infinity, Infinity],
): Int32Array {
  const first = Math.max(0, firstFrom(steps, range[0]) - 1);
  const end = Math.min(steps.length, firstFrom(steps, Math.floor(range[1]) + 1) + 1);
  if (end - first <= width) return Int32Array.from({ length: Math.max(0, end - first) }, (_, i) => first + i);
  const buckets = Math.max(1, Math.floor(width / (2 * Math.max(1, lines.length))));
  const start = steps[first]!;
  const bucketWidth = (steps[end - 1]! - start + 1) / buckets;
  const kept: number[] = [first];
  for (let from = first; from < end; ) {
    const next = start + (Math.floor((steps[from]! - start) / bucketWidth) + 1) * bucketWidth;
    let to = from + 1;
    while (to < end && steps[to]! < next) to++;
    const extremes: number[] = [];
    for (const line of lines) {
      let low = -1;
      let high = -1;
      for (let i = from; i < to; i++) {
        const value = line[i]!;
        if (!Number.isFinite(value)) continue;
        if (low < 0 || value < line[low]!) low = i;
        if (high < 0 || value > line[high]!) high = i;
      }
      extremes.push(low < 0 ? from : low, high < 0 ? from : high);
    }
    extremes.sort((a, b) => a - b);
    for (const index of extremes) if (index !== kept.at(-1)) kept.push(index);
    from = to;
  }
  if (kept.at(-1) !== end - 1) kept.push(end - 1);
  return Int32Array.from(kept);
}
