import type { GrpoConfig } from '../../../src/core/labs/grpo/parameters.js';
import { streams } from '../../../src/core/random.js';
import type { Policy, Sample } from '../../engines/policy.js';
import type { Population } from '../population.js';
import { groupedRewards } from './compareGroups.js';
import { liveGroups } from './estimators.js';
import { judge, type JudgedRewards } from './judge.js';
import { rewardWeights, rolloutSampler, rolloutSampling } from './knobs.js';
import { sampleRequest } from './requests.js';
import { scoreResponses } from './responses.js';
import type { Example, Task } from './tasks/task.js';

/** Sampled groups with what they are worth to training. Sequence index: replica · B + place. */
export interface Generation {
  /** One a sequence. */
  readonly examples: readonly Example[];
  /** Token ids, `[R, B, promptLength]`. */
  readonly prompts: Int32Array;
  readonly scored: JudgedRewards;
  /** Of each token under the sampling distribution, `[R, B, width]`. */
  readonly logProbs: Float32Array;
  /** Of the distribution that each token was drawn from, `[R, B, width]`. */
  readonly entropies: Float32Array;
  /** Whether a group teaches anything, of each replica `[G]`. */
  readonly live: readonly (readonly boolean[])[];
  readonly scalars: Sample['scalars'];
}

/** No run has so many steps. */
const beyondSteps = 2 ** 16;

/**
 * The step that the draws of a step's generations are made under: the first's are those of the step itself, as where
 * nothing is filtered, and a further one's are those of a step that no run reaches. A stream of their own would do as
 * well, but engines know two streams; places further on in the step's own stream would depend on how many prompts there
 * are.
 */
export function generationStep(step: number, generation: number): number {
  return step + generation * beyondSteps;
}

/** Samples `examples`, n of each, and judges what comes. `step` is that of the draws. */
export async function generate(
  task: Task, population: Population<GrpoConfig>, policy: Policy, examples: readonly Example[], step: number,
): Promise<Generation> {
  const { config } = population;
  const weights = rewardWeights(config, task);
  const request = sampleRequest(task, population, examples, { repeats: config.rolloutN, stream: streams.sampling, step });
  const sampled = await policy.sample({ ...request, sampling: rolloutSampling(population), sampler: rolloutSampler(population) });
  const { logProbs, entropies, scalars } = sampled;
  const scored = judge(task, scoreResponses(task, examples, sampled.tokens, sampled.width, weights), { population, weights, step });
  const live = population.seeds.map((_, replica) =>
    liveGroups(groupedRewards(scored, { population, weights }, replica), config.advantageEstimator),
  );
  return { examples, prompts: request.prompts, scored, logProbs, entropies, live, scalars };
}
