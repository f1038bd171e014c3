import { metrics } from '../../../src/core/labs/grpo/metrics.js';
import { grpoConfig, type GrpoConfig } from '../../../src/core/labs/grpo/parameters.js';
import type { Config } from '../../../src/core/parameters.js';
import type { RolloutInspection } from '../../../src/core/labs/grpo/inspection.js';
import { streams } from '../../../src/core/random.js';
import type { Policy, PolicySnapshot } from '../../engines/policy.js';
import { scalarRow, stepScalars, type StepScalar } from '../../engines/grpoStep.js';
import { NotFiniteError, type Checkpoint, type Row, type Trainer } from '../trainer.js';
import { DataOrder } from '../dataOrder.js';
import type { Population } from '../population.js';
import { compareGroups } from './compareGroups.js';
import { logProbAdvantageCovariance } from './covariance.js';
import { EntropyControl, type EntropyControlState } from './entropyControl.js';
import { verifierErrors } from './judge.js';
import { KlInReward } from './klInReward.js';
import { lossKnobs, rewardWeights, validationSampling } from './knobs.js';
import { repeat, sampleRequest } from './requests.js';
import { inspectResponses, isTruncated, replicaMeans, responsesInLoss, scoreResponses, type JudgedResponses } from './responses.js';
import { Rollouts } from './rollouts.js';
import { errs } from './verifier.js';
import type { Example, Task } from './tasks/task.js';

const samplesPerValidationPrompt = 4;

