import { randomKey } from '../../../src/core/random.js';
import type { Responses, Sample, SampleRequest } from '../policy.js';
import type { CpuKernels } from './kernels.js';
import { endOf, type Trie, type TrieBuilder } from './trie.js';

/** Some sequences of one replica that share a trie, and the row of logits that each of their tokens was drawn from. */
export interface TrieOfSequences {
  /** The first sequence of its replica's batch, and the one after the last. */
  readonly from: number;
  readonly to: number;
  readonly trie: Trie;
  /** Tokens of each response. */
  readonly lengths: Int32Array;
  /** Response after response. */
  readonly outputLogits: Int32Array;
}

export interface SampledTries {
  readonly sample: Omit<Sample, 'scalars'>;
  /** Of each replica, with what was computed of them; empty where there was no room to keep it. */
  readonly kept: readonly (readonly TrieOfSequences[])[];
}

/** How a replica's sequences are split into tries: the same wherever they come from. */
export function trieRanges(batch: number, most: number): { from: number; to: number }[] {
  return Array.from({ length: Math.ceil(batch / most) }, (_, i) => ({ from: i * most, to: Math.min((i + 1) * most, batch) }));
}

/**
 * Responses to a request: sequences that agree so far are computed once. What was computed is kept for the update where
 * the request says so and as long as there is room.
 *
 * @param load puts a replica's weights in place
 */
export function sampleResponses(
  kernels: CpuKernels,
  builder: TrieBuilder,
  request: SampleRequest,
  { replicas, keep, load }: { replicas: number; keep: boolean; load: (replica: number) => void },
): SampledTries {
  const { prompts, promptLength, maxResponseLength } = request;
  const batch = prompts.length / (replicas * promptLength);
  const count = replicas * batch * maxResponseLength;
  const drawn: Drawn = {
    tokens: new Int32Array(count).fill(request.padding),
    logProbs: new Float32Array(count),
    entropies: new Float32Array(count),
  };
  const kept: TrieOfSequences[][] = Array.from({ length: replicas }, () => []);
  let width = 0;
  let free = kernels.trieRows;
  for (let replica = 0; replica < replicas; replica++) {
    load(replica);
    const ranges = trieRanges(batch, kernels.trieSequences);
    const before = free;
    let whole = keep;
    for (const range of ranges) {
      whole &&= free + mostRows(range, request) <= kernels.rows;
      builder.start(whole ? free : 0);
      const sampled = sampleTrie(kernels, builder, { request, replica, batch, ...range }, drawn);
      width = Math.max(width, sampled.longest);
      if (!whole) continue;
      kept[replica]!.push(sampled);
      free = endOf(sampled.trie);
    }
    if (!whole) {
      kept[replica] = [];
      free = before;
    }
  }
  const narrowed = {
    tokens: narrow(drawn.tokens, maxResponseLength, width),
    logProbs: narrow(drawn.logProbs, maxResponseLength, width),
    entropies: narrow(drawn.entropies, maxResponseLength, width),
  };
  return { sample: { ...narrowed, width }, kept };
}

/** Rows that a trie of some sequences may have, and the blocks of four that are computed whole. */
function mostRows({ from, to }: { from: number; to: number }, { promptLength, maxResponseLength }: SampleRequest): number {
  return (to - from) * (promptLength + maxResponseLength) + 8;
}

/** What was drawn, `[R, B, maxResponseLength]`. */
interface Drawn {
  readonly tokens: Int32Array;
  readonly logProbs: Float32Array;
  readonly entropies: Float32Array;
}

interface Part {
  readonly request: SampleRequest;
  readonly replica: number;
  readonly batch: number;
  readonly from: number;
  readonly to: number;
}

