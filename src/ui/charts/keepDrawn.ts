import { scheduler } from './browserFrames.js';
import type { DrawHandle, Finish } from './scheduler.js';
import { onThemeChange } from './theme.js';

/**
 * Draws an element's canvas when asked to, and when the theme changes; tells its size in CSS pixels and whether it is on
 * the screen, now and later.
 */
export function keepDrawn(
  element: HTMLElement,
  draw: () => Finish | undefined,
  resized: (width: number, height: number) => void,
  shown: (visible: boolean) => void,
): DrawHandle {
  const handle = scheduler.register({ element, draw, shown });
  const sizes = new ResizeObserver(() => resized(element.clientWidth, element.clientHeight));
  sizes.observe(element);
  const stopTheme = onThemeChange(() => handle.invalidate());
  return {
    invalidate: handle.invalidate,
    dispose() {
      stopTheme();
      sizes.disconnect();
      handle.dispose();
    },
  };
}
