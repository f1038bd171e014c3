import { untrack } from 'svelte';

/** A value as it was at the end of the task before: what shows it changes in a task of its own, since a click may change much else. */
export function taskLater<T>(read: () => T): () => T {
  let shown = $state.raw(untrack(read));
  $effect(() => {
    const value = read();
    const timer = setTimeout(() => (shown = value));
    return () => clearTimeout(timer);
  });
  return () => shown;
}
