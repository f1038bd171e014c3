import type { PreferenceInspection } from '../../../src/core/labs/reward-model/inspection.js';
import {
  pairsPerStep, rewardModelConfig, stepsPerEpoch, totalSteps, warmupStepsOf, type RewardModelConfig,
} from '../../../src/core/labs/reward-model/parameters.js';
import { answerLength } from '../../../src/core/labs/reward-model/vocabulary.js';
import type { Config } from '../../../src/core/parameters.js';
import { bradleyTerry, meanLoss } from '../../losses/bradleyTerry.js';
import type { Learner, LearnerSnapshot, Loss } from '../../engines/learner.js';
import { DataOrder } from '../dataOrder.js';
import type { Population } from '../population.js';
import { supervisedStep } from '../supervised.js';
import type { Checkpoint, Row, Trainer } from '../trainer.js';
import { oracleAccuracy, trainingPairs, validationPairs, type Pairs } from './data.js';
import { evaluate, type Judgement } from './evaluate.js';
import { estimate, keepEvaluation, type Evaluation, type LastEvaluation } from './evaluationLog.js';
import { inspectPreferences } from './inspect.js';
import type { RewardModel } from './model.js';

/** Training pairs whose loss is measured in evaluation mode. */
const mostEvaluated = 1000;

export interface RewardCheckpoint extends Checkpoint {
  readonly learner: LearnerSnapshot;
  /** The base's weights, `[R, P]`. */
  readonly base: Float32Array;
  readonly recentLosses: readonly Float32Array[];
  readonly log: readonly Evaluation[];
}

/**
 * A reward model (Bradley & Terry 1952, as TRL's RewardTrainer trains it): score both answers of a pair with one model,
 * and make the chosen one's reward the higher of the two.
 */
export class RewardTrainer implements Trainer {
  private readonly training: readonly Pairs[];
  private readonly validation: readonly Pairs[];
  private readonly orders: readonly DataOrder[];
  private readonly oracle: readonly number[];
  /** The losses of the last epoch's worth of steps, `[R]` each. */
  private recentLosses: readonly Float32Array[] = [];
  private log: readonly Evaluation[] = [];
  private last: LastEvaluation | undefined;
  private inspected: { readonly of: LastEvaluation; readonly inspection: PreferenceInspection } | undefined;
  /** The answers of the last step, for each replica the chosen ones and then the rejected: `[R · 2 pairs · answerLength]`. */
  trainedOn: Int32Array | undefined;
  step = 0;

  /**
   * @param learner of the model's layout, at the start or as the checkpoint has it; the trainer takes it over
   * @param from where to go on
   */
  constructor(
    private population: Population<RewardModelConfig>,
    private readonly model: RewardModel,
    private readonly learner: Learner,
    from?: RewardCheckpoint,
  ) {
    const { replicas } = population;
    this.training = replicas.map(({ seed, config }) => trainingPairs(seed, config));
    this.validation = replicas.map(({ seed, config }) => validationPairs(seed, config));
    this.orders = replicas.map(({ seed, config }) => new DataOrder(seed, config.trainingPairs));
    this.oracle = this.validation.map(oracleAccuracy);
    if (!from) return;
    this.step = from.step;
    this.recentLosses = from.recentLosses;
    this.log = from.log;
  }

  async train(): Promise<Row[]> {
    const { population, learner } = this;
    const { config, seeds } = population;
    const step = this.step + 1;
    const optimizer = population.optimizer(step, totalSteps(config), { warmupSteps: warmupStepsOf(config) });
    const row = await supervisedStep(learner, {
      loss: this.loss(step), lossMetric: 'trainLoss', optimizer, dropout: { seeds, step },
    });
    this.step = step;
    const loss = row.values['trainLoss'] as Float32Array;
    this.recentLosses = [...this.recentLosses, loss].slice(-stepsPerEpoch(config));
    return [{ step, values: { ...row.values, trainLoss: meanOf(this.recentLosses) } }];
  }

  /** Rows are known at once. */
  flush(): Promise<Row[]> {
    return Promise.resolve([]);
  }

