import { tick } from 'svelte';

/** Where what had the focus has just left the page, gives it to `next`, so that keys go on from there. */
export async function refocus(next: () => HTMLElement | null | undefined): Promise<void> {
  await tick();
  if (document.activeElement === document.body) next()?.focus();
}
