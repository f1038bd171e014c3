import { RandomSequence, streams } from '../../../src/core/random.js';
import type { PointerBatch } from './model.js';
import { drawQueries, features, orderedPicks, utility, type QuerySet } from './world.js';
import type { PerReplica } from '../../engines/perReplica.js';

/** What one replica learns from and is measured on. */
export interface Examples {
  readonly training: QuerySet;
  readonly validation: QuerySet;
  /** Candidate sequences for each training query, where the stage learns from rewards. */
  readonly offers: Offers | undefined;
}

/** Sequences of picks that some earlier selectors made for each training query, with what they were rewarded. */
export interface Offers {
  /** `[512, 8, m]`. */
  readonly picks: Int32Array;
  /** What they are truly worth, `[512, 8]`. */
  readonly utilities: Float64Array;
  /** Standard normal errors of the judge, `[512, 8]`. */
  readonly errors: Float64Array;
}

/** Offers a query: the best under a noisy judgement, and random ones. */
export const offersEach = 8;
const beams = 2;
/** The standard deviation of the noise that the beams were searched under. */
const beamNoise = 1;

/** Each seed's examples; arms of a population share those of their seeds. */
export function drawExamples(seeds: PerReplica, poolSize: number, shotNum: number, rewarded: boolean): Examples[] {
  const drawn = new Map<number, Examples>();
  return seeds.map((seed) => {
    const known = drawn.get(seed);
    if (known) return known;
    const { training, validation } = drawQueries(seed, poolSize, shotNum);
    const examples = { training, validation, offers: rewarded ? drawOffers(seed, training) : undefined };
    drawn.set(seed, examples);
    return examples;
  });
}

function drawOffers(seed: number, set: QuerySet): Offers {
  const { count, poolSize, shotNum } = set;
  const random = new RandomSequence(seed, streams.demonstrations, 0);
  const choices = orderedPicks(poolSize, shotNum);
  const noisy = new Float64Array(choices.length / shotNum);
  const picks = new Int32Array(count * offersEach * shotNum);
  const utilities = new Float64Array(count * offersEach);
  for (let n = 0; n < count; n++) {
    for (let i = 0; i < noisy.length; i++) noisy[i] = utility(set, n, choices, i * shotNum) + beamNoise * random.normal();
    for (let k = 0; k < offersEach; k++) {
      const at = (n * offersEach + k) * shotNum;
      if (k < beams) {
        const top = highest(noisy);
        noisy[top] = -Infinity;
        picks.set(choices.subarray(top * shotNum, (top + 1) * shotNum), at);
      } else {
        const pool = Array.from({ length: poolSize }, (_, candidate) => candidate);
        for (let t = 0; t < shotNum; t++) picks[at + t] = pool.splice(random.integer(pool.length), 1)[0]!;
      }
      utilities[n * offersEach + k] = utility(set, n, picks, at);
    }
  }
  return { picks, utilities, errors: Float64Array.from(utilities, () => random.normal()) };
}

function highest(values: Float64Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}

/**
 * Some queries of each replica's own set, side by side.
 *
 * @param rows indices `[R][B]`
 */
export function batchOf(sets: readonly QuerySet[], rows: readonly ArrayLike<number>[]): PointerBatch {
  const { poolSize } = sets[0]!;
  const size = rows[0]!.length;
  const queries = new Float32Array(sets.length * size * features);
  const candidates = new Float32Array(queries.length * poolSize);
  const pool = poolSize * features;
  sets.forEach((set, replica) => {
    for (let i = 0; i < size; i++) {
      const n = rows[replica]![i]!;
      const to = replica * size + i;
      queries.set(set.queries.subarray(n * features, (n + 1) * features), to * features);
      candidates.set(set.candidates.subarray(n * pool, (n + 1) * pool), to * pool);
    }
  });
  return { size, poolSize, queries, candidates };
}
