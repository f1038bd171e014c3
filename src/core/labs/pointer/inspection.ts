import type { Inspection } from '../../protocol.js';

/** One held-out query of the last validation: its pool, what the selector picked from it, and what it should have. */
export interface PoolInspection extends Inspection {
  readonly kind: 'pool';
  /** Which of the `count` held-out queries, from 0. */
  readonly item: number;
  readonly count: number;
  readonly candidates: readonly {
    /** How well it goes with the query. */
    readonly relevance: number;
    /** The query's attention to it in the last layer, mean over heads. */
    readonly attention: number;
    /** Of being picked first, second …, given the picks before it. */
    readonly probabilities: readonly number[];
  }[];
  /** Candidates in the order in which they were picked, the most probable one each time. */
  readonly picks: readonly number[];
  readonly best: readonly number[];
  readonly utility: number;
  readonly bestUtility: number;
  /** Of all ordered choices. */
  readonly meanUtility: number;
  /** (utility − mean) / (best − mean). */
  readonly score: number;
}
