import type { BiencoderConfig } from '../../../src/core/labs/biencoder/parameters.js';
import type { Operations, Value } from '../../engines/operations.js';
import type { PerReplica } from '../../engines/perReplica.js';
import { infoNCE, maskedCrossEntropy } from '../../losses/infoNCE.js';
import { distances, tripletLoss, type Distance } from '../../losses/tripletLoss.js';
import type { Population } from '../population.js';
import { answers, documentOf, randomDocuments, type Batch } from './batch.js';
import { embed, encode, scorePairs, type ModelShape } from './model.js';

export type Negatives = BiencoderConfig['negatives'];

/** What the loss of a batch depends on beside the model; one number a replica where there are several. */
export interface Objective {
  readonly loss: BiencoderConfig['loss'];
  readonly symmetric: boolean;
  readonly distance: Distance;
  readonly negatives: Negatives;
  readonly temperature: PerReplica;
  readonly margin: PerReplica;
  readonly labelSmoothing: PerReplica;
  readonly dropout: PerReplica;
}

export function objectiveOf(population: Population<BiencoderConfig>): Objective {
  const { config } = population;
  return {
    loss: config.loss,
    symmetric: config.symmetric,
    distance: config.distance,
    negatives: config.negatives,
    temperature: population.knob('infoNceTemperature'),
    margin: population.knob('margin'),
    labelSmoothing: population.knob('labelSmoothing'),
    dropout: population.knob('dropout'),
  };
}

/** What a batch's sentences come to: unit rows of the heads, or for the pair head what the tower gives. */
export interface RepresentedBatch {
  /** `[R, GN, d]` */
  readonly queries: Value;
  /** `[R, G · 2N, d]` */
  readonly documents: Value;
}

export function representBatch(
  operations: Operations,
  shape: ModelShape,
  batch: Batch,
  dropout: PerReplica,
): RepresentedBatch {
  const pairs = batch.batches * batch.size;
  const encoded = encode(operations, shape, batch.sentences, dropout);
  const queries = operations.rows(encoded, 0, pairs);
  const documents = operations.rows(encoded, pairs, 3 * pairs);
  if (shape.head === 'pair') return { queries, documents };
  return { queries: embed(operations, shape, queries, 'query'), documents: embed(operations, shape, documents, 'document') };
}

/** The mean loss of a batch's queries, `[R]`. */
export function batchLoss(
  operations: Operations,
  shape: ModelShape,
  batch: Batch,
  objective: Objective,
  represented: RepresentedBatch,
): Value {
  if (objective.loss === 'pair-classifier') return pairLoss(operations, shape, batch, objective, represented);
  const { replicas, batches, size } = batch;
  const queries = operations.reshape(represented.queries, [replicas, batches, size, shape.outputSize]);
  const documents = operations.reshape(represented.documents, [replicas, batches, 2 * size, shape.outputSize]);
  return objective.loss === 'infonce'
    ? infoNCE(operations, queries, documents, { ...objective, ignore: ignoredDocuments(batch) })
    : minedTripletLoss(operations, queries, documents, batch, objective);
}

/** For each query the false negatives, and the hard negatives of queries whose negative is a random one. `[R · GN · 2N]` */
export function ignoredDocuments(batch: Batch): Float32Array {
  const { size, hard } = batch;
  const ignore = new Float32Array(hard.length * 2 * size);
  for (let row = 0; row < hard.length; row++) {
    const first = row - (row % size);
    for (let j = 0; j < size; j++) {
      if (j !== row % size && answers(batch, row, j)) ignore[row * 2 * size + j] = 1;
      if (!hard[first + j] || answers(batch, row, size + j)) ignore[row * 2 * size + size + j] = 1;
    }
  }
  return ignore;
}

/**
 * Which documents may be a query's negative: the one drawn at random, its own hard one, or where negatives are mined any
 * that does not answer it. None where the one document answers it after all. `[R · GN · 2N]`
 */
export function allowedNegatives(batch: Batch, negatives: Negatives): Float32Array {
  const { size, hard, drawn } = batch;
  const allowed = new Float32Array(hard.length * 2 * size);
  for (let row = 0; row < hard.length; row++) {
    const mined = hard[row] === 1 && (negatives === 'semi-hard' || negatives === 'hardest');
    const own = hard[row] === 1 && negatives === 'attribute' ? size + (row % size) : drawn[row * randomDocuments]!;
    for (let j = 0; j < 2 * size; j++) {
      if ((mined || j === own) && !answers(batch, row, j)) allowed[row * 2 * size + j] = 1;
    }
  }
  return allowed;
}

/**
 * Triplets of a query, its document and one negative of its batch: hardest is the nearest, semi-hard the nearest that is
 * farther than the document (Schroff et al. 2015).
 */
function minedTripletLoss(
  operations: Operations,
  queries: Value,
  documents: Value,
  batch: Batch,
  objective: Objective,
): Value {
  const { replicas, batches, size } = batch;
  const rows = batches * size;
  const allowed = allowedNegatives(batch, objective.negatives);
  const all = operations.reshape(distances(operations, queries, documents, objective.distance), [replicas, rows, 2 * size]);
  const own = Int32Array.from({ length: replicas * rows }, (_, i) => i % size);
  const positive = operations.reshape(operations.pickColumns(all, own), [replicas, rows]);
  const above = objective.negatives === 'semi-hard' ? operations.stopGradient(positive) : undefined;
  const negative = operations.selectLeast(all, allowed, above);
  const counts = Float32Array.from({ length: replicas * rows }, (_, row) =>
    Math.max(...allowed.subarray(row * 2 * size, (row + 1) * 2 * size)),
  );
  return tripletLoss(operations, positive, negative, objective.margin, counts);
}

/** Cross-entropy of a query's document among itself, its hard negative if that is used, and random documents of the batch. */
function pairLoss(
  operations: Operations,
  shape: ModelShape,
  batch: Batch,
  objective: Objective,
  represented: RepresentedBatch,
): Value {
  const { replicas, batches, size, hard, drawn } = batch;
  const rows = batches * size;
  const shown = 1 + randomDocuments;
  const documents = new Int32Array(hard.length * shown);
  const ignore = new Float32Array(documents.length);
  for (let row = 0; row < hard.length; row++) {
    const own = row % size;
    for (let k = 0; k < shown; k++) {
      const random = k === 0 ? own : drawn[row * randomDocuments + k - 1]!;
      const column = k === 1 && hard[row] ? size + own : random;
      documents[row * shown + k] = documentOf(row % rows, size) - own + column;
      if (k > 0 && answers(batch, row, column)) ignore[row * shown + k] = 1;
    }
  }
  const pairs = { queries: documents.map((_, i) => Math.floor(i / shown) % rows), documents };
  const scores = scorePairs(operations, shape, represented.queries, represented.documents, pairs, objective.dropout);
  const logits = operations.reshape(scores, [replicas, rows, shown]);
  return maskedCrossEntropy(operations, logits, new Int32Array(hard.length), ignore, objective.labelSmoothing);
}
