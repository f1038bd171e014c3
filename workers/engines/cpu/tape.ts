import type { Value } from '../operations.js';
import type { Arena } from './arena.js';

/** Where an array lies: replica by replica, each `stride` bytes after the last. */
interface Store {
  readonly at: number;
  readonly stride: number;
  /** 0 until something is added to the gradient. */
  gradient: number;
}

/** An array of the tape. Reshaped ones share their store. */
export class Node implements Value {
  constructor(
    readonly shape: readonly number[],
    readonly size: number,
    readonly store: Store,
    readonly learns: boolean,
  ) {}

  get at(): number {
    return this.store.at;
  }
}

/**
 * Records what is computed in a step and goes back over it for the gradients (reverse-mode automatic differentiation).
 * Arrays are valid until the arena is released.
 */
export class Tape {
  private readonly steps: (() => void)[] = [];

  constructor(readonly arena: Arena, readonly replicas: number) {}

  /** A contiguous array yet to be written. */
  create(shape: readonly number[], learns: boolean): Node {
    const size = shape.reduce((product, extent) => product * extent, 1);
    return this.adopt(shape, this.arena.take(size), learns);
  }

  /** A contiguous array that is there already. */
  adopt(shape: readonly number[], at: number, learns: boolean): Node {
    const size = shape.reduce((product, extent) => product * extent, 1);
    return new Node(shape, size, { at, stride: (4 * size) / this.replicas, gradient: 0 }, learns);
  }

  /** Called on the way back, in reverse order, if `node`'s gradient was asked for. */
  record(node: Node, back: () => void): void {
    if (!node.learns) return;
    this.steps.push(() => {
      if (node.store.gradient !== 0) back();
    });
  }

  /** Where a node's gradient is to be added; 0 where nothing learns from it. */
  gradientOf(node: Node): number {
    if (!node.learns) return 0;
    const { store } = node;
    if (store.gradient === 0) store.gradient = this.arena.takeZeros((store.stride / 4) * this.replicas);
    return store.gradient;
  }

  /** The gradients of the sum of `value`. */
  backward(value: Value): void {
    const loss = value as Node;
    const at = this.gradientOf(loss);
    if (at !== 0) this.arena.floats.fill(1, at >>> 2, (at >>> 2) + loss.size);
    for (let i = this.steps.length - 1; i >= 0; i--) this.steps[i]!();
  }
}
