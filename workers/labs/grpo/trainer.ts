import * as tf from '@tensorflow/tfjs-core';
import { numberOf, textOf, type Config } from '../../../src/core/parameters.js';
import type { RolloutInspection } from '../../../src/core/protocol.js';
import { streams } from '../../../src/core/random.js';
import type { Engine } from '../../backend/engine.js';
import type { TransformerShape } from '../../model/layout.js';
import { rollout, type Rollout, type RolloutRequest } from '../../model/rollout.js';
import { disposeAdamW, startAdamW, type AdamWState } from '../../optimizer/adamW.js';
import { groupAdvantages } from '../../rl/groupAdvantages.js';
import { NotFiniteError, type Checkpoint, type Row, type Trainer } from '../trainer.js';
import { DataOrder } from './dataOrder.js';
import { everyReplica, lossKnobs, optimizerKnobs, replicaSeeds, rewardWeights, rolloutSampling, validationSampling } from './knobs.js';
import { stepScalars, updatePolicy } from './policyUpdate.js';
import { inspectResponses, replicaMeans, scoreResponses, type JudgedResponses } from './responses.js';
import type { Example, Task } from './tasks/task.js';

const samplesPerValidationPrompt = 4;

export interface GrpoCheckpoint extends Checkpoint {
  readonly state: AdamWState;
  /** The frozen reference policy, `[R, P]`. */
  readonly reference: tf.Tensor2D;
  /** Training prompts drawn so far, a replica. */
  readonly promptsDrawn: number;
}

/** A step whose scalars are still on the device. */
interface PendingStep {
  readonly step: number;
  readonly values: Record<string, ArrayLike<number>>;
  /** `[stepScalars.length, R]`. */
  readonly scalars: tf.Tensor2D;
  /** The state before the step, to return to if the scalars are not finite. */
  readonly before: AdamWState;
}

/**
 * GRPO (Shao et al. 2024): sample n responses a prompt, score them, compare each with its group, and raise or lower the
 * probability of its tokens within PPO's clip range, held near a frozen reference policy.
 */
export class GrpoTrainer implements Trainer {
  private readonly replicas: number;
  private readonly seeds: readonly number[];
  private readonly training: readonly (readonly Example[])[];
  /** Every held-out prompt of every replica, several times. */
  private readonly validation: readonly Example[];
  private readonly orders: readonly DataOrder[];
  private readonly reference: tf.Tensor2D;
  private state: AdamWState;
  private promptsDrawn = 0;
  private pending: PendingStep | undefined;
  private last: JudgedResponses | undefined;
  step = 0;

  /** @param start the warm start `[R, P]`, which the trainer takes over, or a checkpoint, which stays the caller's */
  constructor(
    private config: Config,
    private readonly task: Task,
    private readonly shape: TransformerShape,
    private readonly engine: Engine,
    start: tf.Tensor2D | GrpoCheckpoint,
  ) {
    this.replicas = numberOf(config, 'replicas');
    this.seeds = replicaSeeds(config);
    const splits = this.seeds.map((seed) => task.split(seed, numberOf(config, 'trainingPrompts'), task.validationPrompts));
    this.training = splits.map((split) => split.training);
    this.validation = splits.flatMap((split) => split.validation.flatMap((example) => repeat(example, samplesPerValidationPrompt)));
    this.orders = this.training.map((examples, replica) => new DataOrder(this.seeds[replica]!, examples.length));
    if (start instanceof tf.Tensor) {
      this.reference = tf.clone(start);
      this.state = startAdamW(start);
    } else {
      this.reference = tf.clone(start.reference);
      this.state = shareState(start.state);
      this.promptsDrawn = start.promptsDrawn;
      this.step = start.step;
    }
  }

  async train(): Promise<Row[]> {
    const { config, task } = this;
    const step = this.step + 1;
    const n = numberOf(config, 'rolloutN');
    const prompts = numberOf(config, 'promptsPerStep');
    const weights = rewardWeights(config, task);

    const examples = this.draw(prompts, n);
    const sampled = this.sample(examples, rolloutSampling(config), streams.sampling, step);
    try {
      const { rows, tokens, logProbs } = await this.read(sampled);
      const scored = scoreResponses(task, examples, tokens, sampled.tokens.shape[2], weights);
      const { advantages, deadGroups } = this.compare(scored.rewards, n);
      const optimizer = optimizerKnobs(config, step);
      const { state, scalars } = updatePolicy({
        task,
        shape: this.shape,
        state: this.state,
        reference: this.reference,
        examples,
        scored,
        advantages,
        samplingLogProbs: sampled.logProbs,
        innerEpochs: numberOf(config, 'innerEpochs'),
        loss: lossKnobs(config, task),
        optimizer,
        dropout: { rates: everyReplica(config, numberOf(config, 'dropout')), seeds: this.seeds, step },
      });
      this.last = { step, n, examples, scored, logProbs, advantages };
      const means = (value: (index: number) => number): Float64Array => replicaMeans(this.replicas, prompts * n, value);
      const component = (k: number) => (i: number): number => scored.components[i * task.rewards.length + k]!;
      this.pending = {
        step,
        scalars,
        before: this.state,
        values: {
          reward: means((i) => scored.rewards[i]!),
          ...Object.fromEntries(task.rewards.map((name, k) => [`reward.${name}`, means(component(k))])),
          responseLength: means((i) => scored.lengths[i]!),
          deadGroups,
          learningRate: optimizer.learningRate,
        },
      };
      this.state = state;
      this.step = step;
      this.promptsDrawn += prompts;
      return rows;
    } finally {
      tf.dispose([sampled.tokens, sampled.logProbs]);
    }
  }

