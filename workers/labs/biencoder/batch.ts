import { counterOf, sentenceLength } from '../../../src/core/labs/biencoder/grammar.js';
import type { RandomSequence } from '../../../src/core/random.js';
import type { Pair } from './sentences.js';

/** Random documents that each query of the pair classifier is shown beside its own. */
export const randomDocuments = 15;

/**
 * Pairs that are compared with one another, in G batches of N a replica. A batch has 2N documents: the N counter-arguments
 * and a hard negative for each query.
 */
export interface Batch {
  readonly replicas: number;
  /** G */
  readonly batches: number;
  /** N */
  readonly size: number;
  /** A replica's queries, then batch by batch the counter-arguments and the hard negatives: `[R · 3GN]` sentences. */
  readonly sentences: Int32Array;
  /** Meanings, `[R · GN]` and `[R · G · 2N]`. */
  readonly queries: Int32Array;
  readonly documents: Int32Array;
  /** Whether a query's negative is a hard one rather than a random one, `[R · GN]`. */
  readonly hard: Uint8Array;
  /** Documents of the batch drawn at random, `[R · GN · randomDocuments]`. */
  readonly drawn: Int32Array;
}

/** The batches of one replica: its pairs, G · N of them, the share of random negatives, and where to draw from. */
export interface ReplicaBatches {
  readonly pairs: readonly Pair[];
  readonly randomRate: number;
  readonly random: RandomSequence;
}

export function makeBatch(replicas: readonly ReplicaBatches[], batches: number): Batch {
  const size = replicas[0]!.pairs.length / batches;
  const pairs = batches * size;
  const batch: Batch = {
    replicas: replicas.length,
    batches,
    size,
    sentences: new Int32Array(replicas.length * 3 * pairs * sentenceLength),
    queries: new Int32Array(replicas.length * pairs),
    documents: new Int32Array(replicas.length * 2 * pairs),
    hard: new Uint8Array(replicas.length * pairs),
    drawn: new Int32Array(replicas.length * pairs * randomDocuments),
  };
  replicas.forEach(({ pairs: own, randomRate, random }, replica) => {
    const firstSentence = replica * 3 * pairs;
    own.forEach((pair, i) => {
      const row = replica * pairs + i;
      const positive = documentOf(i, size);
      batch.hard[row] = random.chance(randomRate) ? 0 : 1;
      const twin = random.chance(0.5);
      const negative = twin ? pair.twin : pair.otherAspect;
      batch.sentences.set(pair.query, (firstSentence + i) * sentenceLength);
      batch.sentences.set(pair.document, (firstSentence + pairs + positive) * sentenceLength);
      batch.sentences.set(negative, (firstSentence + pairs + positive + size) * sentenceLength);
      batch.queries[row] = pair.meaning;
      batch.documents[replica * 2 * pairs + positive] = counterOf(pair.meaning);
      batch.documents[replica * 2 * pairs + positive + size] = twin ? pair.meaning : pair.otherAspectMeaning;
      for (let k = 0; k < randomDocuments; k++) batch.drawn[row * randomDocuments + k] = random.integer(2 * size);
    });
  });
  return batch;
}

/** Where a replica's i-th query has its counter-argument among the documents; its hard negative is N further. */
export function documentOf(query: number, size: number): number {
  return Math.floor(query / size) * 2 * size + (query % size);
}

/** Whether a document of its batch answers a query: its own counter-argument, or a false negative. */
export function answers(batch: Batch, row: number, column: number): boolean {
  const { size, queries, documents } = batch;
  return documents[Math.floor(row / size) * 2 * size + column] === counterOf(queries[row]!);
}
