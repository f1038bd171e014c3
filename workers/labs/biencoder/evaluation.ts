import { counterOf, relationOf, type Relation } from '../../../src/core/labs/biencoder/grammar.js';
import type { RandomSequence } from '../../../src/core/random.js';
import { dotProducts, meanPairDistance, retrievalMetrics, rowCount, type Rows } from '../../losses/retrievalMetrics.js';
import type { Learner } from '../../engines/learner.js';
import { makeBatch, documentOf, type Batch } from './batch.js';
import { scorePairs, type ModelShape } from './model.js';
import { batchLoss, representBatch, type Objective } from './objective.js';
import { validationDocuments, validationQueries, type Pair } from './sentences.js';

/** Losses are measured over this many pairs, in batches of `evaluationBatch` whatever the training batch. */
export const evaluatedPairs = 192;
export const evaluationBatch = 32;

/** Pairs whose loss is measured, with the negatives that they are given at every evaluation, half of them random. */
export interface EvaluationSet {
  readonly batch: Batch;
  /** A replica's pairs in the order of the batch, as indices of its data. */
  readonly order: readonly Int32Array[];
}

/** @param pairs replica by replica, with where to draw from */
export function evaluationSet(pairs: readonly (readonly Pair[])[], randoms: readonly RandomSequence[]): EvaluationSet {
  const batches = Math.floor(Math.min(evaluatedPairs, pairs[0]!.length) / evaluationBatch);
  const order = pairs.map((own, r) => randoms[r]!.permutation(own.length).subarray(0, batches * evaluationBatch));
  const rows = pairs.map((own, r) => ({ pairs: Array.from(order[r]!, (i) => own[i]!), randomRate: 0.5, random: randoms[r]! }));
  return { batch: makeBatch(rows, batches), order };
}

/** What one replica's model makes of the held-out sentences, and of the first batch of each set. */
export interface ReplicaEvaluation {
  /** Held-out queries and documents, in the order of `validationPairs`. */
  readonly queries: Rows;
  readonly documents: Rows;
  /** Each query with each document. */
  readonly scores: Float32Array;
  /** What comes first for each query. */
  readonly first: readonly Relation[];
  /** The similarities within the first batch, `[N × 2N]`. */
  readonly trainingMatrix: Float32Array;
  readonly validationMatrix: Float32Array;
}

export interface Evaluation {
  readonly trainLoss: Float32Array;
  readonly validationLoss: Float32Array;
  readonly replicas: readonly ReplicaEvaluation[];
}

/** Measures a population's models without dropout and label smoothing. */
export async function evaluate(
  learner: Learner,
  shape: ModelShape,
  objective: Objective,
  training: EvaluationSet,
  validation: EvaluationSet,
): Promise<Evaluation> {
  const replicas = training.order.length;
  const plain = { ...objective, labelSmoothing: objective.labelSmoothing.map(() => 0) };
  // One set after the other: a transformer's activations of both together are the most memory that a run needs.
  const compute = async ({ batch }: EvaluationSet): Promise<[Float32Array, Float32Array, Float32Array]> =>
    (await learner.compute((operations) => {
      const represented = representBatch(operations, shape, batch, objective.dropout);
      return [batchLoss(operations, shape, batch, plain, represented), represented.queries, represented.documents];
    })) as [Float32Array, Float32Array, Float32Array];
  const [trainLoss, seenQueries, seenDocuments] = await compute(training);
  const [validationLoss, queries, documents] = await compute(validation);
  const width = queries.length / replicas / validationQueries;
  const seen = split(seenQueries, seenDocuments, width, replicas);
  const heldOut = split(queries, documents, width, replicas);
  const inOrder = heldOut.map((batch, r) => naturalOrder(batch, validation.order[r]!));
  const firstBatch = (batch: QueriesAndDocuments): QueriesAndDocuments => ({
    queries: head(batch.queries, evaluationBatch),
    documents: head(batch.documents, 2 * evaluationBatch),
  });
  const scores = await scoreAll(learner, shape, inOrder);
  const trainingMatrices = await scoreAll(learner, shape, seen.map(firstBatch));
  const validationMatrices = await scoreAll(learner, shape, heldOut.map(firstBatch));
  return {
    trainLoss,
    validationLoss,
    replicas: inOrder.map((rows, r) => ({
      ...rows,
      scores: scores[r]!,
      first: firstOfEach(scores[r]!),
      trainingMatrix: trainingMatrices[r]!,
      validationMatrix: validationMatrices[r]!,
    })),
  };
}

