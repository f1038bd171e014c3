import { randomAt, randomKey, streams, toUniform } from '../../../src/core/random.js';
import type { PerReplica } from '../../engines/perReplica.js';

/** How often a population's verifiers err, each a share of the responses that it could err on. */
export interface VerifierErrors {
  /** Of wrong answers, judged right. */
  readonly falsePositive: PerReplica;
  /** Of right answers, judged wrong. */
  readonly falseNegative: PerReplica;
}

export function errs({ falsePositive, falseNegative }: VerifierErrors, replica: number): boolean {
  return falsePositive[replica]! > 0 || falseNegative[replica]! > 0;
}

/**
 * Whether the judgement of each of one replica's answers is turned round, `[B]`. The draw of a response is number
 * `place in the replica's batch` under (seed, stream `verifier`, step).
 *
 * @param right whether the answer in a place is right
 */
export function flipped(
  errors: VerifierErrors,
  { replica, seed, step }: { replica: number; seed: number; step: number },
  sequences: number,
  right: (place: number) => boolean,
): boolean[] {
  const key = randomKey(seed, streams.verifier, step);
  return Array.from({ length: sequences }, (_, place) => {
    const rate = (right(place) ? errors.falseNegative : errors.falsePositive)[replica]!;
    return toUniform(randomAt(key, place)) < rate;
  });
}
