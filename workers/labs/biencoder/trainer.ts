import { biencoderConfig, type BiencoderConfig } from '../../../src/core/labs/biencoder/parameters.js';
import type { Config } from '../../../src/core/parameters.js';
import type { EvaluationInspection } from '../../../src/core/labs/biencoder/inspection.js';
import { RandomSequence, streams } from '../../../src/core/random.js';
import type { Note } from '../../../src/core/protocol.js';
import type { Learner, LearnerSnapshot } from '../../engines/learner.js';
import { beforeFirst, reduceOnPlateau, type Plateau } from '../../optimizer/reduceOnPlateau.js';
import { DataOrder } from '../dataOrder.js';
import type { Population } from '../population.js';
import { supervisedStep } from '../supervised.js';
import type { Checkpoint, Row, Trainer } from '../trainer.js';
import { makeBatch, type Batch } from './batch.js';
import { embeddingMetrics, evaluate, evaluationSet, type EvaluationSet } from './evaluation.js';
import { Inspector } from './inspector.js';
import type { ModelShape } from './model.js';
import { batchLoss, objectiveOf, representBatch } from './objective.js';
import { trainingPairs, validationPairs, validationQueries, type Pair } from './sentences.js';

export interface BiencoderCheckpoint extends Checkpoint {
  readonly learner: LearnerSnapshot;
  /** Training pairs drawn so far, a replica. */
  readonly pairsDrawn: number;
  /** What the evaluations so far mean for each replica's learning rate. */
  readonly plateaus: readonly Plateau[];
  /** The step of the last of them. */
  readonly evaluatedStep: number;
}

/**
 * Contrastive training of a bi-encoder: embed a batch of arguments and counter-arguments, score every argument against
 * all documents of the batch, and pull its own counter-argument above the others.
 */
export class BiencoderTrainer implements Trainer {
  private readonly training: readonly (readonly Pair[])[];
  private readonly orders: readonly DataOrder[];
  private readonly seen: EvaluationSet;
  private readonly heldOut: EvaluationSet;
  private readonly inspector: Inspector;
  private pairsDrawn = 0;
  private plateaus: readonly Plateau[];
  private evaluatedStep = -1;
  /** The batch of the last step. */
  trainedOn: Batch | undefined;
  step = 0;
  endsEarly = false;

  /**
   * @param learner at the start or as the checkpoint has it; the trainer takes it over
   * @param from where to go on
   */
  constructor(
    private population: Population<BiencoderConfig>,
    private readonly shape: ModelShape,
    private readonly learner: Learner,
    private readonly note: (note: Note) => void,
    from?: BiencoderCheckpoint,
  ) {
    const { config, seeds } = population;
    this.training = seeds.map((seed) => trainingPairs(seed, config.trainingPairs));
    const validation = seeds.map(validationPairs);
    this.orders = seeds.map((seed) => new DataOrder(seed, config.trainingPairs));
    // Steps count from 1 and held-out pairs from 0: what lies beyond them is free for the draws of evaluations.
    const drawn = (stream: number, step: number): RandomSequence[] => seeds.map((seed) => new RandomSequence(seed, stream, step));
    this.seen = evaluationSet(this.training, drawn(streams.sampling, 0));
    this.heldOut = evaluationSet(validation, drawn(streams.validation, validationQueries));
    this.inspector = new Inspector(shape, validation, this.seen, this.heldOut);
    this.plateaus = seeds.map(() => beforeFirst);
    if (!from) return;
    ({ step: this.step, pairsDrawn: this.pairsDrawn, plateaus: this.plateaus, evaluatedStep: this.evaluatedStep } = from);
  }