/** The metrics that one replica's embeddings give. */
export function embeddingMetrics(
  shape: ModelShape,
  { queries, documents, scores, first }: ReplicaEvaluation,
): Record<string, number> {
  const relevant = Array.from({ length: validationQueries }, (_, i) => i % validationDocuments);
  const { alignment, uniformity, ...found } = retrievalMetrics(queries, documents, relevant, scores);
  const twins = first.filter((relation) => relation === 'twin').length;
  return {
    ...found,
    // What the pair head is given is of any length.
    ...(shape.head === 'pair' ? {} : { alignment, uniformity }),
    meanPairDistance: meanPairDistance(documents),
    twinShare: twins / first.length,
  };
}

interface QueriesAndDocuments {
  readonly queries: Rows;
  readonly documents: Rows;
}

function split(queries: Float32Array, documents: Float32Array, width: number, replicas: number): QueriesAndDocuments[] {
  const part = (values: Float32Array, r: number): Rows => {
    const size = values.length / replicas;
    return { values: values.subarray(r * size, (r + 1) * size), width };
  };
  return Array.from({ length: replicas }, (_, r) => ({ queries: part(queries, r), documents: part(documents, r) }));
}

const head = ({ values, width }: Rows, count: number): Rows =>
  ({ values: Array.prototype.slice.call(values, 0, count * width), width });

/** Query i and document i of the held-out data from where they stand in the batch. */
function naturalOrder({ queries, documents }: QueriesAndDocuments, order: Int32Array): QueriesAndDocuments {
  const { width } = queries;
  const sorted = {
    queries: new Float32Array(validationQueries * width),
    documents: new Float32Array(validationDocuments * width),
  };
  const copy = (from: Rows, row: number, to: Float32Array, place: number): void => {
    for (let k = 0; k < width; k++) to[place * width + k] = from.values[row * width + k]!;
  };
  order.forEach((item, row) => {
    copy(queries, row, sorted.queries, item);
    if (item < validationDocuments) copy(documents, documentOf(row, evaluationBatch), sorted.documents, item);
  });
  return { queries: { values: sorted.queries, width }, documents: { values: sorted.documents, width } };
}

function firstOfEach(scores: Float32Array): Relation[] {
  return Array.from({ length: validationQueries }, (_, i) => {
    const [first] = nearest(scoresOf(scores, i), i % validationDocuments, 1);
    return relationOf(meaningOfQuery(i), meaningOfDocument(first!));
  });
}

/** The scores of one held-out query. */
export const scoresOf = (scores: Float32Array, query: number): Float32Array =>
  scores.subarray(query * validationDocuments, (query + 1) * validationDocuments);

export const meaningOfQuery = (query: number): number => query % validationDocuments;
export const meaningOfDocument = (document: number): number => counterOf(document);

/** The documents of highest scores, best first; among equals the one that is sought comes last. */
export function nearest(scores: Float32Array, sought: number, count: number): number[] {
  const order = [...scores.keys()].sort((a, b) => scores[b]! - scores[a]! || Number(a === sought) - Number(b === sought));
  return order.slice(0, count);
}

/** Every query with every document of its replica: cosines of the embeddings, or logits of the pair head. */
async function scoreAll(learner: Learner, shape: ModelShape, replicas: readonly QueriesAndDocuments[]): Promise<Float32Array[]> {
  if (shape.head !== 'pair') return replicas.map(({ queries, documents }) => dotProducts(queries, documents));
  const [n, m] = [rowCount(replicas[0]!.queries), rowCount(replicas[0]!.documents)];
  const all = (side: (replica: QueriesAndDocuments) => Rows): Float32Array => {
    const sides = replicas.map(side);
    const joined = new Float32Array(sides.length * sides[0]!.values.length);
    sides.forEach(({ values }, r) => joined.set(values, r * values.length));
    return joined;
  };
  const { width } = replicas[0]!.queries;
  const [queries, documents] = [all((replica) => replica.queries), all((replica) => replica.documents)];
  const scores = replicas.map(() => new Float32Array(n * m));
  // As many queries at a time as keep the pairs' features small.
  for (let from = 0; from < n; from += evaluationBatch) {
    const to = Math.min(from + evaluationBatch, n);
    const count = (to - from) * m;
    const each = Int32Array.from({ length: replicas.length * count }, (_, i) => i % count);
    const pairs = { queries: each.map((pair) => Math.floor(pair / m)), documents: each.map((pair) => pair % m) };
    const [logits] = await learner.compute((operations) => {
      const u = operations.rows(operations.constant(queries, [replicas.length, n, width]), from, to);
      const v = operations.constant(documents, [replicas.length, m, width]);
      return [scorePairs(operations, shape, u, v, pairs, replicas.map(() => 0))];
    });
    scores.forEach((own, r) => own.set(logits!.subarray(r * count, (r + 1) * count), from * m));
  }
  return scores;
}
