import type { Mask, Operations, Value } from '../engines/operations.js';
import type { PerReplica } from '../engines/perReplica.js';

export interface InfoNCEOptions {
  /** 1 where a document takes no part for a query, such as a false negative; never its own. `[R · G · N · M]` */
  readonly ignore: Mask;
  /** One a replica. */
  readonly temperature: PerReplica;
  /** ε, one a replica: spread evenly over the documents that take part. */
  readonly labelSmoothing: PerReplica;
  /** Adds the direction from the N positive documents to the queries and halves the sum. */
  readonly symmetric: boolean;
}

/**
 * InfoNCE with in-batch negatives (van den Oord et al. 2018; sentence-transformers' MultipleNegativesRankingLoss with
 * scale 1 / temperature): cross-entropy of each query's own document, document i for query i, among all of its batch.
 *
 * @param queries unit rows, G batches of N: `[R, G, N, D]`
 * @param documents unit rows, `[R, G, M, D]` with M ≥ N; those from N on are nobody's own
 * @returns the mean over all queries, nats, `[R]`
 */
export function infoNCE(operations: Operations, queries: Value, documents: Value, options: InfoNCEOptions): Value {
  const [, , N] = queries.shape as [number, number, number];
  const { ignore, symmetric } = options;
  const forward = crossEntropyOfOwn(operations, queries, documents, ignore, options);
  if (!symmetric) return forward;
  // Of each batch the first N documents; a document ignores the queries that ignore it.
  const positives = operations.swapMiddle(operations.rows(operations.swapMiddle(documents), 0, N));
  const M = documents.shape[2]!;
  const transposed = new Float32Array((ignore.length / M) * N);
  for (let row = 0; row < ignore.length / M; row++) {
    const first = row - (row % N);
    for (let j = 0; j < N; j++) transposed[(first + j) * N + (row % N)] = ignore[row * M + j]!;
  }
  const backward = crossEntropyOfOwn(operations, positives, queries, transposed, options);
  return operations.linear(operations.add(forward, backward), 0.5);
}

/** Mean cross-entropy of candidate i for row i of each batch, `[R]`. */
function crossEntropyOfOwn(
  operations: Operations,
  rows: Value,
  candidates: Value,
  ignore: Mask,
  { temperature, labelSmoothing }: InfoNCEOptions,
): Value {
  const [replicas, G, N] = rows.shape as [number, number, number];
  const M = candidates.shape[2]!;
  const inverse = operations.constant(Float32Array.from(temperature, (one) => 1 / one), [replicas]);
  const logits = operations.multiply(operations.matMul(rows, candidates, true), inverse);
  const labels = Int32Array.from({ length: replicas * G * N }, (_, i) => i % N);
  return maskedCrossEntropy(operations, operations.reshape(logits, [replicas, G * N, M]), labels, ignore, labelSmoothing);
}

/**
 * Cross-entropy over the columns that are not ignored: (1 − ε) · −log p(label) + ε · mean over those columns of −log p.
 *
 * @param logits `[R, n, m]`
 * @param labels `[R · n]`
 * @param ignore `[R · n · m]`, 0 at labels; an ignored column has probability 0
 * @returns the mean over rows, nats, `[R]`
 */
export function maskedCrossEntropy(
  operations: Operations,
  logits: Value,
  labels: Int32Array,
  ignore: Mask,
  labelSmoothing: PerReplica,
): Value {
  const [replicas, n, m] = logits.shape as [number, number, number];
  const keep = new Float32Array(ignore.length);
  for (let i = 0; i < keep.length; i++) keep[i] = 1 - ignore[i]!;
  // −(target distribution) / n: weighing the log-probabilities with it leaves the mean.
  const weights = new Float32Array(keep.length);
  for (let row = 0; row < replicas * n; row++) {
    const smoothing = labelSmoothing[Math.floor(row / n)]!;
    const kept = keep.subarray(row * m, (row + 1) * m);
    if (smoothing > 0) {
      const share = smoothing / kept.reduce((sum, one) => sum + one, 0) / n;
      for (let j = 0; j < m; j++) weights[row * m + j] = -share * kept[j]!;
    }
    weights[row * m + labels[row]!]! -= (1 - smoothing) / n;
  }
  return operations.weightedSum(operations.logSoftmax(operations.fill(logits, keep, -1e9)), weights);
}
