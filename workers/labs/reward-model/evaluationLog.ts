import type { Estimate, Evaluations } from '../../../src/core/labs/reward-model/evaluations.js';
import type { Judgement } from './evaluate.js';

/** What every replica's model made of the validation pairs at one step. */
export interface Evaluation {
  readonly step: number;
  /** −log σ(margin), `[R · pairs]`. */
  readonly losses: Float32Array;
  /** 1 where the margin is above 0, `[R · pairs]`. */
  readonly right: Float32Array;
}

/** Every replica's last evaluation. */
export interface LastEvaluation {
  readonly step: number;
  readonly training: Judgement;
  readonly validation: Judgement;
  readonly log: readonly Evaluation[];
}

/** Evaluations that are kept whole; of a longer run every second one is. */
const most = 64;

/** The evaluations kept before that of `step`, with it: plain data, so that a run can go on from any of them. */
export function keepEvaluation(log: readonly Evaluation[], evaluation: Evaluation): readonly Evaluation[] {
  const kept = [...log.filter(({ step }) => step < evaluation.step), evaluation];
  return kept.length > most ? kept.filter((_, i) => i % 2 === 0) : kept;
}

/** Over one replica's pairs: the mean of a number, or of how much it differs from another of the same pair. */
export function estimate(replica: number, pairs: number, values: Float32Array, minus?: Float32Array): Estimate {
  const first = replica * pairs;
  const at = (i: number): number => values[first + i]! - (minus?.[first + i] ?? 0);
  let sum = 0;
  for (let i = 0; i < pairs; i++) sum += at(i);
  const mean = sum / pairs;
  let squares = 0;
  for (let i = 0; i < pairs; i++) squares += (at(i) - mean) ** 2;
  return { mean, error: Math.sqrt(squares / (pairs - 1) / pairs) };
}

/** One replica's evaluations, each beside the last. */
export function evaluationsOf(log: readonly Evaluation[], replica: number, pairs: number): Evaluations {
  const last = log.at(-1)!;
  return {
    steps: log.map(({ step }) => step),
    loss: log.map(({ losses }) => estimate(replica, pairs, losses).mean),
    accuracy: log.map(({ right }) => estimate(replica, pairs, right).mean),
    lossError: log.map(({ losses }) => estimate(replica, pairs, last.losses, losses).error),
    accuracyError: log.map(({ right }) => estimate(replica, pairs, last.right, right).error),
  };
}
