import type { BiencoderConfig } from '../../../src/core/labs/biencoder/parameters.js';
import { sentenceLength, vocabularySize } from '../../../src/core/labs/biencoder/grammar.js';
import { RandomSequence, streams } from '../../../src/core/random.js';
import type { Operations, Value } from '../../engines/operations.js';
import type { PerReplica } from '../../engines/perReplica.js';
import { transformerEncoder } from '../../model/encoder.js';
import { initialiseTransformer } from '../../model/initialise.js';
import { ParameterLayout, transformerLayout, type ParameterEntry, type TransformerShape } from '../../engines/layout.js';

/** Which of a tower's outputs represents a sentence: the first token's, the mean of the others', or both. */
export type Fusion = 'concat' | 'embedding' | 'cls';

export interface ModelShape {
  readonly tower: 'mean-pool' | 'transformer';
  readonly fusion: Fusion;
  readonly width: number;
  /** Numbers of an embedding, or of the pair classifier's hidden layer. */
  readonly outputSize: number;
  /** Heads that embed queries and documents, one for both where tied, or one that scores a pair. */
  readonly head: 'separate' | 'tied' | 'pair';
  /** LayerNorm and ReLU in the pair head. */
  readonly headNorm: boolean;
  readonly headActivation: boolean;
}

export function modelShape(config: BiencoderConfig): ModelShape {
  const pair = config.loss === 'pair-classifier';
  return {
    tower: config.tower,
    fusion: config.fusion,
    width: config.width,
    outputSize: config.outputSize,
    head: pair ? 'pair' : config.tiedHeads ? 'tied' : 'separate',
    headNorm: pair && config.headNorm,
    headActivation: pair && config.headActivation,
  };
}

/** Numbers that represent a sentence before the heads. */
const fusedSize = ({ fusion, width }: ModelShape): number => (fusion === 'concat' ? 2 * width : width);

/** Of the tower `transformer`. */
export const transformerShape = ({ width }: ModelShape): TransformerShape => ({
  vocabulary: vocabularySize, context: sentenceLength, width, layers: 1, heads: 2, mlpRatio: 4, causal: false, unembedding: false,
});

type Shapes = (readonly [name: string, shape: readonly number[]])[];

const linearShapes = (name: string, inputs: number, outputs: number): Shapes =>
  [[name, [inputs, outputs]], [`${name}Bias`, [outputs]]];
const normShapes = (name: string, size: number): Shapes => [[`${name}Gain`, [size]], [`${name}Bias`, [size]]];

export function modelLayout(shape: ModelShape): ParameterLayout {
  const { tower, width, outputSize, head, headNorm } = shape;
  const fused = fusedSize(shape);
  const towerShapes: Shapes =
    tower === 'transformer'
      ? transformerLayout(transformerShape(shape)).entries.map((entry) => [entry.name, entry.shape] as const)
      : [
          ['tokenEmbedding', [vocabularySize, width]],
          ...linearShapes('mlpUp', width, 2 * width),
          ...linearShapes('mlpDown', 2 * width, width),
          ...normShapes('norm', width),
        ];
  const headShapes: Shapes =
    head === 'pair'
      ? [
          ...linearShapes('pairHidden', 4 * fused, outputSize),
          ...(headNorm ? normShapes('pairNorm', outputSize) : []),
          ...linearShapes('pairScore', outputSize, 1),
        ]
      : ['query', ...(head === 'tied' ? [] : ['document'])].flatMap((side) => linearShapes(`${side}Head`, fused, outputSize));
  return new ParameterLayout([...towerShapes, ...headShapes]);
}

/**
 * Fresh weights, `[seeds, P]`: a transformer as everywhere here; else embeddings N(0, .4) and linear layers, weights and
 * biases, uniform in ±1 / √inputs (torch.nn.Linear).
 */
export function initialiseModel(shape: ModelShape, seeds: readonly number[]): Float32Array {
  const layout = modelLayout(shape);
  const weights = new Float32Array(seeds.length * layout.size);
  const tower = shape.tower === 'transformer' ? initialiseTransformer(transformerShape(shape), seeds) : undefined;
  const towerSize = (tower?.length ?? 0) / seeds.length;
  seeds.forEach((seed, replica) => {
    const own = weights.subarray(replica * layout.size, (replica + 1) * layout.size);
    if (tower) own.set(tower.subarray(replica * towerSize, (replica + 1) * towerSize));
    layout.entries.forEach((entry, index) => {
      if (entry.offset < towerSize) return;
      const values = own.subarray(entry.offset, entry.offset + entry.size);
      initialiseEntry(values, entry, layout, new RandomSequence(seed, streams.initialisation, index));
    });
  });
  return weights;
}

function initialiseEntry(
  values: Float32Array,
  { name, shape }: ParameterEntry,
  layout: ParameterLayout,
  random: RandomSequence,
): void {
  if (/norm/i.test(name)) {
    values.fill(name.endsWith('Gain') ? 1 : 0);
    return;
  }
  if (name === 'tokenEmbedding') {
    for (let i = 0; i < values.length; i++) values[i] = 0.4 * random.normal();
    return;
  }
  const weight = name.endsWith('Bias') ? layout.entries.find((entry) => `${entry.name}Bias` === name)!.shape : shape;
  const bound = 1 / Math.sqrt(weight[0]!);
  for (let i = 0; i < values.length; i++) values[i] = bound * (2 * random.uniform() - 1);
}

