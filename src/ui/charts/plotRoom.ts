import type { Area } from './plotArea.js';

/** px from the left and the top of the chart. */
export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** px */
const cell = 4;
/** Between two texts, px. */
const textGap = 4;

/** Where in a plot there is room to write: what its lines cover, and what has been written. */
export class PlotRoom {
  private readonly rows: number;
  private readonly ink: Uint8Array;
  private readonly written: Box[] = [];

  constructor(private readonly area: Area) {
    const columns = Math.max(1, Math.ceil((area.right - area.left) / cell));
    this.rows = Math.max(1, Math.ceil((area.bottom - area.top) / cell));
    this.ink = new Uint8Array(columns * this.rows);
  }

  /** A straight piece of a line, px; nothing where an end is no number. */
  draw(fromX: number, fromY: number, toX: number, toY: number): void {
    if (!Number.isFinite(fromY + toY)) return;
    const { area, rows, ink } = this;
    const columns = ink.length / rows;
    const first = Math.max(0, Math.floor((fromX - area.left) / cell));
    const last = Math.min(columns - 1, Math.floor((toX - area.left) / cell));
    const slope = toX > fromX ? (toY - fromY) / (toX - fromX) : 0;
    for (let column = first; column <= last; column++) {
      const x = area.left + column * cell;
      const y0 = toX > fromX ? fromY + slope * (Math.max(x, fromX) - fromX) : fromY;
      const y1 = toX > fromX ? fromY + slope * (Math.min(x + cell, toX) - fromX) : toY;
      const top = Math.max(0, Math.floor((Math.min(y0, y1) - area.top) / cell));
      const bottom = Math.min(rows - 1, Math.floor((Math.max(y0, y1) - area.top) / cell));
      if (top <= bottom) ink.fill(1, column * rows + top, column * rows + bottom + 1);
    }
  }

  /** Whether a text fits into the plot there, clear of what has been written. */
  fits(box: Box): boolean {
    const { area } = this;
    if (box.left < area.left || box.right > area.right || box.top < area.top || box.bottom > area.bottom) return false;
    return this.written.every(
      (other) => box.left >= other.right + textGap || box.right + textGap <= other.left || box.top >= other.bottom || box.bottom <= other.top,
    );
  }

  /** The share of a box that lines cover, 0 to 1. */
  covered({ left, right, top, bottom }: Box): number {
    const { area, rows, ink } = this;
    const columns = ink.length / rows;
    const [c0, c1] = [Math.floor((left - area.left) / cell), Math.ceil((right - area.left) / cell)];
    const [r0, r1] = [Math.floor((top - area.top) / cell), Math.ceil((bottom - area.top) / cell)];
    let cells = 0;
    for (let column = Math.max(0, c0); column < Math.min(columns, c1); column++) {
      for (let row = Math.max(0, r0); row < Math.min(rows, r1); row++) cells += ink[column * rows + row]!;
    }
    return cells / ((c1 - c0) * (r1 - r0));
  }

  /** Keeps later texts clear of a box. */
  write(box: Box): void {
    this.written.push(box);
  }
}
