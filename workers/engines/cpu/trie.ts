import type { CpuKernels } from './kernels.js';

/**
 * Sequences by their shared beginnings: a row is one token after one beginning. The rows of the trunk come first; every
 * other row has a row of logits, what follows it. Rows and rows of logits lie in the kernels' arrays from `first` on, and
 * all indices are places there.
 */
export interface Trie {
  readonly first: number;
  /** Rows without logits. */
  readonly trunk: number;
  readonly tokens: Int32Array;
  readonly positions: Int32Array;
  /** The row of the token before, −1 at the start. */
  readonly parents: Int32Array;
}

/** Grows a trie, token by token, and computes its rows. */
export class TrieBuilder {
  private readonly tokens: Int32Array;
  private readonly positions: Int32Array;
  private readonly parents: Int32Array;
  /** The row after a row, or after the start, with each token: `[1 + rows, vocabulary]`, −1 where there is none. */
  private readonly children: Int32Array;
  private first = 0;
  private rows = 0;
  private opened = 0;
  /** Undefined while it grows. */
  private trunk: number | undefined;

  constructor(readonly kernels: CpuKernels) {
    const { trieRows, shape } = kernels;
    this.tokens = new Int32Array(trieRows);
    this.positions = new Int32Array(trieRows);
    this.parents = new Int32Array(trieRows);
    this.children = new Int32Array((trieRows + 1) * shape.vocabulary);
  }

  /** Begins a trie at a place that is a multiple of 4. */
  start(first: number): void {
    this.first = first;
    this.rows = this.opened = 0;
    this.trunk = undefined;
    this.children.fill(-1, 0, this.kernels.shape.vocabulary);
  }

  /** The rows so far have no logits, those to come do. */
  endTrunk(): void {
    this.trunk = this.rows;
  }

  /** The row of a token after another row, or after the start (−1). */
  child(parent: number, token: number): number {
    const { first, children } = this;
    const { vocabulary } = this.kernels.shape;
    const place = (parent < 0 ? 0 : parent - first + 1) * vocabulary + token;
    const known = children[place]!;
    if (known >= 0) return known;
    const own = this.rows++;
    this.tokens[own] = token;
    this.positions[own] = parent < 0 ? 0 : this.positions[parent - first]! + 1;
    this.parents[own] = parent;
    children.fill(-1, (own + 1) * vocabulary, (own + 2) * vocabulary);
    return (children[place] = first + own);
  }

  /** The row of logits of a row after the trunk. */
  logit(row: number): number {
    return row - this.trunk!;
  }

  /** Rows of logits that are not opened yet. */
  get newLogits(): { first: number; count: number } {
    const { trunk = this.rows } = this;
    const from = Math.max(this.opened, trunk);
    return { first: this.first + from - trunk, count: this.rows - from };
  }

  /** Computes the rows that came since the last time. */
  compute(panels: number): void {
    this.open();
    this.kernels.run.forward(panels, true);
  }

  /** Opens the rows that came since the last time, for whatever computes them. */
  open(): void {
    const { kernels, first, opened, rows, newLogits } = this;
    const { at, run } = kernels;
    const row = 4 * (first + opened);
    kernels.putSome(at.rowTokens + row, this.tokens, opened, rows);
    kernels.putSome(at.rowPositions + row, this.positions, opened, rows);
    kernels.putSome(at.rowParents + row, this.parents, opened, rows);
    run.openTrie(first + opened, rows - opened, rows - opened - newLogits.count, newLogits.first);
    this.opened = rows;
  }

  /** The trie as it is: it stays when the builder begins another. */
  finish(): Trie {
    const { first, rows } = this;
    return {
      first,
      trunk: this.trunk ?? rows,
      tokens: this.tokens.slice(0, rows),
      positions: this.positions.slice(0, rows),
      parents: this.parents.slice(0, rows),
    };
  }
}

/** Where the next trie may begin: blocks of four rows are computed whole. */
export function endOf({ first, tokens }: Trie): number {
  return 4 * Math.ceil((first + tokens.length) / 4) + 4;
}

/** Makes a whole trie the one that `forward` and `backward` run. */
export function openTrie(kernels: CpuKernels, { first, trunk, tokens, positions, parents }: Trie): void {
  const { at, run } = kernels;
  kernels.putIntegers(at.rowTokens + 4 * first, tokens);
  kernels.putIntegers(at.rowPositions + 4 * first, positions);
  kernels.putIntegers(at.rowParents + 4 * first, parents);
  run.openTrie(first, tokens.length, trunk, first);
}

/**
 * The part of an open trie that leads to some of its rows of logits, moved together: what `forward` kept comes along.
 *
 * @param wanted 1 for each row of logits that stays; whatever leads there has logits that stay, too, or is in the trunk
 * @returns the smaller trie, and the new place of each row of logits, −1 where it went
 */
export function keepLogits(kernels: CpuKernels, trie: Trie, wanted: Uint8Array): { trie: Trie; places: Int32Array } {
  const { first, trunk, tokens, positions, parents } = trie;
  const stays = new Uint8Array(tokens.length);
  stays.set(wanted, trunk);
  for (let row = tokens.length - 1; row >= 0; row--) if (stays[row] && parents[row]! >= 0) stays[parents[row]! - first] = 1;
  const rows = indicesOf(stays);
  const rowPlaces = placesOf(rows, tokens.length, first);
  const trunkAfter = rows.filter((row) => row < trunk).length;
  kernels.putIntegers(kernels.at.keptRows, rows.map((row) => first + row));
  kernels.run.keepRows(first, rows.length, trunk, trunkAfter);
  const kept = {
    first,
    trunk: trunkAfter,
    tokens: rows.map((row) => tokens[row]!),
    positions: rows.map((row) => positions[row]!),
    parents: rows.map((row) => (parents[row]! < 0 ? -1 : rowPlaces[parents[row]! - first]!)),
  };
  return { trie: kept, places: rowPlaces.subarray(trunk).map((place) => (place < 0 ? -1 : place - trunkAfter)) };
}

function indicesOf(flags: Uint8Array): Int32Array {
  const indices = new Int32Array(flags.length);
  let count = 0;
  flags.forEach((flag, i) => flag && (indices[count++] = i));
  return indices.subarray(0, count);
}

/** Where each of `count` indices comes to lie when only some stay, from `first` on. */
function placesOf(kept: Int32Array, count: number, first: number): Int32Array {
  const places = new Int32Array(count).fill(-1);
  kept.forEach((index, i) => (places[index] = first + i));
  return places;
}
