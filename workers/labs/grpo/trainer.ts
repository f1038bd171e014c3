import * as tf from '@tensorflow/tfjs-core';
import { numberOf, switchOf, textOf, type Config } from '../../../src/core/parameters.js';
import type { RolloutInspection } from '../../../src/core/protocol.js';
import { streams } from '../../../src/core/random.js';
import type { Engine } from '../../backend/engine.js';
import type { TransformerShape } from '../../model/layout.js';
import { rollout, type RolloutRequest } from '../../model/rollout.js';
import { transformer } from '../../model/transformer.js';
import { adamW, disposeAdamW, startAdamW, type AdamWState } from '../../optimizer/adamW.js';
import { learningRateMultiplier, type Schedule } from '../../optimizer/learningRate.js';
import { groupAdvantages } from '../../rl/groupAdvantages.js';
import { grpoLoss, grpoScalars, type GrpoBatch, type GrpoKnobs } from '../../rl/grpoLoss.js';
import type { KlEstimator } from '../../rl/klEstimate.js';
import type { Aggregation } from '../../rl/policyLoss.js';
import type { Sampling } from '../../rl/samplingDistribution.js';
import { tokenLogProbs } from '../../rl/tokenLogProbs.js';
import { NotFiniteError, type Checkpoint, type Row, type Trainer } from '../trainer.js';
import { DataOrder } from './dataOrder.js';
import { replicaMeans, scoreResponses, type ScoredResponses } from './responses.js';
import type { Example, Task } from './tasks/task.js';

const samplesPerValidationPrompt = 4;
const mostInnerEpochs = 8;

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
  /** `[grpoScalars.length + 1, R]`: the scalars of the first inner epoch, then the gradient norm. */
  readonly scalars: tf.Tensor2D;
  /** The state before the step, to return to if the scalars are not finite. */
  readonly before: AdamWState;
}

interface LastStep {
  readonly step: number;
  readonly n: number;
  readonly examples: readonly Example[];
  readonly scored: ScoredResponses;
  readonly logProbs: Float32Array;
  readonly advantages: Float64Array;
}

/**
 * GRPO (Shao et al. 2024): sample n responses a prompt, score them, compare each with its group, and raise or lower the
 * probability of its tokens within PPO's clip range, held near a frozen reference policy.
 */
