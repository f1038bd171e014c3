import type { Attachment } from 'svelte/attachments';
import type { PlaceRange } from './lines.js';
import type { Area } from './plotArea.js';
import { between, moved, zoomed, type Seen } from './zoom.js';

/** A chart that can be zoomed. */
export interface Zoomable {
  /** As it was drawn last, with its plot, px from the left of the element; nothing where there is nothing to see. */
  seen(): (Seen & Pick<Area, 'left' | 'right'>) | undefined;
  zoom(range: PlaceRange | undefined): void;
  /** What is being chosen with the pointer, px from the left of the element; nothing once that is over. */
  choosing(from?: number, to?: number): void;
}

/** px that a pointer moves before it drags. */
const threshold = 8;
/** Of a notch of the wheel. */
const notch = 1.2;

/**
 * Zooms a chart along: dragging with a mouse chooses what to see, with Shift moves it; Ctrl and the wheel, or two fingers,
 * zoom where they are. One finger and the wheel alone scroll the page.
 */
export function zooming({ seen, zoom, choosing }: Zoomable): Attachment<HTMLElement> {
  return (element) => {
    let drag: { readonly pointer: number; readonly from: number; readonly moves: Seen | undefined; far: boolean } | undefined;
    const fingers = new Map<number, number>();
    let pinch: { readonly seen: Seen; readonly share: number; readonly apart: number } | undefined;

    const across = ({ clientX }: MouseEvent): number => clientX - element.getBoundingClientRect().left;
    const shareAt = (x: number): number => {
      const { left = 0, right = 1 } = seen() ?? {};
      return Math.min(1, Math.max(0, (x - left) / (right - left)));
    };
    const width = (): number => {
      const { left = 0, right = 1 } = seen() ?? {};
      return right - left;
    };
    const end = (): void => {
      drag = undefined;
      choosing();
    };
    /** How far two fingers are apart and where their middle is, px. */
    const spread = (): { apart: number; middle: number } => {
      const [a = 0, b = 0] = fingers.values();
      return { apart: Math.max(1, Math.abs(a - b)), middle: (a + b) / 2 };
    };

    element.addEventListener('pointerdown', (event) => {
      const now = seen();
      if (!now) return;
      if (event.pointerType === 'touch') {
        fingers.set(event.pointerId, across(event));
        const { apart, middle } = spread();
        pinch = fingers.size === 2 ? { seen: now, share: shareAt(middle), apart } : undefined;
      } else if (event.button === 0) {
        drag = { pointer: event.pointerId, from: across(event), moves: event.shiftKey ? now : undefined, far: false };
      }
    });

    element.addEventListener('pointermove', (event) => {
      const x = across(event);
      if (fingers.has(event.pointerId)) {
        fingers.set(event.pointerId, x);
        if (pinch) zoom(zoomed(pinch.seen, pinch.share, spread().apart / pinch.apart));
      }
      if (drag?.pointer !== event.pointerId) return;
      if (!drag.far && Math.abs(x - drag.from) < threshold) return;
      if (!drag.far) element.setPointerCapture(event.pointerId);
      drag.far = true;
      if (drag.moves) zoom(moved(drag.moves, (drag.from - x) / width()));
      else choosing(Math.min(drag.from, x), Math.max(drag.from, x));
    });

    const release = (event: PointerEvent): void => {
      fingers.delete(event.pointerId);
      pinch = undefined;
      if (drag?.pointer !== event.pointerId) return;
      const now = seen();
      if (event.type === 'pointerup' && drag.far && !drag.moves && now) zoom(between(now, shareAt(drag.from), shareAt(across(event))));
      end();
    };
    for (const type of ['pointerup', 'pointercancel'] as const) element.addEventListener(type, release);

    // Svelte's own wheel listeners may not keep the page from zooming.
    element.addEventListener('wheel', (event) => {
      const now = seen();
      if (!event.ctrlKey || !now) return;
      event.preventDefault();
      zoom(zoomed(now, shareAt(across(event)), notch ** (-Math.sign(event.deltaY))));
    }, { passive: false });
  };
}
