/** The second half of a drawing. */
export type Finish = () => void;

/** Something that can be redrawn: a chart's element, to know whether it is on the screen, and how to draw it. */
export interface Drawable {
  readonly element: Element;
  /** Draws; or prepares the drawing, and returns how to finish it in the same frame or a later one. */
  draw(): Finish | undefined;
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
  /** Calls back when there is nothing else to do; never where the browser does not tell. */
  whenIdle(callback: () => void): void;
  /** Milliseconds. */
  now(): number;
  /** Tells whether an element is on the screen, now and whenever that changes; returns how to stop. */
  watchVisibility(element: Element, changed: (visible: boolean) => void): () => void;
}

interface Entry {
  readonly drawable: Drawable;
  visible: boolean;
  dirty: boolean;
  finish: Finish | undefined;
  /** What each half of its last drawing took, ms; before the first, which takes longest, as much as a frame has. */
  readonly costs: { draw: number; finish: number };
}

/** Drawing time in one frame, ms: half a frame at 60 Hz, the rest is left to the page. */
const budget = 8;

/**
 * Draws what is dirty and visible, as much in a frame as fits in 8 ms and at least half of one thing. The queue is in the
 * order of asking and a drawn thing that is dirty again goes to its end, so every chart gets its turn. What nobody has
 * scrolled to yet is drawn once when there is nothing else to do: the first drawing takes longest.
 */
export function createScheduler(frames: Frames): Scheduler {
  const queue = new Set<Entry>();
  const entries = new Set<Entry>();
  /** Never drawn so far. */
  const fresh = new Set<Entry>();
  let requested = false;

  function enqueue(entry: Entry): void {
    if (!(entry.dirty || entry.finish) || !entry.visible) return;
    queue.add(entry);
    if (requested) return;
    requested = true;
    frames.request(drawFrame);
  }

  /** Does the next half of a drawing. */
  function advance(entry: Entry): void {
    const { finish } = entry;
    entry.finish = undefined;
    try {
      if (finish) finish();
      else {
        entry.dirty = false;
        entry.finish = entry.drawable.draw();
      }
    } finally {
      if (!entry.finish) fresh.delete(entry);
    }
  }

  /** Does half of a first drawing. */
  function drawIdle(): void {
    const [entry] = fresh;
    if (!entry) return;
    queue.delete(entry);
    try {
      advance(entry);
    } finally {
      enqueue(entry);
      frames.whenIdle(drawIdle);
    }
  }

  function drawFrame(): void {
    requested = false;
    const start = frames.now();
    let spent = 0;
    for (const entry of queue) {
      const half = entry.finish ? 'finish' : 'draw';
      if (spent > 0 && spent + entry.costs[half] > budget) break;
      queue.delete(entry);
      try {
        advance(entry);
      } finally {
        const end = frames.now() - start;
        entry.costs[half] = end - spent;
        spent = end;
        enqueue(entry);
        const [next] = queue;
        if (next) enqueue(next);
      }
    }
  }

  return {
    drawAll() {
      for (const entry of entries) {
        queue.delete(entry);
        while (entry.dirty || entry.finish) advance(entry);
      }
    },
    register(drawable) {
      const entry: Entry = { drawable, visible: false, dirty: true, finish: undefined, costs: { draw: budget, finish: budget } };
      entries.add(entry);
      if (fresh.size === 0) frames.whenIdle(drawIdle);
      fresh.add(entry);
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
          fresh.delete(entry);
          entry.visible = false;
        },
      };
    },
  };
}