const linear = (operations: Operations, x: Value, name: string): Value =>
  operations.add(operations.matMul(x, operations.parameter(name)), operations.parameter(`${name}Bias`));

const layerNorm = (operations: Operations, x: Value, name: string): Value =>
  operations.layerNorm(x, operations.parameter(`${name}Gain`), operations.parameter(`${name}Bias`));

/**
 * Sentences through the tower, before the heads.
 *
 * @param sentences `[R · n · sentenceLength]` tokens
 * @param dropout rates, one a replica
 * @returns `[R, n, width]`, or twice the width where both outputs are joined
 */
export function encode(operations: Operations, shape: ModelShape, sentences: Int32Array, dropout: PerReplica): Value {
  const encodeBy = { 'mean-pool': encodeByMean, 'transformer': encodeByTransformer }[shape.tower];
  return encodeBy(operations, shape, sentences, dropout);
}

/** Embeddings' mean → residual MLP → LayerNorm; it is its own first token, so that joined it stands there twice. */
function encodeByMean(
  operations: Operations,
  { fusion }: ModelShape,
  sentences: Int32Array,
  dropout: PerReplica,
): Value {
  const mean = operations.gatherMean(operations.parameter('tokenEmbedding'), contentOf(sentences), sentenceLength - 1);
  const x = operations.dropout(mean, dropout);
  const hidden = operations.relu(linear(operations, x, 'mlpUp'));
  const residual = operations.add(x, linear(operations, hidden, 'mlpDown'));
  const output = operations.dropout(layerNorm(operations, residual, 'norm'), dropout);
  return fusion === 'concat' ? operations.concat([output, output]) : output;
}

/** The words of each sentence, without the classification token before them. */
function contentOf(sentences: Int32Array): Int32Array {
  const content = new Int32Array((sentences.length / sentenceLength) * (sentenceLength - 1));
  for (let from = 0, to = 0; from < sentences.length; from++) {
    if (from % sentenceLength > 0) content[to++] = sentences[from]!;
  }
  return content;
}

function encodeByTransformer(
  operations: Operations,
  shape: ModelShape,
  sentences: Int32Array,
  dropout: PerReplica,
): Value {
  const { fusion, width } = shape;
  const count = sentences.length / sentenceLength;
  const hidden = transformerEncoder(operations, transformerShape(shape), sentences, dropout);
  const first = Array.from({ length: sentenceLength }, (_, i) => Number(i === 0));
  const mean = first.map((one) => (1 - one) / (sentenceLength - 1));
  const readings = { concat: [first, mean], embedding: [mean], cls: [first] }[fusion];
  const weights = new Float32Array(count * readings.length * sentenceLength);
  for (let i = 0; i < count; i++) weights.set(readings.flat(), i * readings.length * sentenceLength);
  const read = operations.matMul(
    operations.constant(weights, [count, readings.length, sentenceLength]),
    operations.reshape(hidden, [count, sentenceLength, width]),
  );
  return operations.reshape(read, [operations.replicas, count / operations.replicas, readings.length * width]);
}

/** Encoded sentences as unit rows, `[R, n, outputSize]`. */
export function embed(operations: Operations, { head }: ModelShape, encoded: Value, side: 'query' | 'document'): Value {
  return operations.unitRows(linear(operations, encoded, `${head === 'tied' ? 'query' : side}Head`));
}

/** Rows of queries and of documents that make a pair, `[R · n]` each. */
export interface PairRows {
  readonly queries: Int32Array;
  readonly documents: Int32Array;
}

/**
 * How well documents answer queries, pair by pair, from [u, v, u − v, |u − v|] of the encoded sentences. The first three
 * enter the hidden layer linearly, so that what they give is computed once a sentence: with its weights in four parts,
 * u (U + D) + v (V − D) + |u − v| A.
 *
 * @param u queries, `[R, q, d]`
 * @param v documents, `[R, m, d]`
 * @returns logits `[R, n, 1]`
 */
export function scorePairs(
  operations: Operations,
  shape: ModelShape,
  u: Value,
  v: Value,
  pairs: PairRows,
  dropout: PerReplica,
): Value {
  const size = fusedSize(shape);
  const [U, V, D, A] = [0, 1, 2, 3].map((part) =>
    operations.rows(operations.parameter('pairHidden'), part * size, (part + 1) * size),
  ) as [Value, Value, Value, Value];
  const fromQueries = operations.add(operations.matMul(u, operations.add(U, D)), operations.parameter('pairHiddenBias'));
  const fromDocuments = operations.matMul(v, operations.subtract(V, D));
  const ofQueries = (rows: Value): Value => operations.gatherRows(rows, pairs.queries);
  const ofDocuments = (rows: Value): Value => operations.gatherRows(rows, pairs.documents);
  const distance = operations.abs(operations.subtract(ofQueries(u), ofDocuments(v)));
  let hidden = operations.add(
    operations.matMul(distance, A),
    operations.add(ofQueries(fromQueries), ofDocuments(fromDocuments)),
  );
  if (shape.headNorm) hidden = layerNorm(operations, hidden, 'pairNorm');
  if (shape.headActivation) hidden = operations.relu(hidden);
  return linear(operations, operations.dropout(hidden, dropout), 'pairScore');
}
