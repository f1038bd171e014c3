import { grpoConfig, type GrpoConfig } from '../../../src/core/labs/grpo/parameters.js';
import type { Config } from '../../../src/core/parameters.js';
import type { RolloutInspection } from '../../../src/core/labs/grpo/inspection.js';
import { streams } from '../../../src/core/random.js';
import type { Policy, PolicySnapshot, SampleRequest } from '../../engines/policy.js';
import { stepScalars } from '../../engines/grpoStep.js';
import { NotFiniteError, type Checkpoint, type Row, type Trainer } from '../trainer.js';
import { DataOrder } from '../dataOrder.js';
import type { Population } from '../population.js';
import { compareGroups } from './compareGroups.js';
import { lossKnobs, rewardWeights, rolloutSampling, validationSampling } from './knobs.js';
import { inspectResponses, replicaMeans, scoreResponses, type JudgedResponses } from './responses.js';
import type { Example, Task } from './tasks/task.js';

const samplesPerValidationPrompt = 4;

export interface GrpoCheckpoint extends Checkpoint {
  readonly policy: PolicySnapshot;
  /** Training prompts drawn so far, a replica. */
  readonly promptsDrawn: number;
}

/** A step whose scalars are still on the device. */
interface PendingStep {
  readonly step: number;
  readonly values: Record<string, ArrayLike<number>>;
}

/**
 * GRPO (Shao et al. 2024): sample n responses a prompt, score them, compare each with its group, and raise or lower the
 * probability of its tokens within PPO's clip range, held near a frozen reference policy.
 */
export class GrpoTrainer implements Trainer {
  private readonly replicas: number;
  private readonly training: readonly (readonly Example[])[];
  /** Every held-out prompt of every replica, several times. */
  private readonly validation: readonly Example[];
  private readonly orders: readonly DataOrder[];
  private promptsDrawn = 0;
  private pending: PendingStep | undefined;
  private last: JudgedResponses | undefined;
  private inspected: RolloutInspection | undefined;
  step = 0;

  /**
   * @param policy at the warm start or as the checkpoint has it; the trainer takes it over
   * @param from where to go on
   */
  constructor(
    private population: Population<GrpoConfig>,
    private readonly task: Task,
    private readonly policy: Policy,
    from?: GrpoCheckpoint,
  ) {
    const { config, seeds } = population;
    this.replicas = population.size;
    const splits = seeds.map((seed) => task.split(seed, config.trainingPrompts, task.validationPrompts));
    this.training = splits.map((split) => split.training);
    this.validation = splits.flatMap((split) => split.validation.flatMap((example) => repeat(example, samplesPerValidationPrompt)));
    this.orders = this.training.map((examples, replica) => new DataOrder(seeds[replica]!, examples.length));
    if (!from) return;
    this.promptsDrawn = from.promptsDrawn;
    this.step = from.step;
  }

  async train(): Promise<Row[]> {
    const { population, task } = this;
    const { config } = population;
    const step = this.step + 1;
    const n = config.rolloutN;
    const prompts = config.promptsPerStep;
    const weights = rewardWeights(config, task);

    const examples = this.draw(prompts, n);
    const request = this.request(examples, n, streams.sampling, step);
    const sampled = await this.policy.sample({ ...request, sampling: rolloutSampling(population) });
    const rows = this.settle(sampled.scalars);
    const scored = scoreResponses(task, examples, sampled.tokens, sampled.width, weights);
    const { advantages, deadGroups } = compareGroups(scored, { population, weights });
    const optimizer = population.optimizer(step, config.steps);
    this.policy.update({
      prompts: request.prompts,
      promptLength: task.promptLength,
      responses: sampled.tokens,
      width: sampled.width,
      lengths: scored.lengths,
      samplingLogProbs: sampled.logProbs,
      advantages: Float32Array.from(advantages),
      padding: task.padding,
      maxResponseLength: request.maxResponseLength,
      innerEpochs: config.innerEpochs,
      loss: lossKnobs(population, task),
      optimizer,
      dropout: { rates: population.knob('dropout'), seeds: population.seeds, step },
    });
    this.last = { step, n, examples, scored, logProbs: sampled.logProbs, entropies: sampled.entropies, advantages };
    const means = (value: (index: number) => number): Float64Array => replicaMeans(this.replicas, prompts * n, value);
    const component = (k: number) => (i: number): number => scored.components[i * task.rewards.length + k]!;
    this.pending = {
      step,
      values: {
        reward: means((i) => scored.rewards[i]!),
        ...Object.fromEntries(task.rewards.map((name, k) => [`reward.${name}`, means(component(k))])),
        responseLength: means((i) => scored.lengths[i]!),
        deadGroups,
        learningRate: optimizer.learningRate,
      },
    };
    this.step = step;
    this.promptsDrawn += prompts;
    return rows;
  }

