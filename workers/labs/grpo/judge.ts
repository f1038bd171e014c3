import type { GrpoConfig } from '../../../src/core/labs/grpo/parameters.js';
import type { Population } from '../population.js';
import { overlongPunishment } from './overlong.js';
import type { ScoredResponses } from './responses.js';
import type { Task } from './tasks/task.js';
import { errs, flipped, type VerifierErrors } from './verifier.js';

/** Scored responses as training sees them: components and rewards with the verifier's errors and the punishment of length. */
export interface JudgedRewards extends ScoredResponses {
  /** What the rewards would be if the verifier did not err, `[R · B]`. */
  readonly trueRewards: Float64Array;
  /** Added to the rewards for length, `[R · B]`. */
  readonly punishments: Float64Array;
}

export function verifierErrors(population: Population<GrpoConfig>): VerifierErrors {
  return { falsePositive: population.knob('verifierFalsePositive'), falseNegative: population.knob('verifierFalseNegative') };
}

/**
 * What training is told of sampled responses. Without errors and punishment all rewards keep every bit.
 *
 * @param weights of the reward components
 * @param step of the verifier's draws
 */
export function judge(
  task: Task,
  scored: ScoredResponses,
  { population, weights, step }: { population: Population<GrpoConfig>; weights: readonly number[]; step: number },
): JudgedRewards {
  const { maxResponseLength } = population.config;
  const names = weights.length;
  const answer = task.rewards.indexOf(task.answer);
  const sequences = scored.rewards.length / population.size;
  const errors = verifierErrors(population);
  const [buffers, factors] = [population.knob('overlongBuffer'), population.knob('overlongPenalty')];
  const components = scored.components.slice();
  const rewards = scored.rewards.slice();
  const trueRewards = scored.rewards.slice();
  const punishments = new Float64Array(rewards.length);
  population.seeds.forEach((seed, replica) => {
    const from = replica * sequences;
    if (errs(errors, replica)) {
      const right = (place: number): boolean => scored.components[(from + place) * names + answer] === 1;
      flipped(errors, { replica, seed, step }, sequences, right).forEach((isFlipped, place) => {
        if (!isFlipped) return;
        const own = components.subarray((from + place) * names, (from + place + 1) * names);
        own[answer] = 1 - own[answer]!;
        rewards[from + place] = weights.reduce((sum, weight, k) => sum + own[k]! * weight, 0);
      });
    }
    if (buffers[replica] === 0) return;
    for (let i = from; i < from + sequences; i++) {
      punishments[i] = overlongPunishment(scored.lengths[i]!, maxResponseLength, buffers[replica]!, factors[replica]!);
      rewards[i]! += punishments[i]!;
      trueRewards[i]! += punishments[i]!;
    }
  });
  return { ...scored, components, rewards, trueRewards, punishments };
}
