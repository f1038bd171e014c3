/** What a tab looks at, which a reload brings back and another tab does not share. */
export interface Viewed {
  /** Runs on the charts. */
  readonly shown: readonly string[];
  readonly selected?: string;
}

const key = 'viewed runs';

/** Nothing where the tab is new, or may not store anything. */
export function readViewed(): Viewed | undefined {
  try {
    const value: unknown = JSON.parse(sessionStorage.getItem(key) ?? 'null');
    if (typeof value !== 'object' || value === null || !('shown' in value) || !Array.isArray(value.shown)) return undefined;
    const selected = 'selected' in value && typeof value.selected === 'string' ? { selected: value.selected } : {};
    return { shown: value.shown.filter((id) => typeof id === 'string'), ...selected };
  } catch {
    return undefined;
  }
}

export function storeViewed(viewed: Viewed): void {
  try {
    sessionStorage.setItem(key, JSON.stringify(viewed));
  } catch {}
}
