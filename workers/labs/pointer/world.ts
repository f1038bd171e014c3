import { RandomSequence, streams } from '../../../src/core/random.js';

/** Numbers that describe a query or a candidate. */
export const features = 16;
export const trainingQueries = 512;
export const validationQueries = 400;

/** Steps of the stream `dataSplit`: draws for different purposes. */
const draws = { world: 0, training: 1, validation: 2 } as const;

/** Queries with a pool of K candidates each, and what every choice of m of them in order is worth. */
export interface QuerySet {
  readonly count: number;
  /** K. */
  readonly poolSize: number;
  /** m: how many are picked. */
  readonly shotNum: number;
  /** `[count, 16]`. */
  readonly queries: Float32Array;
  /** `[count, K, 16]`. */
  readonly candidates: Float32Array;
  /** How well each candidate goes with its query, `[count, K]`. */
  readonly relevance: Float32Array;
  /** Cosines between a pool's candidates, `[count, K, K]`. */
  readonly similarity: Float32Array;
  /** What each candidate is worth as the last pick, `[count, K]`. */
  readonly closing: Float32Array;
  /** The ordered picks with the highest utility, `[count, m]`. */
  readonly best: Int32Array;
  /** Of the best picks, and the mean over all, `[count]`. */
  readonly bestUtility: Float64Array;
  readonly meanUtility: Float64Array;
}

/**
 * The utility of m picks in order for query `n`: rel(c₁) + .7 Σ_{t>1} rel(c_t) − .8 Σ_{s<t} cos(c_s, c_t) + .4 o·c_m.
 * For two picks that is rel_i + .7 rel_j − .8 cos(c_i, c_j) + .4 o·c_j: later examples count less, alike ones waste
 * room, and some candidates are better placed last.
 *
 * @param picks m candidates from `offset` on
 */
export function utility(set: QuerySet, n: number, picks: ArrayLike<number>, offset = 0): number {
  const { poolSize: pool, shotNum, relevance, similarity } = set;
  let sum = 0;
  for (let t = 0; t < shotNum; t++) {
    const candidate = picks[offset + t]!;
    sum += (t === 0 ? 1 : 0.7) * relevance[n * pool + candidate]!;
    for (let s = 0; s < t; s++) sum -= 0.8 * similarity[(n * pool + picks[offset + s]!) * pool + candidate]!;
  }
  return sum + 0.4 * set.closing[n * pool + picks[offset + shotNum - 1]!]!;
}

/** (utility − mean) / (best − mean): 1 is the best choice there is, 0 what random picks reach on average. */
export function score(set: QuerySet, n: number, picks: ArrayLike<number>, offset = 0): number {
  const mean = set.meanUtility[n]!;
  return (utility(set, n, picks, offset) - mean) / (set.bestUtility[n]! - mean);
}

/** All ordered choices of m of K, one after another: `[K! / (K − m)!, m]`. */
export function orderedPicks(poolSize: number, shotNum: number): Int32Array {
  const all: number[] = [];
  const chosen: number[] = [];
  const extend = (): void => {
    if (chosen.length === shotNum) {
      all.push(...chosen);
      return;
    }
    for (let candidate = 0; candidate < poolSize; candidate++) {
      if (chosen.includes(candidate)) continue;
      chosen.push(candidate);
      extend();
      chosen.pop();
    }
  };
  extend();
  return Int32Array.from(all);
}

/**
 * The training and validation queries of a seed. Each seed has a world of its own: what makes a candidate relevant, and
 * which close well.
 */
export function drawQueries(seed: number, poolSize: number, shotNum: number): { training: QuerySet; validation: QuerySet } {
  const random = new RandomSequence(seed, streams.dataSplit, draws.world);
  const normals = (count: number): Float64Array =>
    Float64Array.from({ length: count }, () => random.normal() / Math.sqrt(features));
  const interaction = normals(features * features);
  const closing = normals(features);
  const draw = (count: number, step: number): QuerySet => {
    const own = new RandomSequence(seed, streams.dataSplit, step);
    const queries = new Float32Array(count * features);
    const candidates = new Float32Array(count * poolSize * features);
    for (const values of [queries, candidates]) for (let i = 0; i < values.length; i++) values[i] = own.normal();
    return rate({ count, poolSize, shotNum, queries, candidates }, interaction, closing);
  };
  return { training: draw(trainingQueries, draws.training), validation: draw(validationQueries, draws.validation) };
}

/** What the candidates are worth under a world, from an enumeration of all ordered choices. */
function rate(
  set: Pick<QuerySet, 'count' | 'poolSize' | 'shotNum' | 'queries' | 'candidates'>,
  interaction: Float64Array,
  closing: Float64Array,
): QuerySet {
  const { count, poolSize, shotNum, queries, candidates } = set;
  const rows = count * poolSize;
  const rated = {
    ...set,
    relevance: new Float32Array(rows),
    similarity: new Float32Array(rows * poolSize),
    closing: new Float32Array(rows),
    best: new Int32Array(count * shotNum),
    bestUtility: new Float64Array(count).fill(-Infinity),
    meanUtility: new Float64Array(count),
  };
  // Whoever presses Run waits for this: no array is made for a row.
  const squares = new Float64Array(rows);
  for (let i = 0; i < rows; i++) squares[i] = dot(candidates, i * features, candidates, i * features);
  const choices = orderedPicks(poolSize, shotNum);
  const wanted = new Float64Array(features);
  for (let n = 0; n < count; n++) {
    // q M, the direction that is relevant to this query.
    for (let e = 0; e < features; e++) {
      wanted[e] = 0;
      for (let d = 0; d < features; d++) wanted[e]! += queries[n * features + d]! * interaction[d * features + e]!;
    }
    for (let k = 0; k < poolSize; k++) {
      const i = n * poolSize + k;
      rated.relevance[i] = (1.5 / Math.sqrt(features)) * dot(wanted, 0, candidates, i * features);
      rated.closing[i] = dot(closing, 0, candidates, i * features);
      for (let other = 0; other <= k; other++) {
        const j = n * poolSize + other;
        const cosine = dot(candidates, i * features, candidates, j * features) / Math.sqrt(squares[i]! * squares[j]!);
        rated.similarity[i * poolSize + other] = cosine;
        rated.similarity[j * poolSize + k] = cosine;
      }
    }
    let sum = 0;
    for (let at = 0; at < choices.length; at += shotNum) {
      const value = utility(rated, n, choices, at);
      sum += value;
      if (value <= rated.bestUtility[n]!) continue;
      rated.bestUtility[n] = value;
      rated.best.set(choices.subarray(at, at + shotNum), n * shotNum);
    }
    rated.meanUtility[n] = sum / (choices.length / shotNum);
  }
  return rated;
}

/** Of 16 numbers of `a` from `from` on with those of `b` from `start` on. */
function dot(a: Float32Array | Float64Array, from: number, b: Float32Array | Float64Array, start: number): number {
  let sum = 0;
  for (let i = 0; i < features; i++) sum += a[from + i]! * b[start + i]!;
  return sum;
}
