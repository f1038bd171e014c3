import type { PoolInspection } from '../../../src/core/labs/pointer/inspection.js';
import { crossEntropySteps, pointerConfig, totalSteps, trainingQueries, type PointerConfig } from '../../../src/core/labs/pointer/parameters.js';
import type { Config } from '../../../src/core/parameters.js';
import { RandomSequence, streams } from '../../../src/core/random.js';
import type { Engine } from '../../engines/engine.js';
import { startSnapshot, type Learner, type LearnerSnapshot } from '../../engines/learner.js';
import { groupAdvantages } from '../groupAdvantages.js';
import { DataOrder } from '../dataOrder.js';
import type { Population } from '../population.js';
import { supervisedStep } from '../supervised.js';
import type { Checkpoint, PrepareOptions, Row, Trainer } from '../trainer.js';
import { crossEntropyLoss } from './crossEntropy.js';
import { decode, sampled, sequenceSums, withoutDropout } from './decode.js';
import { batchOf, type Examples } from './examples.js';
import { inspectQuery } from './inspect.js';
import { groupLoss, sequenceLogProbs } from './losses.js';
import { pickLogits, type PointerShape } from './model.js';
import { measure, type Measured } from './validate.js';
import { utility } from './world.js';

export interface PointerCheckpoint extends Checkpoint {
  readonly shape: PointerShape;
  readonly learner: LearnerSnapshot;
  /** Once GRPO has begun. */
  readonly grpo?: GrpoStart;
}

/** Where GRPO began. */
interface GrpoStart {
  /** Steps done by then. */
  readonly after: number;
  /** The weights that cross-entropy left, `[R, P]`. */
  readonly parameters: Float32Array;
}

/** GRPO under way, held near the policy that it began from. */
interface Reinforced extends GrpoStart {
  readonly reference: Learner;
}

/**
 * A selector's training: cross-entropy on the best picks or reward-weighted cross-entropy on offered ones and, in the
 * stage `grpo`, GRPO after that: sample n sequences of picks a query, compare their rewards within the group, and raise
 * or lower their probability within PPO's clip range, held near the policy that cross-entropy left.
 */
export class PointerTrainer implements Trainer {
  private readonly orders: readonly DataOrder[];
  private reinforced: Reinforced | undefined;
  private measured: Measured | undefined;
  private inspected: PoolInspection | undefined;
  step = 0;

  /**
   * @param learner at the start or as the checkpoint has it; the trainer takes it over
   * @param from where to go on
   */
  constructor(
    private population: Population<PointerConfig>,
    private readonly shape: PointerShape,
    private readonly engine: Engine,
    private readonly examples: readonly Examples[],
    private learner: Learner,
    private readonly announce: PrepareOptions['announce'],
    from?: PointerCheckpoint,
  ) {
    this.orders = population.seeds.map((seed) => new DataOrder(seed, trainingQueries));
    if (!from) return;
    this.step = from.step;
    if (from.grpo) this.reinforced = this.hold(from.grpo);
  }

  async train(): Promise<Row[]> {
    const { config } = this.population;
    const step = this.step + 1;
    // Once begun, GRPO goes on, also in a run that goes on from here with more epochs.
    const reinforces = config.stage === 'grpo' && (this.reinforced !== undefined || step > crossEntropySteps(config));
    const row = await (reinforces ? this.reinforce(step) : this.imitate(step));
    this.step = step;
    return [row];
  }

  async flush(): Promise<Row[]> {
    return [];
  }

  async validate(): Promise<Row> {
    this.measured = await measure(this.step, this.learner, this.shape, this.examples);
    return { step: this.step, values: this.measured.values };
  }

  change(config: Config): void {
    this.population = this.population.withConfig(pointerConfig(config));
  }

  async checkpoint(): Promise<PointerCheckpoint> {
    const { step, shape, reinforced } = this;
    const learner = await this.learner.snapshot();
    const grpo = reinforced && { after: reinforced.after, parameters: reinforced.parameters };
    return { step, shape, learner, ...(grpo && { grpo }) };
  }

  inspect(replica: number, item: number): PoolInspection | undefined {
    const { measured, inspected, examples } = this;
    if (!measured) return undefined;
    const { count } = examples[replica]!.validation;
    const shown = Math.min(item, count - 1);
    if (inspected?.step !== measured.step || inspected.replica !== replica || inspected.item !== shown) {
      this.inspected = inspectQuery(measured, examples[replica]!.validation, replica, shown);
    }
    return this.inspected;
  }

  dispose(): void {
    this.learner.dispose();
    this.reinforced?.reference.dispose();
  }

  /** One batch of (reward-weighted) cross-entropy. */
  private imitate(step: number): Promise<Row> {
    const { population, shape, examples } = this;
    const { config, seeds } = population;
    const batch = config.batchSize;
    const rows = this.draw(step - 1, batch, 0);
    return supervisedStep(this.learner, {
      loss: crossEntropyLoss(shape, examples, rows, {
        rewards: config.stage === 'supervised'
          ? undefined
          : { noise: population.knob('rewardNoise'), temperature: population.knob('rewardTemperature') },
        labelSmoothing: population.knob('labelSmoothing'),
        dropout: { activations: population.knob('dropout'), attention: population.knob('attentionDropout') },
      }),
      lossMetric: 'trainLoss',
      optimizer: population.optimizer(step, crossEntropySteps(config)),
      dropout: { seeds, step },
    });
  }

