import type { Point } from './point.js';

/** An area between two lines: their points at the same steps. */
export interface Gap {
  readonly from: readonly Point[];
  readonly to: readonly Point[];
}

/**
 * The area between two lines, from the first step that both have to the last. Where one has no point it is taken to
 * run straight from one of its points to the next, as it is drawn. Undefined where they have no steps in common.
 */
export function gapBetween(a: readonly Point[], b: readonly Point[]): Gap | undefined {
  const [from, to] = [a, b].map((line) => line.filter(({ y }) => Number.isFinite(y))) as [Point[], Point[]];
  if (from.length === 0 || to.length === 0) return undefined;
  const first = Math.max(from[0]!.x, to[0]!.x);
  const last = Math.min(from.at(-1)!.x, to.at(-1)!.x);
  const steps = [...new Set([...from, ...to].map(({ x }) => x))].filter((x) => x >= first && x <= last).sort((p, q) => p - q);
  return steps.length < 2 ? undefined : { from: along(from, steps), to: along(to, steps) };
}

/** A line at `steps`, which rise and lie between its ends. */
function along(line: readonly Point[], steps: readonly number[]): Point[] {
  let next = 0;
  return steps.map((x) => {
    while (line[next]!.x < x) next++;
    const after = line[next]!;
    if (after.x === x) return after;
    const before = line[next - 1]!;
    return { x, y: before.y + ((x - before.x) / (after.x - before.x)) * (after.y - before.y) };
  });
}
