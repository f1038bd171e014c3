import type { CpuKernels } from './kernels.js';

/**
 * Sequences by their shared beginnings: a row is one token after one beginning, a row of logits what follows it. Rows
 * and rows of logits lie in the kernels' arrays from `first` on; all indices are places there.
 */
export interface Trie {
  readonly first: number;
  readonly tokens: Int32Array;
  readonly positions: Int32Array;
  /** The row of the token before, −1 at the start. */
  readonly parents: Int32Array;
  /** The row that each row of logits belongs to. */
  readonly logitRows: Int32Array;
}

/** Grows a trie, token by token, and computes its rows. */
export class TrieBuilder {
  private readonly tokens: Int32Array;
  private readonly positions: Int32Array;
  private readonly parents: Int32Array;
  private readonly logitRows: Int32Array;
  /** Row of logits of each row, −1 where there is none. */
  private readonly logitOf: Int32Array;
  /** The row after a row, or after the start, with each token: `[1 + rows, vocabulary]`, −1 where there is none. */
  private readonly children: Int32Array;
  private first = 0;
  private rows = 0;
  private openedRows = 0;
  private openedLogits = 0;
  private logits = 0;

  constructor(private readonly kernels: CpuKernels) {
    const { trieRows, shape } = kernels;
    this.tokens = new Int32Array(trieRows);
    this.positions = new Int32Array(trieRows);
    this.parents = new Int32Array(trieRows);
    this.logitRows = new Int32Array(trieRows);
    this.logitOf = new Int32Array(trieRows);
    this.children = new Int32Array((trieRows + 1) * shape.vocabulary);
  }

  /** Begins a trie at a place that is a multiple of 4. */
  start(first: number): void {
    this.first = first;
    this.rows = this.logits = this.openedRows = this.openedLogits = 0;
    this.children.fill(-1, 0, this.kernels.shape.vocabulary);
  }

  /** Where the next new row of logits will lie. */
  get nextLogit(): number {
    return this.first + this.logits;
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
    this.logitOf[own] = -1;
    children.fill(-1, (own + 1) * vocabulary, (own + 2) * vocabulary);
    return (children[place] = first + own);
  }

  /** The row of logits of a row. */
  logit(row: number): number {
    const known = this.logitOf[row - this.first]!;
    if (known >= 0) return known;
    this.logitRows[this.logits] = row;
    return (this.logitOf[row - this.first] = this.first + this.logits++);
  }

  /** Computes the rows, and rows of logits, that came since the last time. */
  compute(panels: number): void {
    this.open();
    this.kernels.run.forward(panels, true);
  }

  /** Opens the rows, and rows of logits, that came since the last time, for whatever computes them. */
  open(): void {
    const { kernels, first, openedRows, openedLogits } = this;
    const { at, run } = kernels;
    const row = 4 * (first + openedRows);
    kernels.putSome(at.rowTokens + row, this.tokens, openedRows, this.rows);
    kernels.putSome(at.rowPositions + row, this.positions, openedRows, this.rows);
    kernels.putSome(at.rowParents + row, this.parents, openedRows, this.rows);
    kernels.putSome(at.logitRows + 4 * (first + openedLogits), this.logitRows, openedLogits, this.logits);
    run.openTrie(first + openedRows, this.rows - openedRows, first + openedLogits, this.logits - openedLogits);
    this.openedRows = this.rows;
    this.openedLogits = this.logits;
  }

  /** The trie as it is, which the builder may be begun anew without. */
  finish(): Trie {
    const { first, rows } = this;
    return {
      first,
      tokens: this.tokens.slice(0, rows),
      positions: this.positions.slice(0, rows),
      parents: this.parents.slice(0, rows),
      logitRows: this.logitRows.slice(0, this.logits),
    };
  }
}

/** Where the next trie may begin: blocks of four rows are computed whole. */
export function endOf({ first, tokens, logitRows }: Trie): number {
  return 4 * Math.ceil((first + Math.max(tokens.length, logitRows.length)) / 4) + 4;
}

/** Makes a whole trie the one that `forward` and `backward` run. */
export function openTrie(kernels: CpuKernels, { first, tokens, positions, parents, logitRows }: Trie): void {
  const { at, run } = kernels;
  kernels.putIntegers(at.rowTokens + 4 * first, tokens);
  kernels.putIntegers(at.rowPositions + 4 * first, positions);
  kernels.putIntegers(at.rowParents + 4 * first, parents);
  kernels.putIntegers(at.logitRows + 4 * first, logitRows);
  run.openTrie(first, tokens.length, first, logitRows.length);
}

/**
 * The part of an open trie that ends in some rows of logits, moved together: what `forward` kept of it comes along.
 *
 * @param wanted 1 for each row of logits that stays
 * @returns the smaller trie, and the new place of each row of logits, −1 where it went
 */
export function keepLogits(kernels: CpuKernels, trie: Trie, wanted: Uint8Array): { trie: Trie; places: Int32Array } {
  const { first, tokens, positions, parents, logitRows } = trie;
  const stays = new Uint8Array(tokens.length);
  logitRows.forEach((row, l) => wanted[l] && (stays[row - first] = 1));
  for (let row = tokens.length - 1; row >= 0; row--) if (stays[row] && parents[row]! >= 0) stays[parents[row]! - first] = 1;
  const rows = indicesOf(stays);
  const logits = indicesOf(wanted);
  const rowPlaces = placesOf(rows, tokens.length, first);
  const { at, run } = kernels;
  kernels.putIntegers(at.keptRows, rows.map((row) => first + row));
  kernels.putIntegers(at.keptLogits, logits.map((l) => first + l));
  run.keepRows(first, rows.length, first, logits.length);
  const kept = {
    first,
    tokens: rows.map((row) => tokens[row]!),
    positions: rows.map((row) => positions[row]!),
    parents: rows.map((row) => (parents[row]! < 0 ? -1 : rowPlaces[parents[row]! - first]!)),
    logitRows: logits.map((l) => rowPlaces[logitRows[l]! - first]!),
  };
  return { trie: kept, places: placesOf(logits, logitRows.length, first) };
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
