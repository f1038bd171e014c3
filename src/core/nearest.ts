/** Distance in edits (Levenshtein), for 'did you mean'. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      row.push(Math.min(previous[j]! + 1, row[j - 1]! + 1, previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    previous = row;
  }
  return previous[b.length]!;
}

/** Longer than any name that somebody could have meant; comparing takes time with the length. */
const longestTypo = 80;

/** The candidate nearest to `key`, if one is near. */
export function nearest(key: string, candidates: readonly string[]): string | undefined {
  if (key.length > longestTypo) return undefined;
  const lower = key.toLowerCase();
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(key.length / 3)) + 1;
  for (const candidate of candidates) {
    // It takes at least so many edits.
    if (Math.abs(candidate.length - key.length) >= bestDistance) continue;
    const distance = editDistance(lower, candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}
