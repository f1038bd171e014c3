import { createScheduler, type Frames } from './scheduler.js';
import { onPaper } from './theme.js';

const listeners = new WeakMap<Element, (visible: boolean) => void>();
const observer = new IntersectionObserver(
  (entries) => {
    for (const entry of entries) listeners.get(entry.target)?.(entry.isIntersecting);
  },
  // A little before it scrolls into view, so that nobody sees an old chart.
  { rootMargin: '80px' },
);

const frames: Frames = {
  request: (callback) => requestAnimationFrame(callback),
  whenIdle: (callback) => void window.requestIdleCallback?.(callback),
  now: () => performance.now(),
  watchVisibility(element, changed) {
    listeners.set(element, changed);
    observer.observe(element);
    return () => {
      observer.unobserve(element);
      listeners.delete(element);
    };
  },
};

/** The one scheduler of all charts of the page. */
export const scheduler = createScheduler(frames);

let left: (() => void) | undefined;

// On paper the page has the colours that are made for white, and shows what nobody has scrolled to yet.
addEventListener('beforeprint', () => {
  left ??= onPaper();
  scheduler.drawAll();
});
addEventListener('afterprint', () => {
  left?.();
  left = undefined;
});