  async validate(): Promise<Row> {
    const { step, population } = this;
    const judge = (pairs: readonly Pairs[], count: number): Promise<Judgement> =>
      evaluate(this.learner, this.model, population, pairs, count);
    const count = this.validation[0]!.count;
    const validation = await judge(this.validation, count);
    const training = await judge(this.training, Math.min(mostEvaluated, this.training[0]!.count));
    const { losses, right } = validation;
    const previous = this.log.findLast((evaluation) => evaluation.step < step);
    const log = keepEvaluation(this.log, { step, losses, right });
    this.last = { step, training, validation, log };
    // An evaluation between the planned ones, where a run goes on from a checkpoint, leaves no trace in later ones.
    if (this.isPlanned(step)) this.log = log;
    const each = (value: (replica: number) => number): Float64Array =>
      Float64Array.from(population.seeds, (_, replica) => value(replica));
    const mean = (values: Float32Array) => each((replica) => estimate(replica, count, values).mean);
    const accuracy = mean(right);
    const confidence = mean(validation.confidence);
    return {
      step,
      values: {
        validationLoss: mean(losses),
        'validationLoss.standardError': each((replica) => estimate(replica, count, losses).error),
        ...(previous && {
          'validationLoss.pairedError': each((replica) => estimate(replica, count, losses, previous.losses).error),
        }),
        trainLossEvaluated: each((replica) => estimate(replica, training.count, training.losses).mean),
        accuracy,
        oracleAccuracy: this.oracle,
        rewardMargin: mean(validation.margins),
        overconfidence: each((replica) => confidence[replica]! - accuracy[replica]!),
      },
    };
  }

  change(config: Config): void {
    this.population = this.population.withConfig(rewardModelConfig(config));
  }

  async checkpoint(): Promise<RewardCheckpoint> {
    const { step, recentLosses, log } = this;
    return { step, learner: await this.learner.snapshot(), base: this.model.base, recentLosses, log };
  }

  inspect(replica: number, item: number): PreferenceInspection | undefined {
    const { last, inspected, validation } = this;
    if (!last) return undefined;
    const index = item % validation[replica]!.count;
    const same = inspected?.of === last && inspected.inspection.replica === replica && inspected.inspection.pair.index === index;
    if (!same) {
      this.inspected = { of: last, inspection: inspectPreferences(last, this.population, validation[replica]!, replica, index) };
    }
    return this.inspected!.inspection;
  }

  dispose(): void {
    this.learner.dispose();
  }

  private isPlanned(step: number): boolean {
    const { config } = this.population;
    return step % config.validationEvery === 0 || step === totalSteps(config);
  }

  /** The mean over the pairs of a step; every accumulated batch is as large, so it is the mean of their means, too. */
  private loss(step: number): Loss {
    const { population, model } = this;
    const { config } = population;
    const pairs = pairsPerStep(config);
    const answers = this.draw(step, pairs);
    this.trainedOn = answers;
    const knobs = {
      margin: population.knob('margin'),
      centerRewardsCoefficient: population.knob('centerRewardsCoefficient'),
      labelSmoothing: population.knob('labelSmoothing'),
    };
    return (operations) => {
      const rewards = model.rewards(operations, answers, population);
      const chosen = operations.rows(rewards, 0, pairs);
      const rejected = operations.rows(rewards, pairs, 2 * pairs);
      return meanLoss(operations, bradleyTerry(operations, chosen, rejected, knobs));
    };
  }

  /** A step's answers, as `trainedOn` lays them out. */
  private draw(step: number, pairs: number): Int32Array {
    const each = stepsPerEpoch(this.population.config);
    const epoch = Math.floor((step - 1) / each);
    const first = ((step - 1) % each) * pairs;
    const answers = new Int32Array(this.orders.length * 2 * pairs * answerLength);
    this.training.forEach(({ count, chosen, rejected }, replica) => {
      for (let i = 0; i < pairs; i++) {
        const pair = this.orders[replica]!.at(epoch * count + first + i);
        [chosen, rejected].forEach((source, side) => {
          const row = (2 * replica + side) * pairs + i;
          answers.set(source.subarray(pair * answerLength, (pair + 1) * answerLength), row * answerLength);
        });
      }
    });
    return answers;
  }
}

/** Element by element. */
function meanOf(arrays: readonly Float32Array[]): Float32Array {
  return arrays[0]!.map((_, i) => arrays.reduce((sum, values) => sum + values[i]!, 0) / arrays.length);
}
