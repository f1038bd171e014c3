/** Where a key leads among the points of a line, from the one at step `now`; undefined for any other key. */
export function stepForKey(key: string, steps: Int32Array, now: number): number | undefined {
  const last = steps.length - 1;
  const at = steps.indexOf(now);
  const targets: Readonly<Record<string, number>> = {
    ArrowLeft: at - 1, ArrowDown: at - 1, ArrowRight: at + 1, ArrowUp: at + 1,
    PageDown: at - 10, PageUp: at + 10, Home: 0, End: last,
  };
  const target = targets[key];
  return target === undefined ? undefined : steps[Math.min(last, Math.max(0, target))];
}
