/** How well queries find their documents, and how their embeddings lie. */
export interface RetrievalMetrics {
  /** As `alignment` and `uniformity` of the queries have them. */
  readonly alignment: number;
  readonly uniformity: number;
  /** The share of queries whose relevant document comes first, or among the first 5. */
  readonly accuracyAt1: number;
  readonly recallAt5: number;
  /** The mean of 1 / rank, 0 beyond the tenth. */
  readonly mrrAt10: number;
}

/** 1 + the number of documents that score higher + the number of others that score the same: ties earn nothing. */
export function rankOf(scores: ArrayLike<number>, relevant: number): number {
  const own = scores[relevant]!;
  let rank = 1;
  for (let i = 0; i < scores.length; i++) if (i !== relevant && !(scores[i]! < own)) rank++;
  return rank;
}

/** Rows of equal length, one after the other. */
export interface Rows {
  readonly values: ArrayLike<number>;
  readonly width: number;
}

export const rowCount = ({ values, width }: Rows): number => values.length / width;

/** Every row of `a` with every row of `b`, `[n · m]`. */
export function dotProducts(a: Rows, b: Rows): Float32Array {
  const [n, m] = [rowCount(a), rowCount(b)];
  const products = new Float32Array(n * m);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < m; j++) {
      let sum = 0;
      for (let k = 0; k < a.width; k++) sum += a.values[i * a.width + k]! * b.values[j * b.width + k]!;
      products[i * m + j] = sum;
    }
  }
  return products;
}

/** The mean squared distance of a query and its relevant document (Wang & Isola 2020, α = 2). */
function alignment(queries: Rows, documents: Rows, relevant: ArrayLike<number>): number {
  const n = rowCount(queries);
  let sum = 0;
  for (let i = 0; i < n; i++) sum += squaredDistance(queries, i, documents, relevant[i]!);
  return sum / n;
}

/** log of the mean over pairs of e^(−2 · squared distance): 0 where all lie on one point (Wang & Isola 2020, t = 2). */
function uniformity(rows: Rows): number {
  return Math.log(meanOverPairs(rows, (squared) => Math.exp(-2 * squared)));
}

/** The mean Euclidean distance of two rows. */
export function meanPairDistance(rows: Rows): number {
  return meanOverPairs(rows, Math.sqrt);
}

/**
 * @param queries unit rows, like `documents`
 * @param relevant the document that each query should find
 * @param scores of every query with every document; dot products where they are not given
 */
export function retrievalMetrics(
  queries: Rows,
  documents: Rows,
  relevant: readonly number[],
  scores = dotProducts(queries, documents),
): RetrievalMetrics {
  const m = rowCount(documents);
  const ranks = relevant.map((document, i) => rankOf(scores.subarray(i * m, (i + 1) * m), document));
  const mean = (value: (rank: number) => number): number => ranks.reduce((sum, rank) => sum + value(rank), 0) / ranks.length;
  return {
    accuracyAt1: mean((rank) => Number(rank === 1)),
    recallAt5: mean((rank) => Number(rank <= 5)),
    mrrAt10: mean((rank) => (rank <= 10 ? 1 / rank : 0)),
    alignment: alignment(queries, documents, relevant),
    uniformity: uniformity(queries),
  };
}

function squaredDistance(a: Rows, i: number, b: Rows, j: number): number {
  let sum = 0;
  for (let k = 0; k < a.width; k++) sum += (a.values[i * a.width + k]! - b.values[j * b.width + k]!) ** 2;
  return sum;
}

function meanOverPairs(rows: Rows, value: (squaredDistance: number) => number): number {
  const n = rowCount(rows);
  let sum = 0;
  for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) sum += value(squaredDistance(rows, i, rows, j));
  return sum / ((n * (n - 1)) / 2);
}
