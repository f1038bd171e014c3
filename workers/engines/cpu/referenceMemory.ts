import type { CpuKernels } from './kernels.js';
import type { Trie, TrieBuilder } from './trie.js';

/** What is known of a beginning. */
const keysAndValues = 1;
const logProbs = 2;

/** What a row of a trie is for its rows of unknown logits: seen by them as it is known, computed on the way, or wanted. */
const Role = { none: 0, seen: 1, computed: 2, wanted: 3 } as const;
type Role = (typeof Role)[keyof typeof Role];

/** Bytes of the kernels' memory for all replicas together, and for one of them; a trie always has room. */
const mostTogether = 16 * 2 ** 20;
const mostEach = 8 * 2 ** 20;

/**
 * What the frozen reference policy of one replica says after each beginning that a run has met: log-probabilities of all
 * tokens, by prompt and prefix, at one temperature, and the keys and values that longer beginnings need. The numbers are
 * those of computing it anew, so that a run does not depend on what is remembered.
 */
export class ReferenceMemory {
  /** Beginnings that it has room for. */
  private readonly room: number;
  /** Pointers to keys and values, and to log-probabilities `[room, vocabulary]`. */
  private readonly keyValues: number;
  private readonly logProbRows: number;
  /** The beginning that follows one with each token: `[beginnings, vocabulary]`, 0 where it has not been met. */
  private children = new Int32Array();
  private known = new Uint8Array();
  private count = 1;
  private temperature: number | undefined;

  constructor(
    private readonly kernels: CpuKernels,
    private readonly builder: TrieBuilder,
    replicas: number,
  ) {
    const { shape, trieRows, layerKeyValues } = kernels;
    const numbers = shape.layers * layerKeyValues + shape.vocabulary;
    this.room = Math.max(trieRows + 1, Math.floor(Math.min(mostEach, mostTogether / replicas) / (4 * numbers)));
    this.keyValues = kernels.allocate(this.room * shape.layers * layerKeyValues);
    this.logProbRows = kernels.allocate(this.room * shape.vocabulary);
  }

  /** Everything is forgotten: the reference is another. */
  forget(): void {
    this.temperature = undefined;
  }

  /** The beginnings that a trie's rows end; those of another temperature, or without room, are forgotten. */
  meet({ first, tokens, parents }: Trie, temperature: number): Int32Array {
    const { vocabulary } = this.kernels.shape;
    if (temperature !== this.temperature || this.count + tokens.length > this.room) {
      this.temperature = temperature;
      this.count = 1;
      this.resize(tokens.length + 1, 0);
    }
    if (this.count + tokens.length > this.known.length) this.resize(2 * (this.count + tokens.length), this.count);
    const beginnings = new Int32Array(tokens.length);
    for (let row = 0; row < tokens.length; row++) {
      const parent = parents[row]!;
      const place = (parent < 0 ? 0 : beginnings[parent - first]!) * vocabulary + tokens[row]!;
      beginnings[row] = this.children[place]! || (this.children[place] = this.count++);
    }
    return beginnings;
  }

  /**
   * The reference's log-probabilities of tokens that a trie's rows of logits predict, nats.
   *
   * @param outputLogits the row of logits of each token
   * @param loadReference puts the reference's weights in place
   */
  logProbs(trie: Trie, outputLogits: Int32Array, targets: Int32Array, temperature: number, loadReference: () => void): Float32Array {
    const { first, trunk } = trie;
    const beginnings = this.meet(trie, temperature);
    this.learn(trie, beginnings, temperature, loadReference);
    const { vocabulary } = this.kernels.shape;
    const rows = this.kernels.floats(this.logProbRows, this.count * vocabulary);
    const logProbs = new Float32Array(targets.length);
    for (let i = 0; i < targets.length; i++) {
      logProbs[i] = rows[beginnings[outputLogits[i]! - first + trunk]! * vocabulary + targets[i]!]!;
    }
    return logProbs;
  }

  /**
   * Finds what the reference says at a trie's rows of logits, as far as it is not known.
   *
   * @param loadReference puts the reference's weights in place
   */
  learn(trie: Trie, beginnings: Int32Array, temperature: number, loadReference: () => void): void {
    const { kernels, builder, known } = this;
    const { at, run } = kernels;
    const roles = this.rolesOf(trie, beginnings);
    if (!roles) return;
    const { first, tokens, parents } = trie;
    const places = new Int32Array(tokens.length);
    const slots = kernels.integers(at.rowSlots, tokens.length);
    let copied = 0;
    /** Grows a trie by the rows of a role, whose slots are those of their beginnings; returns how many rows it has. */
    const copy = (role: Role): number => {
      for (let row = 0; row < tokens.length; row++) {
        if (roles[row] !== role) continue;
        const parent = parents[row]!;
        places[row] = builder.child(parent < 0 ? -1 : places[parent - first]!, tokens[row]!);
        slots[copied++] = beginnings[row]!;
      }
      return copied;
    };
    builder.start(0);
    const seen = copy(Role.seen);
    builder.open();
    run.loadKeyValues(this.keyValues, 0, seen);

    const trunk = copy(Role.computed);
    builder.endTrunk();
    const rows = copy(Role.wanted);
    loadReference();
    builder.compute(at.referencePanels);
    run.storeKeyValues(this.keyValues, seen, rows - seen);
    run.logProbRows(0, rows - trunk, temperature);
    run.storeLogProbs(this.logProbRows, trunk, rows - trunk);
    for (let row = seen; row < trunk; row++) known[slots[row]!]! |= keysAndValues;
    for (let row = trunk; row < rows; row++) known[slots[row]!] = keysAndValues | logProbs;
  }

  /** What each row of a trie is to be for those whose log-probabilities are not known; undefined where all are. */
  private rolesOf({ first, trunk, tokens, parents }: Trie, beginnings: Int32Array): Uint8Array | undefined {
    const { known } = this;
    const roles = new Uint8Array(tokens.length);
    let missing = false;
    for (let row = trunk; row < tokens.length; row++) {
      if (known[beginnings[row]!]! & logProbs) continue;
      roles[row] = Role.wanted;
      missing = true;
    }
    if (!missing) return undefined;
    for (let row = tokens.length - 1; row >= 0; row--) {
      const parent = parents[row]! - first;
      if (roles[row] !== Role.none && parents[row]! >= 0 && roles[parent] === Role.none) roles[parent] = Role.computed;
    }
    for (let row = 0; row < tokens.length; row++) {
      const fromStart = parents[row]! < 0 || roles[parents[row]! - first] === Role.seen;
      if (roles[row] !== Role.computed) continue;
      if (fromStart && known[beginnings[row]!]! & keysAndValues) roles[row] = Role.seen;
      else if (row >= trunk) roles[row] = Role.wanted;
    }
    return roles;
  }

  /** Keeps the first `kept` beginnings. */
  private resize(size: number, kept: number): void {
    const { vocabulary } = this.kernels.shape;
    const children = new Int32Array(size * vocabulary);
    const known = new Uint8Array(size);
    children.set(this.children.subarray(0, kept * vocabulary));
    known.set(this.known.subarray(0, kept));
    this.children = children;
    this.known = known;
  }
}
