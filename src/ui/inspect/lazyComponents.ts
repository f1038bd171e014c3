import { untrack } from 'svelte';
import { SvelteMap, SvelteSet } from 'svelte/reactivity';

/** The components of a registry, loaded when they are first asked for. */
export class LazyComponents<AnyComponent> {
  private readonly loaded = new SvelteMap<string, AnyComponent>();
  private readonly failed = new SvelteSet<string>();

  constructor(private readonly registry: Readonly<Record<string, () => Promise<{ default: AnyComponent }>>>) {}

  /** Loads those that are not there yet; one that could not be fetched may be asked for again. */
  ask(names: readonly string[]): void {
    for (const name of untrack(() => names.filter((each) => !this.loaded.has(each)))) {
      this.registry[name]!().then(
        (module) => {
          this.loaded.set(name, module.default);
          this.failed.delete(name);
        },
        () => void this.failed.add(name),
      );
    }
  }

  /** Undefined as long as it is not there. */
  get(name: string): AnyComponent | undefined {
    return this.loaded.get(name);
  }

  /** How many of them could not be fetched when they were asked for last. */
  missing(names: readonly string[]): number {
    return names.filter((name) => this.failed.has(name)).length;
  }
}