/** Draws one trie's responses, a token of each at a time. */
function sampleTrie(kernels: CpuKernels, builder: TrieBuilder, part: Part, drawn: Drawn): TrieOfSequences & { readonly longest: number } {
  const { request, replica, batch, from, to } = part;
  const { sampling, maxResponseLength, endOfSequence } = request;
  const { run, at } = kernels;
  const temperature = sampling.temperature[replica]!;
  const [topK, topP] = [sampling.topK[replica]!, sampling.topP[replica]!];
  const key = randomKey(request.seeds[replica]!, request.stream, request.step);
  const sequences = to - from;
  const rows = promptRows(builder, request, replica * batch + from, sequences);
  const outputLogits = new Int32Array(sequences * maxResponseLength);
  const lengths = new Int32Array(sequences);
  const alive = Int32Array.from({ length: sequences }, (_, s) => s);
  const drawLogits = kernels.integers(at.drawLogits, sequences);
  const drawIndices = kernels.integers(at.drawIndices, sequences);
  const tokens = kernels.integers(at.drawnTokens, sequences);
  const logProbs = kernels.floats(at.drawnLogProbs, sequences);
  const entropies = kernels.floats(at.samplingEntropies, sequences);
  let going = sequences;
  let t = 0;
  for (; going > 0 && t < maxResponseLength; t++) {
    const opened = builder.newLogits;
    for (let i = 0; i < going; i++) {
      const s = alive[i]!;
      const logit = builder.logit(rows[s]!);
      outputLogits[s * maxResponseLength + t] = logit;
      drawLogits[i] = logit - opened.first;
      drawIndices[i] = (from + s) * maxResponseLength + t;
    }
    builder.compute(at.policyPanels);
    run.openDraws(opened.first, opened.count, temperature, topK, topP);
    run.draw(going, key);
    let next = 0;
    for (let i = 0; i < going; i++) {
      const s = alive[i]!;
      const place = (replica * batch + from + s) * maxResponseLength + t;
      const token = (drawn.tokens[place] = tokens[i]!);
      lengths[s] = t + 1;
      drawn.logProbs[place] = logProbs[i]!;
      drawn.entropies[place] = entropies[drawLogits[i]!]!;
      if (token === endOfSequence || t + 1 === maxResponseLength) continue;
      rows[s] = builder.child(rows[s]!, token);
      alive[next++] = s;
    }
    going = next;
  }
  return { from, to, trie: builder.finish(), lengths, outputLogits: joined(outputLogits, lengths), longest: t };
}

/**
 * The row of each sequence's last prompt token, for consecutive sequences from the `first` of all replicas' on; those
 * before are the trunk.
 */
function promptRows(builder: TrieBuilder, { prompts, promptLength }: Prompts, first: number, sequences: number): Int32Array {
  const rows = new Int32Array(sequences).fill(-1);
  for (let p = 0; p < promptLength; p++) {
    if (p + 1 === promptLength) builder.endTrunk();
    for (let s = 0; s < sequences; s++) rows[s] = builder.child(rows[s]!, prompts[(first + s) * promptLength + p]!);
  }
  return rows;
}

type Prompts = Pick<SampleRequest, 'prompts' | 'promptLength'>;

/** The first `lengths` numbers of each of as many equal rows, one after the other. */
function joined(rows: Int32Array, lengths: Int32Array): Int32Array {
  const width = rows.length / lengths.length;
  const all = new Int32Array(lengths.reduce((sum, length) => sum + length, 0));
  let to = 0;
  for (let s = 0; s < lengths.length; s++) {
    for (let t = 0; t < lengths[s]!; t++) all[to++] = rows[s * width + t]!;
  }
  return all;
}

/** The tries of one replica's given responses, as sampling them would have made them; nothing is computed. */
export function triesOfResponses(kernels: CpuKernels, builder: TrieBuilder, of: Responses, replica: number, batch: number): TrieOfSequences[] {
  const { responses, width, lengths, maxResponseLength } = of;
  return trieRanges(batch, kernels.trieSequences).map(({ from, to }) => {
    const first = replica * batch + from;
    builder.start(0);
    const rows = promptRows(builder, of, first, to - from);
    const own = lengths.slice(first, first + to - from);
    const outputLogits = new Int32Array((to - from) * maxResponseLength);
    for (let t = 0; t < width; t++) {
      for (let s = 0; s < to - from; s++) {
        if (t < own[s]!) outputLogits[s * maxResponseLength + t] = builder.logit(rows[s]!);
      }
      for (let s = 0; s < to - from; s++) {
        if (t + 1 < own[s]!) rows[s] = builder.child(rows[s]!, responses[(first + s) * width + t]!);
      }
    }
    return { from, to, trie: builder.finish(), lengths: own, outputLogits: joined(outputLogits, own) };
  });
}

/** The first `width` of every `from` numbers. */
function narrow<T extends Int32Array | Float32Array>(values: T, from: number, width: number): T {
  if (from === width) return values;
  const rows = values.length / from;
  const kept = values.slice(0, rows * width) as T;
  for (let row = 0; row < rows; row++) kept.set(values.subarray(row * from, row * from + width), row * width);
  return kept;
}
