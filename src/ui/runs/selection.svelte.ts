/** The runs that a person has selected, of all labs: what is done with several at once is done with them. */
class Selection {
  ids = $state.raw<ReadonlySet<string>>(new Set());
  /** Where a range begins. */
  private anchor: string | undefined;

  has(id: string): boolean {
    return this.ids.has(id);
  }

  /** Those of them that are selected, in their order. */
  of<R extends { readonly id: string }>(runs: readonly R[]): R[] {
    return runs.filter(({ id }) => this.ids.has(id));
  }

  /** Selects a run or no longer; with `range` also all between it and the one before, in the order in which they are listed. */
  pick(id: string, selected: boolean, listed: readonly string[] = [], range = false): void {
    const [from, to] = [listed.indexOf(this.anchor ?? id), listed.indexOf(id)].sort((a, b) => a - b) as [number, number];
    this.set(range && from >= 0 ? listed.slice(from, to + 1) : [id], selected);
    this.anchor = id;
  }

  set(ids: readonly string[], selected: boolean): void {
    const others = [...this.ids].filter((id) => !ids.includes(id));
    this.ids = new Set(selected ? [...others, ...ids] : others);
  }
}

export const selection = new Selection();
