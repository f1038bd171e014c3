import type { Attachment } from 'svelte/attachments';

/**
 * Calls `leave` when what was shown where somebody pointed is to go: as a mouse or pen leaves the element; after a tap,
 * which outlasts the finger, with the next one elsewhere; and when the page scrolls under it.
 */
export function pointing(leave: () => void): Attachment<HTMLElement> {
  return (element) => {
    let tap: AbortController | undefined;
    const end = (): void => {
      tap?.abort();
      tap = undefined;
      leave();
    };
    element.addEventListener('pointerdown', ({ pointerType }) => {
      if (pointerType !== 'touch' || tap) return;
      tap = new AbortController();
      const options = { capture: true, signal: tap.signal };
      document.addEventListener('pointerdown', ({ target }) => element.contains(target as Node) || end(), options);
      addEventListener('scroll', end, options);
    });
    element.addEventListener('pointerleave', ({ pointerType }) => pointerType !== 'touch' && end());
    // The browser has taken the finger for scrolling or zooming.
    element.addEventListener('pointercancel', end);
    return () => tap?.abort();
  };
}