export class GrpoTrainer implements Trainer {
  private readonly replicas: number;
  private readonly seeds: readonly number[];
  private readonly training: readonly (readonly Example[])[];
  private readonly validation: readonly (readonly Example[])[];
  private readonly orders: readonly DataOrder[];
  private state: AdamWState;
  private readonly reference: tf.Tensor2D;
  private promptsDrawn = 0;
  private pending: PendingStep | undefined;
  private last: LastStep | undefined;
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
    const splits = this.seeds.map((seed) =>
      task.split(seed, numberOf(config, 'trainingPrompts'), task.validationPrompts),
    );
    this.training = splits.map((split) => split.training);
    this.validation = splits.map((split) => split.validation);
    this.orders = this.training.map((examples, replica) => new DataOrder(this.seeds[replica]!, examples.length));
    if (start instanceof tf.Tensor) {
      this.reference = tf.clone(start);
      this.state = startAdamW(start);
    } else {
      this.reference = tf.clone(start.reference);
      this.state = cloneState(start.state);
      this.promptsDrawn = start.promptsDrawn;
      this.step = start.step;
    }
  }

  change(config: Config): void {
    this.config = config;
  }

  async train(): Promise<Row[]> {
    const n = numberOf(this.config, 'rolloutN');
    const prompts = numberOf(this.config, 'promptsPerStep');
    const step = this.step + 1;
    const examples = this.draw(prompts, n);
    const sampled = this.sample(examples, {
      sampling: this.sampling(),
      maxResponseLength: numberOf(this.config, 'maxResponseLength'),
      stream: streams.sampling,
      step,
    });
    const { rows, tokens, logProbs } = await this.read(sampled);
    const scored = scoreResponses(this.task, examples, tokens, sampled.width, this.rewardWeights());
    const advantages = new Float64Array(examples.length);
    const dead = new Float64Array(this.replicas);
    const sequences = prompts * n;
    for (let replica = 0; replica < this.replicas; replica++) {
      const from = replica * sequences;
      const group = groupAdvantages(
        scored.rewards.subarray(from, from + sequences),
        n,
        textOf(this.config, 'advantageScale') as 'group' | 'batch' | 'none',
      );
      advantages.set(group.advantages, from);
      dead[replica] = group.deadGroupFraction;
    }
    this.last = { step, n, examples, scored, logProbs, advantages };
    const learningRate = this.learningRate(step);
    const { state, scalars } = this.update(step, examples, scored, advantages, sampled.logProbs, learningRate);
    tf.dispose([sampled.tokens, sampled.logProbs]);
    const means = (value: (index: number) => number): Float64Array => replicaMeans(this.replicas, sequences, value);
    const names = this.task.rewards.length;
    this.pending = {
      step,
      scalars,
      before: this.state,
      values: {
        reward: means((i) => scored.rewards[i]!),
        ...Object.fromEntries(
          this.task.rewards.map((name, k) => [`reward.${name}`, means((i) => scored.components[i * names + k]!)]),
        ),
        responseLength: means((i) => scored.lengths[i]!),
        deadGroups: dead,
        learningRate: this.each(learningRate),
      },
    };
    this.state = state;
    this.step = step;
    this.promptsDrawn += prompts;
    return rows;
  }

  async flush(): Promise<Row[]> {
    if (!this.pending) return [];
    return [this.settle(await this.pending.scalars.data<'float32'>())];
  }

  async validate(): Promise<Row> {
    const examples = this.validation.flatMap((own) => own.flatMap((example) => repeat(example, samplesPerValidationPrompt)));
    const sampled = this.sample(examples, {
      sampling: { temperature: this.each(1), topP: this.each(1), topK: this.each(0) },
      maxResponseLength: numberOf(this.config, 'maxResponseLength'),
      stream: streams.validation,
      step: this.step,
    });
    const tokens = await sampled.tokens.data<'int32'>();
    tf.dispose([sampled.tokens, sampled.logProbs]);
    const scored = scoreResponses(this.task, examples, tokens, sampled.width, this.rewardWeights());
    const names = this.task.rewards.length;
    const answer = this.task.rewards.indexOf(this.task.answer);
    const answered = (i: number): number => scored.components[i * names + answer]!;
    const sequences = examples.length / this.replicas;
    const passed = (prompt: number): number => {
      for (let k = 0; k < samplesPerValidationPrompt; k++) {
        if (answered(prompt * samplesPerValidationPrompt + k) > 0) return 1;
      }
      return 0;
    };
    return {
      step: this.step,
      values: {
        'validation.reward': replicaMeans(this.replicas, sequences, (i) => scored.rewards[i]!),
        'validation.answer': replicaMeans(this.replicas, sequences, answered),
        'validation.passAt4': replicaMeans(this.replicas, sequences / samplesPerValidationPrompt, passed),
      },
    };
  }

  checkpoint(): GrpoCheckpoint {
    const state = cloneState(this.state);
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
    if (!this.last) return undefined;
    const { step, n, examples, scored, logProbs, advantages } = this.last;
    const sequences = examples.length / this.replicas;
    const names = this.task.rewards.length;
    const response = (i: number): RolloutInspection['groups'][number]['responses'][number] => ({
      tokens: [...scored.tokens.subarray(i * scored.width, i * scored.width + scored.lengths[i]!)],
      logProbs: [...logProbs.subarray(i * scored.width, i * scored.width + scored.lengths[i]!)],
      rewards: Object.fromEntries(this.task.rewards.map((name, k) => [name, scored.components[i * names + k]!])),
      reward: scored.rewards[i]!,
      advantage: advantages[i]!,
    });
    return {
      kind: 'rollouts',
      step,
      replica,
      vocabulary: this.task.vocabulary,
      groups: Array.from({ length: sequences / n }, (_, group) => {
        const first = replica * sequences + group * n;
        const example = examples[first]!;
        return {
          prompt: example.prompt,
          expected: this.task.expected(example),
          responses: Array.from({ length: n }, (_, k) => response(first + k)),
        };
      }),
    };
  }

  dispose(): void {
    this.dropPending();
    disposeAdamW(this.state);
    this.reference.dispose();
  }

  /** The examples of a step, n rows each, replica by replica. */
  private draw(prompts: number, n: number): Example[] {
    return this.orders.flatMap((order, replica) =>
      Array.from({ length: prompts }, (_, i) => this.training[replica]![order.at(this.promptsDrawn + i)]!).flatMap(
        (example) => repeat(example, n),
      ),
    );
  }

  private sample(
    examples: readonly Example[],
    request: Pick<RolloutRequest, 'sampling' | 'maxResponseLength' | 'stream' | 'step'>,
  ): { tokens: tf.Tensor3D; logProbs: tf.Tensor3D; width: number } {
    const prompts = tf.tensor3d(
      Int32Array.from(examples.flatMap((example) => example.prompt)),
      [this.replicas, examples.length / this.replicas, this.task.promptLength],
      'int32',
    );
    const { tokens, logProbs } = rollout(this.state.parameters, this.shape, {
      ...request,
      prompts,
      endOfSequence: this.task.endOfSequence,
      padding: this.task.padding,
      seeds: this.seeds,
      synchronous: this.engine.synchronous,
    });
    prompts.dispose();
    return { tokens, logProbs, width: tokens.shape[2] };
  }

  /** The step's one readback: sampled tokens and log-probabilities, packed with the scalars of the step before. */
  private async read(sampled: {
    tokens: tf.Tensor3D;
    logProbs: tf.Tensor3D;
  }): Promise<{ rows: Row[]; tokens: Int32Array; logProbs: Float32Array }> {
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
    const rows = pending ? [this.settle(data.subarray(0, scalars))] : [];
    return {
      rows,
      tokens: Int32Array.from(data.subarray(scalars, scalars + count)),
      logProbs: data.slice(scalars + count),
    };
  }

  /** The row of the pending step; if its loss or gradient is not finite, returns to the state before it and throws. */
  private settle(scalars: Float32Array): Row {
    const { step, values, before } = this.pending!;
    const measured: Record<string, ArrayLike<number>> = { ...values };
    [...grpoScalars, 'gradNorm'].forEach((name, k) => {
      if (name !== 'loss') measured[name] = scalars.slice(k * this.replicas, (k + 1) * this.replicas);
    });
    const bad = (['gradNorm', 'policyLoss'] as const).find((name) => Array.from(measured[name]!).some((x) => !Number.isFinite(x)));
    if (bad) {
      measured[bad] = Array.from(measured[bad]!, (x) => (Number.isFinite(x) ? x : Infinity));
      disposeAdamW(this.state);
      this.state = before;
      this.pending!.scalars.dispose();
      this.pending = undefined;
      this.step = step - 1;
      throw new NotFiniteError(step, bad, step - 1, [{ step, values: measured }]);
    }
    this.dropPending();
    return { step, values: measured };
  }

  private dropPending(): void {
    if (!this.pending) return;
    this.pending.scalars.dispose();
    disposeAdamW(this.pending.before);
    this.pending = undefined;
  }

  private update(
    step: number,
    examples: readonly Example[],
    scored: ScoredResponses,
    advantages: Float64Array,
    samplingLogProbs: tf.Tensor3D,
    learningRate: number,
  ): { state: AdamWState; scalars: tf.Tensor2D } {
    const { replicas, task } = this;
    const sequences = examples.length / replicas;
    const decisive = task.decisivePosition;
    const length = Math.min(scored.width, Math.max(...scored.lengths, (decisive ?? 0) + 1));
    const width = task.promptLength + length - 1;
    const inputs = new Int32Array(examples.length * width);
    const targets = new Int32Array(examples.length * length);
    const mask = new Float32Array(examples.length * length);
    examples.forEach((example, i) => {
      const response = scored.tokens.subarray(i * scored.width, i * scored.width + length);
      inputs.set(example.prompt, i * width);
      inputs.set(response.subarray(0, length - 1), i * width + task.promptLength);
      targets.set(response, i * length);
      mask.fill(1, i * length, i * length + scored.lengths[i]!);
    });
    const knobs = this.lossKnobs();
    const innerEpochs = numberOf(this.config, 'innerEpochs');
    return tf.tidy(() => {
      const tokens = tf.tensor3d(inputs, [replicas, sequences, width], 'int32');
      const labels = tf.tensor3d(targets, [replicas, sequences, length], 'int32');
      const respond = (parameters: tf.Tensor2D, epoch?: number): tf.Tensor4D => {
        const rate = numberOf(this.config, 'dropout');
        const dropout = { rates: this.each(rate), seeds: this.seeds, step: step * mostInnerEpochs + (epoch ?? 0) };
        const logits = transformer(parameters, this.shape, tokens, epoch === undefined || rate === 0 ? {} : { dropout });
        return tf.slice(logits, [0, 0, task.promptLength - 1, 0], [-1, -1, length, -1]);
      };
      const logProbsOf = (parameters: tf.Tensor2D): tf.Tensor3D =>
        tf.tidy(() => {
          const logits: tf.Tensor3D = tf.reshape(respond(parameters), [replicas, sequences * length, -1]);
          const flat: tf.Tensor2D = tf.reshape(labels, [replicas, sequences * length]);
          const { logProbs } = tokenLogProbs(logits, flat, tf.tensor1d([...knobs.temperature]));
          return tf.reshape(logProbs, [replicas, sequences, length]);
        });
      const batch: GrpoBatch = {
        tokens: labels,
        mask: tf.tensor3d(mask, [replicas, sequences, length]),
        advantages: tf.tensor2d(Float32Array.from(advantages), [replicas, sequences]),
        referenceLogProbs: logProbsOf(this.reference),
        samplingLogProbs: tf.slice(samplingLogProbs, [0, 0, 0], [-1, -1, length]),
        oldLogProbs: innerEpochs > 1 ? logProbsOf(this.state.parameters) : undefined,
      };
      let state = this.state;
      const gradNorms: tf.Tensor1D[] = [];
      const perEpoch: tf.Tensor2D[] = [];
      for (let epoch = 0; epoch < innerEpochs; epoch++) {
        const { gradient, scalars } = tf.tidy(() => {
          let kept: tf.Tensor2D | undefined;
          const gradientOf = tf.grad((parameters: tf.Tensor) => {
            const { loss, scalars } = grpoLoss(respond(parameters as tf.Tensor2D, epoch), batch, knobs);
            kept = tf.keep(scalars);
            return tf.sum(loss);
          });
          return { gradient: gradientOf(state.parameters) as tf.Tensor2D, scalars: kept! };
        });
        const { gradNorm, ...next } = adamW(state, gradient, {
          learningRate: this.each(learningRate),
          weightDecay: this.each(numberOf(this.config, 'weightDecay')),
          maxGradNorm: this.each(numberOf(this.config, 'maxGradNorm')),
          beta1: 0.9,
          beta2: 0.999,
          epsilon: 1e-8,
        });
        state = next;
        gradNorms.push(gradNorm);
        perEpoch.push(scalars);
      }
      const clipRow = grpoScalars.indexOf('clipFraction');
      const clipFraction = tf.mean(tf.stack(perEpoch.map((scalars) => tf.gather(scalars, clipRow))), 0);
      const first = tf.unstack(perEpoch[0]!);
      first[clipRow] = clipFraction;
      const result = tf.stack([...first, tf.mean(tf.stack(gradNorms), 0)]) as tf.Tensor2D;
      tf.dispose(perEpoch);
      return { state, scalars: result };
    });
  }

  private sampling(): Sampling {
    return {
      temperature: this.each(numberOf(this.config, 'temperature')),
      topP: this.each(numberOf(this.config, 'topP')),
      topK: this.each(numberOf(this.config, 'topK')),
    };
  }

  private lossKnobs(): GrpoKnobs {
    const clipping = switchOf(this.config, 'clipping');
    const knob = (key: string): number[] => this.each(numberOf(this.config, key));
    return {
      temperature: knob('temperature'),
      klCoefficient: knob('klCoefficient'),
      entropyCoefficient: knob('entropyCoefficient'),
      labelSmoothing: knob('labelSmoothing'),
      bounds: clipping
        ? { low: knob('clipLow'), high: knob('clipHigh'), dual: knob('dualClip') }
        : { low: this.each(Infinity), high: this.each(Infinity), dual: this.each(0) },
      klEstimator: textOf(this.config, 'klEstimator') as KlEstimator,
      aggregation: textOf(this.config, 'aggregation') as Aggregation,
      maxLength: numberOf(this.config, 'maxResponseLength'),
      decisivePosition: this.task.decisivePosition,
    };
  }

  private learningRate(step: number): number {
    const multiplier = learningRateMultiplier(
      textOf(this.config, 'schedule') as Schedule,
      numberOf(this.config, 'steps'),
      numberOf(this.config, 'warmupSteps'),
      numberOf(this.config, 'minLearningRateRatio'),
      step,
    );
    return numberOf(this.config, 'learningRate') * multiplier;
  }

  private rewardWeights(): number[] {
    return this.task.rewards.map((name) => numberOf(this.config, `rewardWeights.${name}`));
  }

  private each(value: number): number[] {
    return Array.from({ length: this.replicas }, () => value);
  }
}

/** A replica's seed is the run's seed plus its index. */
export function replicaSeeds(config: Config): number[] {
  return Array.from({ length: numberOf(config, 'replicas') }, (_, k) => numberOf(config, 'seed') + k);
}

function repeat<T>(value: T, times: number): T[] {
  return Array.from({ length: times }, () => value);
}

/** Shares the data of immutable tensors: costs no memory until the original moves on. */
function cloneState(state: AdamWState): AdamWState {
  return {
    parameters: tf.clone(state.parameters),
    firstMoment: tf.clone(state.firstMoment),
    secondMoment: tf.clone(state.secondMoment),
    updates: state.updates,
  };
}