export interface GrpoCheckpoint extends Checkpoint {
  readonly policy: PolicySnapshot;
  /** Training prompts that each replica has drawn so far; one number for all in checkpoints of older versions. */
  readonly promptsDrawn: readonly number[] | number;
  /** Where an entropy target is followed. */
  readonly entropyControl?: EntropyControlState;
  /** Where the KL is in the reward: what its coefficient has been multiplied by, a replica. */
  readonly klFactors?: readonly number[];
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
  /** Every held-out prompt of every replica, several times. */
  private readonly validation: readonly Example[];
  private readonly rollouts: Rollouts;
  private readonly entropyControl: EntropyControl;
  private readonly klInReward: KlInReward | undefined;
  /** Of each replica. */
  private promptsDrawn: readonly number[];
  /** The scalars of the pending step, where a checkpoint has asked for them. */
  private told: Float32Array | undefined;
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
    this.validation = splits.flatMap((split) => split.validation.flatMap((example) => repeat(example, samplesPerValidationPrompt)));
    const training = splits.map((split) => split.training);
    const orders = training.map((examples, replica) => new DataOrder(seeds[replica]!, examples.length));
    this.rollouts = new Rollouts(task, policy, training, orders);
    this.entropyControl = new EntropyControl(this.replicas, from?.entropyControl);
    this.klInReward = config.klInReward ? new KlInReward(this.replicas, from?.klFactors) : undefined;
    const { promptsDrawn = 0, step = 0 } = from ?? {};
    this.promptsDrawn = typeof promptsDrawn === 'number' ? repeat(promptsDrawn, this.replicas) : promptsDrawn;
    this.step = step;
  }

  async train(): Promise<Row[]> {
    const { population, task } = this;
    const { config } = population;
    const step = this.step + 1;
    const n = config.rolloutN;
    const prompts = config.promptsPerStep;

    const rollout = await this.rollouts.collect(population, this.promptsDrawn, step);
    const { examples, scored } = rollout;
    const rows = this.settle(this.told ?? rollout.scalars);
    const klCoefficient = this.klInReward?.coefficients(population);
    const rewarded = (await this.klInReward?.penalise(population, task, this.policy, rollout)) ?? scored;
    const advantages = compareGroups(rewarded, { population, weights: rewardWeights(config, task) });
    const inLoss = responsesInLoss(task, scored, config.maskTruncated);
    const optimizer = population.optimizer(step, config.steps);
    this.policy.update({
      prompts: rollout.prompts,
      promptLength: task.promptLength,
      responses: scored.tokens,
      width: scored.width,
      lengths: scored.lengths,
      samplingLogProbs: rollout.logProbs,
      advantages: Float32Array.from(advantages, (advantage, i) => (inLoss[i] ? advantage : 0)),
      inLoss,
      padding: task.padding,
      maxResponseLength: config.maxResponseLength,
      innerEpochs: config.innerEpochs,
      miniBatches: config.miniBatches,
      repeats: n,
      staleness: config.staleness,
      loss: { ...lossKnobs(population, task), entropyCoefficient: this.entropyControl.coefficients(population) },
      optimizer,
      dropout: { rates: population.knob('dropout'), seeds: population.seeds, step },
    });
    this.last = { step, n, examples, scored, logProbs: rollout.logProbs, entropies: rollout.entropies, advantages };
    const means = (value: (index: number) => number): Float64Array => replicaMeans(this.replicas, prompts * n, value);
    const component = (k: number) => (i: number): number => scored.components[i * task.rewards.length + k]!;
    const errors = verifierErrors(population);
    this.pending = {
      step,
      values: {
        reward: means((i) => scored.rewards[i]!),
        rewardTrue: means((i) => scored.trueRewards[i]!).map((value, replica) => (errs(errors, replica) ? value : NaN)),
        ...Object.fromEntries(task.rewards.map((name, k) => [`reward.${name}`, means(component(k))])),
        responseLength: means((i) => scored.lengths[i]!),
        truncatedShare: means((i) => Number(isTruncated(task, scored, i))),
        deadGroups: rollout.deadGroups,
        ...(config.filterGroups && { generatedGroups: rollout.generatedGroups }),
        covariance: logProbAdvantageCovariance(this.replicas, { ...scored, logProbs: rollout.logProbs, advantages }),
        ...(klCoefficient && { klCoefficient }),
        learningRate: optimizer.learningRate,
      },
    };
    this.step = step;
    this.promptsDrawn = rollout.promptsDrawn;
    return rows;
  }

  async flush(): Promise<Row[]> {
    return this.settle(this.told ?? (await this.policy.scalars()));
  }

  async validate(): Promise<Row> {
    const { task, validation: examples } = this;
    const request = sampleRequest(task, this.population, examples, {
      repeats: samplesPerValidationPrompt, stream: streams.validation, step: this.step,
    });
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
    const { entropyControl, klInReward, step, promptsDrawn } = this;
    const plain = { step, promptsDrawn, ...(klInReward && { klFactors: klInReward.state }) };
    if (!entropyControl.acts) return { ...plain, policy: await this.policy.snapshot() };
    // Where the pending step moves the controller to is part of the state after it.
    if (this.pending) this.told ??= await this.policy.scalars();
    const moved = new EntropyControl(this.replicas, entropyControl.state);
    if (this.told) moved.move(this.population, rowOf(this.told, 'entropy', this.replicas));
    return { ...plain, policy: await this.policy.snapshot(), entropyControl: moved.state };
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

  /**
   * The row of the pending step, now that its scalars are known; if its loss or gradient is not finite, returns to the
   * state before it and throws.
   */
  private settle(scalars: Float32Array | undefined): Row[] {
    const { pending } = this;
    if (!pending || !scalars) return [];
    this.pending = this.told = undefined;
    const { step } = pending;
    const values: Record<string, ArrayLike<number>> = { ...pending.values };
    stepScalars.forEach((name) => {
      if (name !== 'loss') values[name] = rowOf(scalars, name, this.replicas);
    });
    const bad = (['policyLoss', 'gradNorm'] as const).find((name) => !Array.from(values[name]!).every(Number.isFinite));
    if (bad === undefined) {
      const entropyCoefficient = this.entropyControl.move(this.population, values['entropy']!);
      return [{ step, values: this.measured({ ...values, entropyCoefficient }) }];
    }
    values[bad] = Array.from(values[bad]!, (value) => (Number.isFinite(value) ? value : Infinity));
    this.policy.undo();
    this.step = step - 1;
    throw new NotFiniteError(step, bad, step - 1, [{ step, values }]);
  }

  /** What means something under the config of any replica. */
  private measured(values: Record<string, ArrayLike<number>>): Record<string, ArrayLike<number>> {
    const { replicas } = this.population;
    const idle = metrics.filter(({ applies }) => applies && !replicas.some(({ config }) => applies(config))).map(({ id }) => id);
    return Object.fromEntries(Object.entries(values).filter(([id]) => !idle.includes(id)));
  }
}

/** A scalar's row `[R]` of `[stepScalars.length, R]`. */
function rowOf(scalars: Float32Array, name: StepScalar, replicas: number): Float32Array {
  const row = scalarRow(name);
  return scalars.slice(row * replicas, (row + 1) * replicas);
}
