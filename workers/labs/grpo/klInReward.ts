import type { GrpoConfig } from '../../../src/core/labs/grpo/parameters.js';
import type { KlEstimator } from '../../engines/grpoStep.js';
import type { PerReplica } from '../../engines/perReplica.js';
import type { Policy } from '../../engines/policy.js';
import type { Population } from '../population.js';
import type { JudgedRewards } from './judge.js';
import type { Task } from './tasks/task.js';
import type { Rollout } from './rollouts.js';

/** Most that one step corrects, as a share of the error's range: Ziegler et al. 2019. */
const mostError = 0.2;

/** An estimate of a token's KL from d = log-prob − reference log-prob, nats. */
export function klOf(estimator: KlEstimator, d: number): number {
  switch (estimator) {
    case 'k1':
      return d;
    case 'k2':
      return (d * d) / 2;
    case 'k3':
      return Math.exp(-d) + d - 1;
  }
}

/**
 * KL to the reference as part of the reward: β · Σ KL over a response's tokens is taken off what it earned (verl
 * `apply_kl_penalty`). The `adaptive` controller multiplies β after each step by 1 + clip(KL / target − 1, ±0.2) ·
 * responses / horizon, where the KL is the mean over responses of the mean over their tokens (Ziegler et al. 2019,
 * 'Fine-Tuning Language Models from Human Preferences'; verl `AdaptiveKLController`).
 */
export class KlInReward {
  private factors: number[];

  /** @param from what β has been multiplied by, a replica */
  constructor(replicas: number, from?: readonly number[]) {
    this.factors = from ? [...from] : Array.from({ length: replicas }, () => 1);
  }

  /** What β has been multiplied by so far, a replica. */
  get state(): readonly number[] {
    return this.factors;
  }

  /** β of the step to come. */
  coefficients(population: Population<GrpoConfig>): PerReplica {
    return population.knob('klCoefficient').map((coefficient, replica) => coefficient * this.factors[replica]!);
  }

  /** A rollout's rewards less the penalty, after which the controller moves. */
  async penalise(population: Population<GrpoConfig>, task: Task, policy: Policy, { scored, prompts, logProbs }: Rollout): Promise<JudgedRewards> {
    const { klEstimator, klController, maxResponseLength } = population.config;
    const { tokens, width, lengths } = scored;
    const { promptLength, padding } = task;
    const responses = { prompts, promptLength, responses: tokens, width, lengths, padding, maxResponseLength };
    const reference = await policy.referenceLogProbs(responses, population.knob('temperature'));
    const coefficients = this.coefficients(population);
    const sequences = lengths.length / population.size;
    const rewards = scored.rewards.slice();
    const punishments = scored.punishments.slice();
    const means = new Array<number>(population.size).fill(0);
    lengths.forEach((length, i) => {
      const replica = Math.floor(i / sequences);
      let total = 0;
      for (let t = 0; t < length; t++) total += klOf(klEstimator, logProbs[i * width + t]! - reference[i * width + t]!);
      const penalty = coefficients[replica]! * total;
      rewards[i]! -= penalty;
      punishments[i]! -= penalty;
      means[replica]! += total / length / sequences;
    });
    if (klController === 'adaptive') {
      const [targets, horizons] = [population.knob('klTarget'), population.knob('klHorizon')];
      this.factors = this.factors.map((factor, replica) => {
        const error = Math.min(Math.max(means[replica]! / targets[replica]! - 1, -mostError), mostError);
        return factor * (1 + (error * sequences) / horizons[replica]!);
      });
    }
    return { ...scored, rewards, punishments };
  }
}