  /** One step of GRPO: a rollout and all its updates, without dropout, so that the first ratio is 1. */
  private async reinforce(step: number): Promise<Row> {
    const { population, shape, examples } = this;
    const { config, seeds, size: replicas } = population;
    const { reference, after } = (this.reinforced ??= await this.beginGroups(step));
    const n = config.rolloutN;
    const length = config.shotNum;
    const size = config.queriesPerStep;
    const rows = this.draw(step - after - 1, size, config.epochs);
    const training = examples.map((own) => own.training);
    const batch = batchOf(training, rows);
    const each = size * n;

    const draws = seeds.map((seed) => new RandomSequence(seed, streams.sampling, step));
    const rollout = await decode(this.learner, shape, batch, { sequences: n, length }, (logProbs, i) =>
      sampled(logProbs, draws[Math.floor(i / each)]!.uniform()),
    );
    const { picks } = rollout;
    const noise = population.knob('rewardNoise');
    const advantages = Float32Array.from(
      training.flatMap((set, replica) => {
        const rewards = Float64Array.from({ length: each }, (_, i) => {
          const worth = utility(set, rows[replica]![Math.floor(i / n)]!, picks.candidates, (replica * each + i) * length);
          return worth + noise[replica]! * draws[replica]!.normal();
        });
        return [...groupAdvantages(rewards, n, 'group').advantages];
      }),
    );
    const oldLogProbs = sequenceSums(rollout, batch.poolSize);
    const logits = (operations: Parameters<typeof pickLogits>[0]) =>
      pickLogits(operations, shape, batch, picks, length - 1, withoutDropout(replicas)).logits;
    const [referenceLogProbs] = await reference.compute((operations) => [
      sequenceLogProbs(operations, logits(operations), picks),
    ]);
    const samples = { picks, advantages, oldLogProbs, referenceLogProbs: referenceLogProbs! };
    const knobs = {
      klCoefficient: population.knob('klCoefficient'), clipLow: population.knob('clipLow'), clipHigh: population.knob('clipHigh'),
    };

    const kl = meanDistance(samples.referenceLogProbs, oldLogProbs, replicas);
    const optimizer = population.optimizer(step - after, totalSteps(config) - after, {
      learningRate: population.knob('grpoLearningRate'),
    });
    const updates: Row[] = [];
    for (let epoch = 0; epoch < config.innerEpochs; epoch++) {
      updates.push(await supervisedStep(this.learner, {
        loss: (operations) => groupLoss(operations, logits(operations), samples, knobs),
        lossMetric: 'policyLoss',
        optimizer,
        dropout: { seeds, step },
        measured: { kl },
      }));
    }
    const norms = updates.map(({ values }) => values['gradNorm']!);
    const gradNorm = seeds.map((_, replica) => norms.reduce((sum, norm) => sum + norm[replica]!, 0) / norms.length);
    return { step, values: { ...updates[0]!.values, gradNorm } };
  }

  /** From cross-entropy to GRPO: the policy as it is becomes the reference, and the optimiser starts anew. */
  private async beginGroups(step: number): Promise<Reinforced> {
    const { parameters } = await this.learner.snapshot();
    const { layout } = this.learner;
    this.learner.dispose();
    this.learner = this.engine.createLearner(layout, startSnapshot(layout, parameters));
    this.announce(step, [{ key: 'phase', from: 'rce', to: 'grpo' }]);
    return this.hold({ after: step - 1, parameters });
  }

  private hold(start: GrpoStart): Reinforced {
    const { layout } = this.learner;
    return { ...start, reference: this.engine.createLearner(layout, startSnapshot(layout, start.parameters)) };
  }

  /** The queries of a phase's batch, each replica's own, `[R][size]`. A phase's first epoch is the order's `firstEpoch`. */
  private draw(batch: number, size: number, firstEpoch: number): number[][] {
    const perEpoch = Math.floor(trainingQueries / size);
    const start = (firstEpoch + Math.floor(batch / perEpoch)) * trainingQueries + (batch % perEpoch) * size;
    return this.orders.map((order) => Array.from({ length: size }, (_, i) => order.at(start + i)));
  }
}

/** The mean of k3 over each replica's sequences, nats. */
function meanDistance(reference: Float32Array, policy: Float32Array, replicas: number): number[] {
  const each = policy.length / replicas;
  return Array.from({ length: replicas }, (_, replica) => {
    let sum = 0;
    for (let i = replica * each; i < (replica + 1) * each; i++) {
      const distance = reference[i]! - policy[i]!;
      sum += Math.exp(distance) - distance - 1;
    }
    return sum / each;
  });
}
