/** Records runs for scripts/peers.mjs: what they trained on and what became of the weights, for a library to do the same. */
import { sentenceLength, vocabularySize } from '../../src/core/labs/biencoder/grammar.js';
import { biencoderConfig } from '../../src/core/labs/biencoder/parameters.js';
import { configure } from '../../src/core/labs/configure.js';
import { grpoConfig } from '../../src/core/labs/grpo/parameters.js';
import { findLab } from '../../src/core/labs/index.js';
import { rewardModelConfig, warmupStepsOf } from '../../src/core/labs/reward-model/parameters.js';
import { answerLength } from '../../src/core/labs/reward-model/vocabulary.js';
import type { Config } from '../../src/core/parameters.js';
import { problemLine } from '../../src/core/problem.js';
import type { EngineId, Environment } from '../engines/engine.js';
import { transformerLayout, type ParameterEntry, type ParameterLayout } from '../engines/layout.js';
import { openEngine } from '../engines/openEngine.js';
import { modelLayout, modelShape, transformerShape } from '../labs/biencoder/model.js';
import { ignoredDocuments } from '../labs/biencoder/objective.js';
import { validationDocuments, validationPairs as heldOutPairs } from '../labs/biencoder/sentences.js';
import { BiencoderTrainer } from '../labs/biencoder/trainer.js';
import { policyShape } from '../labs/grpo/prepare.js';
import { findTask } from '../labs/grpo/tasks/index.js';
import { GrpoTrainer } from '../labs/grpo/trainer.js';
import { trainingOf } from '../labs/index.js';
import { Population } from '../labs/population.js';
import { validationPairs } from '../labs/reward-model/data.js';
import { baseLayout, RewardModel } from '../labs/reward-model/model.js';
import { RewardTrainer } from '../labs/reward-model/trainer.js';
import type { Trainer } from '../labs/trainer.js';
import type { PeerCase } from './peerCases.js';

export { peerCases } from './peerCases.js';

/** A parameter of the model with its numbers before the first step and after the last. */
interface RecordedParameter extends Pick<ParameterEntry, 'name' | 'shape'> {
  readonly start: readonly number[];
  readonly end: readonly number[];
}

/** A run of one replica as plain data. */
export interface Recording {
  readonly name: string;
  readonly lab: PeerCase['lab'];
  readonly config: Config;
  readonly parameters: readonly RecordedParameter[];
  /** What each step trained on. */
  readonly steps: readonly unknown[];
  /** What else the lab's model or loss is made of. */
  readonly given: Readonly<Record<string, unknown>>;
  /** What was measured on held-out data before the first step and after the last, where it can be measured again. */
  readonly measured: { readonly start: Readonly<Record<string, number>>; readonly end: Readonly<Record<string, number>> };
}

/** How a lab is recorded. */
interface Recorder {
  readonly layout: ParameterLayout;
  readonly given: Readonly<Record<string, unknown>>;
  /** Metrics of `validate` that the library's model is held to. */
  readonly metrics: readonly string[];
  parameters(): Promise<Float32Array>;
  /** What the last step trained on. */
  lastStep(): unknown;
}

/** Trains a case and keeps what it trained on. */
export async function record(peer: PeerCase, engineId: EngineId, environment: Environment): Promise<Recording> {
  const { name, lab, preset } = peer;
  const values = { ...peer.values, replicas: 1, engine: engineId, ...(peer.steps > 0 && { steps: peer.steps }) };
  const { config, problems } = configure(findLab(lab)!, { preset, values });
  if (problems.length > 0) throw new Error(`${name}: ${problems.map(problemLine).join('; ')}`);
  const trainer = await (await trainingOf(lab)).prepare({
    population: new Population(config),
    engine: await openEngine(engineId, environment),
    environment,
    onWarmStart: () => Promise.resolve(),
    note: ({ id }) => {
      throw new Error(`${name}: ${id}`);
    },
    announce: () => undefined,
  });
  try {
    const recorder = await recorderOf(trainer, config);
    const start = await recorder.parameters();
    const before = await measure(trainer, recorder.metrics);
    const steps: unknown[] = [];
    for (let step = 1; step <= findLab(lab)!.steps(config); step++) {
      await trainer.train();
      steps.push(recorder.lastStep());
    }
    await trainer.flush();
    const end = await recorder.parameters();
    const parameters = recorder.layout.entries.map((entry): RecordedParameter => {
      const of = (all: Float32Array): number[] => [...all.subarray(entry.offset, entry.offset + entry.size)];
      return { name: entry.name, shape: entry.shape, start: of(start), end: of(end) };
    });
    const measured = { start: before, end: await measure(trainer, recorder.metrics) };
    return { name, lab, config, parameters, steps, given: recorder.given, measured };
  } finally {
    trainer.dispose();
  }
}

