/** Which runs are trained by a tab that is still there: each holds a lock of the browser's, which goes with it. */
const prefix = 'tuning-playground run ';

/** Holds a run as this tab's until what it returns is called. Where the browser has no locks, nothing is held. */
export function own(run: string): () => void {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  void navigator.locks?.request(prefix + run, () => held).catch(() => undefined);
  return release;
}

/** The runs that some tab holds; none where the browser cannot say. */
export async function owned(): Promise<ReadonlySet<string>> {
  const { held = [] } = (await navigator.locks?.query()) ?? {};
  return new Set(held.flatMap(({ name }) => (name?.startsWith(prefix) ? [name.slice(prefix.length)] : [])));
}