  async train(): Promise<Row[]> {
    const { population, shape } = this;
    const { config, seeds } = population;
    const step = this.step + 1;
    const randomRate = this.randomRates(step);
    const size = config.batchSize;
    const batch = makeBatch(
      this.training.map((pairs, replica) => ({
        pairs: Array.from({ length: size }, (_, i) => pairs[this.orders[replica]!.at(this.pairsDrawn + i)]!),
        randomRate: randomRate[replica]!,
        random: new RandomSequence(seeds[replica]!, streams.sampling, step),
      })),
      1,
    );
    this.trainedOn = batch;
    const objective = objectiveOf(population);
    const scheduled = population.optimizer(step, config.steps, { beta2: 0.98 });
    const row = await supervisedStep(this.learner, {
      loss: (operations) => {
        const represented = representBatch(operations, shape, batch, objective.dropout);
        return batchLoss(operations, shape, batch, objective, represented);
      },
      lossMetric: 'batchLoss',
      optimizer: { ...scheduled, learningRate: scheduled.learningRate.map((rate, r) => rate * this.plateaus[r]!.multiplier) },
      dropout: { seeds, step },
      measured: { randomRate },
    });
    this.step = step;
    this.pairsDrawn += size;
    return [row];
  }

  async flush(): Promise<Row[]> {
    return [];
  }

  async validate(): Promise<Row> {
    const { step, shape } = this;
    const evaluation = await evaluate(this.learner, shape, objectiveOf(this.population), this.seen, this.heldOut);
    this.inspector.take(step, evaluation);
    const { trainLoss, validationLoss, replicas } = evaluation;
    const measured = replicas.map((replica) => embeddingMetrics(shape, replica));
    this.heed(measured.map(({ accuracyAt1 }) => accuracyAt1!));
    const metrics = Object.keys(measured[0]!).map((metric) => [metric, measured.map((values) => values[metric]!)] as const);
    const values = { trainLoss, validationLoss, ...Object.fromEntries(metrics) };
    return { step, values };
  }

  change(config: Config): void {
    this.population = this.population.withConfig(biencoderConfig(config));
  }

  async checkpoint(): Promise<BiencoderCheckpoint> {
    const { step, pairsDrawn, plateaus, evaluatedStep } = this;
    return { step, learner: await this.learner.snapshot(), pairsDrawn, plateaus, evaluatedStep };
  }

  inspect(replica: number, item: number): EvaluationInspection | undefined {
    return this.inspector.inspect(replica, item);
  }

  dispose(): void {
    this.learner.dispose();
  }

  /** Share of random negatives at a step: it falls with each evaluation period. */
  private randomRates(step: number): number[] {
    const { population } = this;
    const { config } = population;
    const period = config.validationEvery || Math.max(1, Math.floor(config.steps / 20));
    const decreases = population.knob('randomRateDecrease');
    const periods = Math.floor((step - 1) / period);
    return population.knob('randomRate').map((rate, r) => Math.min(1, Math.max(0, rate - periods * decreases[r]!)));
  }

  /**
   * Halves a replica's learning rate where its scores stop rising, and ends the run where all have done so for long. Only
   * the evaluations of the schedule count, each once, so that a run that goes on from a checkpoint makes nothing of the
   * one that it begins with.
   */
  private heed(scores: ArrayLike<number>): void {
    const { config } = this.population;
    const { step } = this;
    const every = config.validationEvery;
    if (step <= this.evaluatedStep || every === 0 || step % every > 0) return;
    this.evaluatedStep = step;
    const patience = config.plateauPatience || Infinity;
    this.plateaus = this.plateaus.map((plateau, r) =>
      reduceOnPlateau(plateau, scores[r]!, { mode: 'max', factor: 0.5, patience, threshold: 1e-4 }),
    );
    const stopAfter = config.earlyStopPatience || Infinity;
    this.endsEarly = this.plateaus.every(({ sinceBest }) => sinceBest >= stopAfter);
    if (this.endsEarly && step < config.steps) {
      this.note({ id: 'note.endedEarly', values: { step, what: 'accuracyAt1' } });
    }
  }
}
