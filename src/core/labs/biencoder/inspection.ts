import type { Inspection } from '../../protocol.js';
import type { Relation } from './grammar.js';

/** A sentence as token ids, which `words.ts` has the words for, and what it says. */
export interface Sentence {
  readonly tokens: readonly number[];
  readonly meaning: number;
}

/** How similar each query of a batch is to each document: counter-arguments first, then a hard negative of each query. */
export interface SimilarityMatrix {
  readonly queries: readonly Sentence[];
  readonly documents: readonly Sentence[];
  /** `[queries × documents]` */
  readonly similarities: Float32Array;
}

/** How the last evaluation of a replica came out. Similarities are cosines, or the logits of the pair classifier. */
export interface EvaluationInspection extends Inspection {
  readonly kind: 'evaluation';
  /** Held-out queries and documents: how many of each bar's width are as similar, from `low` to `high`. */
  readonly histogram: {
    readonly low: number;
    readonly high: number;
    readonly positives: readonly number[];
    readonly negatives: readonly number[];
  };
  readonly matrices: { readonly training: SimilarityMatrix; readonly validation: SimilarityMatrix };
  /** What comes first for each held-out query. */
  readonly first: readonly Relation[];
  /** What one of them finds. */
  readonly retrieval: {
    readonly item: number;
    readonly query: Sentence;
    /** The place of its counter-argument, from 1. */
    readonly rank: number;
    readonly found: readonly { readonly document: Sentence; readonly similarity: number; readonly relation: Relation }[];
  };
  /** Held-out sentences in the plane of the embeddings' two principal components. */
  readonly map: {
    readonly queries: PlacedSentences;
    readonly documents: PlacedSentences;
    /** The plane's share of the variance. */
    readonly explained: number;
  };
}

export interface PlacedSentences {
  readonly meanings: readonly number[];
  /** x and y of one sentence after the other. */
  readonly places: Float32Array;
}