  async flush(): Promise<Row[]> {
    return this.pending ? [this.settle(await this.pending.scalars.data<'float32'>())] : [];
  }

  async validate(): Promise<Row> {
    const { task, validation: examples } = this;
    const sampled = this.sample(examples, validationSampling(this.config), streams.validation, this.step);
    const tokens = await sampled.tokens.data<'int32'>();
    tf.dispose([sampled.tokens, sampled.logProbs]);
    const scored = scoreResponses(task, examples, tokens, sampled.tokens.shape[2], rewardWeights(this.config, task));
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
    this.config = config;
  }

  checkpoint(): GrpoCheckpoint {
    const state = shareState(this.state);
    const reference = tf.clone(this.reference);
    return {
      step: this.step,
      engine: this.engine.description.id,
      state,
      reference,
      promptsDrawn: this.promptsDrawn,
      dispose: () => {
        disposeAdamW(state);
        reference.dispose();
      },
    };
  }

  inspect(replica: number): RolloutInspection | undefined {
    return this.last && inspectResponses(this.task, this.last, replica, this.replicas);
  }

  dispose(): void {
    this.dropPending();
    disposeAdamW(this.state);
    this.reference.dispose();
  }

  /** The examples of a step, n rows each, replica by replica. */
  private draw(prompts: number, n: number): Example[] {
    return this.orders.flatMap((order, replica) =>
      Array.from({ length: prompts }, (_, i) => this.training[replica]![order.at(this.promptsDrawn + i)]!).flatMap((example) =>
        repeat(example, n),
      ),
    );
  }

  private sample(
    examples: readonly Example[],
    sampling: RolloutRequest['sampling'],
    stream: RolloutRequest['stream'],
    step: number,
  ): Rollout {
    const { task } = this;
    const prompts = tf.tensor3d(
      Int32Array.from(examples.flatMap((example) => example.prompt)),
      [this.replicas, examples.length / this.replicas, task.promptLength],
      'int32',
    );
    const sampled = rollout(this.state.parameters, this.shape, {
      prompts,
      sampling,
      stream,
      step,
      maxResponseLength: numberOf(this.config, 'maxResponseLength'),
      endOfSequence: task.endOfSequence,
      padding: task.padding,
      seeds: this.seeds,
      synchronous: this.engine.synchronous,
    });
    prompts.dispose();
    return sampled;
  }

  /** Each response against its group, a replica at a time. */
  private compare(rewards: Float64Array, n: number): { advantages: Float64Array; deadGroups: Float64Array } {
    const scale = textOf(this.config, 'advantageScale') as 'group' | 'batch' | 'none';
    const sequences = rewards.length / this.replicas;
    const advantages = new Float64Array(rewards.length);
    const deadGroups = new Float64Array(this.replicas);
    for (let replica = 0; replica < this.replicas; replica++) {
      const from = replica * sequences;
      const own = groupAdvantages(rewards.subarray(from, from + sequences), n, scale);
      advantages.set(own.advantages, from);
      deadGroups[replica] = own.deadGroupFraction;
    }
    return { advantages, deadGroups };
  }

  /** The step's one readback: sampled tokens and log-probabilities, packed with the scalars of the step before. */
  private async read(sampled: Rollout): Promise<{ rows: Row[]; tokens: Int32Array; logProbs: Float32Array }> {
    const { pending } = this;
    const packed = tf.tidy(() =>
      tf.concat([
        ...(pending ? [tf.reshape(pending.scalars, [-1])] : []),
        tf.cast(tf.reshape(sampled.tokens, [-1]), 'float32'),
        tf.reshape(sampled.logProbs, [-1]),
      ]),
    );
    const data = await packed.data<'float32'>();
    packed.dispose();
    const scalars = pending ? pending.scalars.size : 0;
    const count = sampled.tokens.size;
    return {
      rows: pending ? [this.settle(data.subarray(0, scalars))] : [],
      tokens: Int32Array.from(data.subarray(scalars, scalars + count)),
      logProbs: data.slice(scalars + count),
    };
  }

  /** The row of the pending step; if its loss or gradient is not finite, returns to the state before it and throws. */
  private settle(scalars: Float32Array): Row {
    const { step, values, before } = this.pending!;
    const measured: Record<string, ArrayLike<number>> = { ...values };
    stepScalars.forEach((name, k) => {
      if (name !== 'loss') measured[name] = scalars.slice(k * this.replicas, (k + 1) * this.replicas);
    });
    const bad = (['policyLoss', 'gradNorm'] as const).find((name) => !Array.from(measured[name]!).every(Number.isFinite));
    if (bad === undefined) {
      this.dropPending();
      return { step, values: measured };
    }
    measured[bad] = Array.from(measured[bad]!, (value) => (Number.isFinite(value) ? value : Infinity));
    const reached = this.state;
    this.state = before;
    this.step = step - 1;
    this.pending!.scalars.dispose();
    this.pending = undefined;
    disposeAdamW(reached);
    throw new NotFiniteError(step, bad, step - 1, [{ step, values: measured }]);
  }

  private dropPending(): void {
    if (!this.pending) return;
    this.pending.scalars.dispose();
    disposeAdamW(this.pending.before);
    this.pending = undefined;
  }
}

function repeat<T>(value: T, times: number): T[] {
  return Array.from({ length: times }, () => value);
}

/** The same tensors under another owner; they are immutable, so this copies nothing. */
function shareState(state: AdamWState): AdamWState {
  return {
    parameters: tf.clone(state.parameters),
    firstMoment: tf.clone(state.firstMoment),
    secondMoment: tf.clone(state.secondMoment),
    updates: state.updates,
  };
}