async function measure(trainer: Trainer, metrics: readonly string[]): Promise<Record<string, number>> {
  if (metrics.length === 0) return {};
  const { values } = await trainer.validate();
  return Object.fromEntries(metrics.map((metric) => [metric, values[metric]![0]!]));
}

async function recorderOf(trainer: Trainer, config: Config): Promise<Recorder> {
  if (trainer instanceof GrpoTrainer) return grpoRecorder(trainer, config);
  if (trainer instanceof RewardTrainer) return rewardRecorder(trainer, config);
  if (trainer instanceof BiencoderTrainer) return biencoderRecorder(trainer, config);
  throw new Error('no library trains what this lab does');
}

function grpoRecorder(trainer: GrpoTrainer, plain: Config): Recorder {
  const config = grpoConfig(plain);
  const task = findTask(config);
  const shape = policyShape(config, task);
  const { vocabulary, endOfSequence, padding } = task;
  const weights = task.rewards.map((reward) => config[`rewardWeights.${reward}`]);
  return {
    layout: transformerLayout(shape),
    given: { shape, vocabulary, endOfSequence, padding, rewards: task.rewards, rewardWeights: weights },
    metrics: [],
    parameters: async () => (await trainer.checkpoint()).policy.parameters,
    lastStep: () =>
      trainer.inspect(0)!.groups.map(({ prompt, responses }) => ({
        prompt,
        responses: responses.map(({ tokens, logProbs, rewards, reward, advantage }) => {
          const earned = rewards.map(({ value }) => value);
          const sum = earned.reduce((total, value, k) => total + value * weights[k]!, 0);
          if (Math.abs(sum - reward) > 1e-9) throw new Error('a reward is more than the sum of its components');
          return { tokens, logProbs, rewards: earned, advantage };
        }),
      })),
  };
}

async function rewardRecorder(trainer: RewardTrainer, plain: Config): Promise<Recorder> {
  const config = rewardModelConfig(plain);
  const { base } = await trainer.checkpoint();
  const heldOut = validationPairs(config.seed, config);
  const ofBase = baseLayout.entries.map(({ name, shape, offset, size }) => ({ name, shape, values: [...base.subarray(offset, offset + size)] }));
  const centred = config.centerRewardsCoefficient > 0;
  const answers = (words: Int32Array): number[][] => rows(words, answerLength);
  return {
    layout: new RewardModel(config, base).layout,
    given: {
      base: ofBase,
      warmupSteps: warmupStepsOf(config),
      // What every reward has alike cancels: of these gradients there is nothing but what rounding leaves.
      withoutGradient: centred ? [] : ['head.bias', 'norm.bias'],
      heldOut: { chosen: answers(heldOut.chosen), rejected: answers(heldOut.rejected) },
    },
    metrics: ['validationLoss', 'accuracy'],
    parameters: async () => (await trainer.checkpoint()).learner.parameters,
    lastStep: () => {
      const all = answers(trainer.trainedOn!);
      return { chosen: all.slice(0, all.length / 2), rejected: all.slice(all.length / 2) };
    },
  };
}

function biencoderRecorder(trainer: BiencoderTrainer, plain: Config): Recorder {
  const config = biencoderConfig(plain);
  const shape = modelShape(config);
  const heldOut = heldOutPairs(config.seed);
  return {
    layout: modelLayout(shape),
    given: {
      shape,
      transformer: transformerShape(shape),
      vocabulary: vocabularySize,
      queries: heldOut.map(({ query }) => [...query]),
      documents: heldOut.slice(0, validationDocuments).map(({ document }) => [...document]),
    },
    metrics: ['accuracyAt1', 'recallAt5', 'mrrAt10'],
    parameters: async () => (await trainer.checkpoint()).learner.parameters,
    lastStep: () => {
      const batch = trainer.trainedOn!;
      const { size } = batch;
      const sentences = rows(batch.sentences, sentenceLength);
      const [queries, documents, negatives] = [0, 1, 2].map((part) => sentences.slice(part * size, (part + 1) * size));
      return { queries, documents, negatives, ignored: rows(ignoredDocuments(batch), 2 * size) };
    },
  };
}

/** Rows of so many numbers each. */
function rows(values: ArrayLike<number>, width: number): number[][] {
  return Array.from({ length: values.length / width }, (_, i) => Array.from({ length: width }, (_, k) => values[i * width + k]!));
}
