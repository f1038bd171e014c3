/** Something that can be redrawn: a chart's element, to know whether it is on the screen, and how to draw it. */
export interface Drawable {
  readonly element: Element;
  draw(): void;
  /** Told whether it is on the screen, now and whenever that changes. */
  shown?(visible: boolean): void;
}

export interface DrawHandle {
  /** Asks for a redraw; asking again before it happens costs nothing. */
  invalidate(): void;
  dispose(): void;
}

export interface Scheduler {
  register(drawable: Drawable): DrawHandle;
  /** Draws at once what is out of date, on the screen or not: for what is printed. */
  drawAll(): void;
}

/** What the scheduler needs of the browser. */
export interface Frames {
  request(callback: () => void): void;
  /** Milliseconds. */
  now(): number;
  /** Tells whether an element is on the screen, now and whenever that changes; returns how to stop. */
  watchVisibility(element: Element, changed: (visible: boolean) => void): () => void;
}

interface Entry {
  readonly drawable: Drawable;
  visible: boolean;
  dirty: boolean;
  /** What its last draw took, ms; before the first, which takes longest, as much as a frame has. */
  cost: number;
}

/** Drawing time in one frame, ms: half a frame at 60 Hz, the rest is left to the page. */
const budget = 8;

/**
 * Draws what is dirty and visible, as much in a frame as fits in 8 ms and at least one thing. The queue is in the
 * order of asking and a drawn thing that is dirty again goes to its end, so every chart gets its turn.
 */
export function createScheduler(frames: Frames): Scheduler {
  const queue = new Set<Entry>();
  const entries = new Set<Entry>();
  let requested = false;

  function enqueue(entry: Entry): void {
    if (!entry.dirty || !entry.visible) return;
    queue.add(entry);
    if (requested) return;
    requested = true;
    frames.request(drawFrame);
  }

  function drawFrame(): void {
    requested = false;
    const start = frames.now();
    let spent = 0;
    for (const entry of queue) {
      if (spent > 0 && spent + entry.cost > budget) break;
      queue.delete(entry);
      entry.dirty = false;
      try {
        entry.drawable.draw();
      } finally {
        const end = frames.now() - start;
        entry.cost = end - spent;
        spent = end;
        const [next] = queue;
        if (next) enqueue(next);
      }
    }
  }

  return {
    drawAll() {
      for (const entry of entries) {
        if (!entry.dirty) continue;
        queue.delete(entry);
        entry.dirty = false;
        entry.drawable.draw();
      }
    },
    register(drawable) {
      const entry: Entry = { drawable, visible: false, dirty: true, cost: budget };
      entries.add(entry);
      const stopWatching = frames.watchVisibility(drawable.element, (visible) => {
        entry.visible = visible;
        drawable.shown?.(visible);
        if (visible) enqueue(entry);
        else queue.delete(entry);
      });
      return {
        invalidate() {
          entry.dirty = true;
          enqueue(entry);
        },
        dispose() {
          stopWatching();
          queue.delete(entry);
          entries.delete(entry);
          entry.visible = false;
        },
      };
    },
  };
}
