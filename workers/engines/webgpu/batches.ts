import type { GrpoUpdate, Responses, SupervisedUpdate } from '../policy.js';
import type { Inputs } from './inputs.js';
import { wordsOf } from './knobs.js';
import { addRowWords, packRows, type Rows } from './rows.js';

/** Responses' rows with what the loss needs of each; offsets are those of the inputs. */
export interface ResponseRows {
  readonly rows: Rows;
  /** The position that predicts a response's first token. */
  readonly firstPosition: number;
  readonly targets: number;
}

/**
 * Prompts with their responses. Positions after a response's end count nowhere.
 *
 * @param atLeast positions of a response that have rows even where it is shorter
 */
export function addResponses(inputs: Inputs, of: Responses, replicas: number, atLeast: number): ResponseRows {
  const { prompts, promptLength, responses, width, lengths, padding, maxResponseLength } = of;
  const firstPosition = promptLength - 1;
  const length = firstPosition + maxResponseLength;
  const counts = lengths.map((own) => Math.min(length, firstPosition + Math.max(own, atLeast)));
  const size = { replicas, sequences: lengths.length / replicas, length };
  const whole = new Int32Array(lengths.length).fill(promptLength);
  const response = { width, first: promptLength, count: lengths };
  const rows = packRows(inputs, size, counts, padding, [
    { values: prompts, width: promptLength, first: 0, count: whole },
    { values: responses, ...response },
  ]);
  return {
    rows,
    firstPosition,
    targets: addRowWords(inputs, rows, 0, [{ values: responses, width, first: firstPosition, count: lengths }]),
  };
}

export interface GrpoBatch extends ResponseRows {
  /** The tokens' log-probabilities under the sampling distribution. */
  readonly sampled: number;
}

/** An update's responses, each with rows up to the decisive position. */
export function addGrpoBatch(inputs: Inputs, update: GrpoUpdate, replicas: number): GrpoBatch {
  const { width, lengths, samplingLogProbs } = update;
  const { rows, firstPosition, targets } = addResponses(inputs, update, replicas, (update.loss.decisivePosition ?? -1) + 1);
  const predicted = { width, first: firstPosition, count: lengths };
  return { rows, firstPosition, targets, sampled: addRowWords(inputs, rows, 0, [{ values: wordsOf(samplingLogProbs), ...predicted }]) };
}

export interface SupervisedBatch {
  readonly rows: Rows;
  readonly targets: number;
  /** What each row counts in its replica's mean. */
  readonly weights: number;
  readonly smoothing: number;
}

/** Sequences up to their last token that is learned. */
export function addSupervisedBatch(inputs: Inputs, update: SupervisedUpdate, replicas: number): SupervisedBatch {
  const { tokens, mask, labels, length, labelSmoothing } = update;
  const perReplica = tokens.length / replicas;
  const sequences = perReplica / length;
  const count = Int32Array.from({ length: replicas * sequences }, (_, sequence) =>
    Math.max(1, mask.subarray(sequence * length, (sequence + 1) * length).lastIndexOf(1) + 1),
  );
  const shares = Array.from({ length: replicas }, (_, replica) => {
    const own = mask.subarray(replica * perReplica, (replica + 1) * perReplica);
    return 1 / Math.max(own.reduce((sum, value) => sum + value, 0), 1);
  });
  const scaled = mask.map((value, i) => value * shares[Math.floor(i / perReplica)]!);
  const each = { width: length, first: 0, count };
  const rows = packRows(inputs, { replicas, sequences, length }, count, 0, [{ values: tokens, ...each }]);
  return {
    rows,
    targets: addRowWords(inputs, rows, 0, [{ values: labels, ...each }]),
    weights: addRowWords(inputs, rows, 0, [{ values: wordsOf(scaled), ...each }]),
    smoothing: inputs.addFloats(labelSmoothing),
  };
}
