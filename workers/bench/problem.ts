import { supervisedSize, type BenchCase, type BiencoderCase, type GrpoCase } from '../../src/core/bench/cases.js';
import { configure } from '../../src/core/labs/configure.js';
import { biencoder } from '../../src/core/labs/biencoder/index.js';
import { biencoderConfig, type BiencoderConfig } from '../../src/core/labs/biencoder/parameters.js';
import { grpo } from '../../src/core/labs/grpo/index.js';
import { grpoConfig, type GrpoConfig } from '../../src/core/labs/grpo/parameters.js';
import { RandomSequence, streams } from '../../src/core/random.js';
import { makeBatch, type Batch } from '../labs/biencoder/batch.js';
import { initialiseModel, modelLayout, modelShape, type ModelShape } from '../labs/biencoder/model.js';
import { ignoredDocuments } from '../labs/biencoder/objective.js';
import { trainingPairs } from '../labs/biencoder/sentences.js';
import { Population } from '../labs/population.js';
import { policyShape } from '../labs/grpo/prepare.js';
import { findTask } from '../labs/grpo/tasks/index.js';
import { initialiseTransformer } from '../model/initialise.js';
import { transformerLayout, type ParameterEntry, type TransformerShape } from '../engines/layout.js';

interface Optimizer {
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly maxGradNorm: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

interface AnyProblem<Shape> {
  readonly shape: Shape;
  /** Where each parameter lies in a replica's row. */
  readonly entries: readonly ParameterEntry[];
  readonly optimizer: Optimizer;
}

/** A GRPO case, and all that another library needs to do the same steps. */
export interface GrpoProblem extends AnyProblem<TransformerShape> {
  readonly kind: 'grpo';
  readonly config: GrpoConfig;
  /** A shipped file. */
  readonly warmStart: string;
  readonly seeds: readonly number[];
  /** The training prompts, `[R, prompts, promptLength]`. */
  readonly prompts: readonly (readonly (readonly number[])[])[];
  readonly promptLength: number;
  readonly maxResponseLength: number;
  readonly endOfSequence: number;
  readonly padding: number;
  readonly promptsPerStep: number;
  readonly rolloutN: number;
  readonly clipLow: number;
  readonly clipHigh: number;
  readonly klCoefficient: number;
}

/** The supervised case of one replica. */
export interface SupervisedProblem extends AnyProblem<TransformerShape> {
  readonly kind: 'supervised';
  readonly sequences: number;
  readonly length: number;
  /** `[P]` */
  readonly weights: Float32Array;
  /** `[sequences, length]` */
  readonly tokens: Int32Array;
  readonly labels: Int32Array;
}

/** A bi-encoder case with one batch, which another library may train on again and again. */
export interface BiencoderProblem extends AnyProblem<ModelShape> {
  readonly kind: 'biencoder';
  readonly config: BiencoderConfig;
  readonly replicas: number;
  /** `[R, P]` */
  readonly weights: Float32Array;
  readonly batchSize: number;
  /** `[R, 3 · batchSize, sentenceLength]`: queries, their documents, a hard negative of each. */
  readonly sentences: Batch['sentences'];
  /** 1 where a document takes no part for a query, `[R, batchSize, 2 · batchSize]`. */
  readonly ignore: Float32Array;
  readonly temperature: number;
  readonly dropout: number;
}

export type Problem = GrpoProblem | SupervisedProblem | BiencoderProblem;

/** AdamW as the GRPO lab has it. */
const adamW = { weightDecay: 0, maxGradNorm: 1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
/** So small that responses keep the lengths that the warm start gives them. */
const learningRate = 1e-6;

export function problemOf(benchCase: BenchCase): Problem {
  if (benchCase.kind === 'biencoder') return biencoderProblem(benchCase);
  return benchCase.kind === 'grpo' ? grpoProblem(benchCase) : supervisedProblem();
}

function grpoProblem({ task: id, replicas, rolloutN, maxResponseLength }: GrpoCase): GrpoProblem {
  const values = {
    task: id, replicas, rolloutN, learningRate, schedule: 'constant', warmupSteps: 0,
    ...(maxResponseLength === undefined ? {} : { maxResponseLength }),
  };
  const config = grpoConfig(configure(grpo, { values }).config);
  const task = findTask(config);
  const shape = policyShape(config, task);
  const { seeds } = new Population(config);
  return {
    kind: 'grpo',
    config,
    shape,
    entries: transformerLayout(shape).entries,
    warmStart: `warm-start/${config.warmStart}.safetensors`,
    seeds,
    prompts: seeds.map((seed) =>
      task.split(seed, config.trainingPrompts, task.validationPrompts).training.map(({ prompt }) => prompt),
    ),
    promptLength: task.promptLength,
    maxResponseLength: config.maxResponseLength,
    endOfSequence: task.endOfSequence,
    padding: task.padding,
    promptsPerStep: config.promptsPerStep,
    rolloutN,
    clipLow: config.clipLow,
    clipHigh: config.clipHigh,
    klCoefficient: config.klCoefficient,
    optimizer: { learningRate, ...adamW },
  };
}

/** Sequences that count on from a random token by a random stride, so that there is something to learn. */
function supervisedProblem(): SupervisedProblem {
  const { sequences, length, ...size } = supervisedSize;
  const shape: TransformerShape = { ...size, context: length, mlpRatio: 4, causal: true, unembedding: true };
  const random = new RandomSequence(0, streams.demonstrations, 0);
  const tokens = new Int32Array(sequences * length);
  const labels = new Int32Array(sequences * length);
  for (let i = 0; i < sequences; i++) {
    const first = random.integer(size.vocabulary);
    const stride = 1 + random.integer(4);
    for (let t = 0; t < length; t++) {
      tokens[i * length + t] = (first + t * stride) % size.vocabulary;
      labels[i * length + t] = (first + (t + 1) * stride) % size.vocabulary;
    }
  }
  const entries = transformerLayout(shape).entries;
  const weights = initialiseTransformer(shape, [0]);
  return { kind: 'supervised', shape, entries, sequences, length, weights, tokens, labels, optimizer: { learningRate: 1e-3, ...adamW } };
}

function biencoderProblem({ replicas }: BiencoderCase): BiencoderProblem {
  const config = biencoderConfig(configure(biencoder, { values: { replicas } }).config);
  const shape = modelShape(config);
  const { seeds } = new Population(config);
  const { batchSize } = config;
  const batch = makeBatch(
    seeds.map((seed) => ({
      pairs: trainingPairs(seed, batchSize),
      randomRate: config.randomRate,
      random: new RandomSequence(seed, streams.sampling, 1),
    })),
    1,
  );
  return {
    kind: 'biencoder',
    config,
    replicas,
    shape,
    entries: modelLayout(shape).entries,
    weights: initialiseModel(shape, seeds),
    batchSize,
    sentences: batch.sentences,
    ignore: ignoredDocuments(batch),
    temperature: config.infoNceTemperature,
    dropout: config.dropout,
    optimizer: {
      learningRate: config.learningRate, weightDecay: config.weightDecay, maxGradNorm: config.maxGradNorm,
      beta1: 0.9, beta2: 0.98, epsilon: 1e-8,
    },
  };
}