  async flush(): Promise<Row[]> {
    return this.settle(await this.policy.scalars());
  }

  async validate(): Promise<Row> {
    const { task, validation: examples } = this;
    const request = this.request(examples, samplesPerValidationPrompt, streams.validation, this.step);
    const sampled = await this.policy.sample({ ...request, sampling: validationSampling(this.population) });
    const scored = scoreResponses(task, examples, sampled.tokens, sampled.width, rewardWeights(this.population.config, task));
    const answer = task.rewards.indexOf(task.answer);
    const answered = (i: number): number => scored.components[i * task.rewards.length + answer]!;
    const passed = (prompt: number): number => {
      const first = prompt * samplesPerValidationPrompt;
      return Math.max(...Array.from({ length: samplesPerValidationPrompt }, (_, k) => answered(first + k)));
    };
    const sequences = examples.length / this.replicas;
    return {
      step: this.step,
      values: {
        'validation.reward': replicaMeans(this.replicas, sequences, (i) => scored.rewards[i]!),
        'validation.answer': replicaMeans(this.replicas, sequences, answered),
        'validation.passAt4': replicaMeans(this.replicas, sequences / samplesPerValidationPrompt, passed),
      },
    };
  }

  change(config: Config): void {
    this.population = this.population.withConfig(grpoConfig(config));
  }

  async checkpoint(): Promise<GrpoCheckpoint> {
    return { step: this.step, policy: await this.policy.snapshot(), promptsDrawn: this.promptsDrawn };
  }

  inspect(replica: number): RolloutInspection | undefined {
    const { last, inspected } = this;
    if (last && (inspected?.step !== last.step || inspected.replica !== replica)) {
      this.inspected = inspectResponses(this.task, last, replica, this.replicas);
    }
    return this.inspected;
  }

  dispose(): void {
    this.policy.dispose();
  }

  /** The examples of a step, n rows each, replica by replica. */
  private draw(prompts: number, n: number): Example[] {
    return this.orders.flatMap((order, replica) =>
      Array.from({ length: prompts }, (_, i) => this.training[replica]![order.at(this.promptsDrawn + i)]!).flatMap((example) =>
        repeat(example, n),
      ),
    );
  }

  private request(
    examples: readonly Example[],
    repeats: number,
    stream: SampleRequest['stream'],
    step: number,
  ): Omit<SampleRequest, 'sampling'> {
    const { task } = this;
    const prompts = new Int32Array(examples.length * task.promptLength);
    examples.forEach(({ prompt }, i) => prompts.set(prompt, i * task.promptLength));
    return {
      prompts,
      promptLength: task.promptLength,
      repeats,
      maxResponseLength: this.population.config.maxResponseLength,
      endOfSequence: task.endOfSequence,
      padding: task.padding,
      seeds: this.population.seeds,
      stream,
      step,
    };
  }

  /**
   * The row of the pending step, now that its scalars are known; if its loss or gradient is not finite, returns to the
   * state before it and throws.
   */
  private settle(scalars: Float32Array | undefined): Row[] {
    const { pending } = this;
    if (!pending || !scalars) return [];
    this.pending = undefined;
    const { step } = pending;
    const values: Record<string, ArrayLike<number>> = { ...pending.values };
    stepScalars.forEach((name, k) => {
      if (name !== 'loss') values[name] = scalars.slice(k * this.replicas, (k + 1) * this.replicas);
    });
    const bad = (['policyLoss', 'gradNorm'] as const).find((name) => !Array.from(values[name]!).every(Number.isFinite));
    if (bad === undefined) return [{ step, values }];
    values[bad] = Array.from(values[bad]!, (value) => (Number.isFinite(value) ? value : Infinity));
    this.policy.undo();
    this.step = step - 1;
    throw new NotFiniteError(step, bad, step - 1, [{ step, values }]);
  }
}

function repeat<T>(value: T, times: number): T[] {
  return Array.from({ length: times }, () => value);
}
