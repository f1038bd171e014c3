import type { GrpoUpdate } from '../policy.js';
import type { AdamWKnobs } from '../knobs.js';
import type { Inputs } from './inputs.js';

/** Stands for 'no bound', as in engines/reference/policyLoss. */
const unbounded = 1e30;

/** The knobs of the loss in the inputs, a replica and a sequence. */
export function addGrpoKnobs(
  inputs: Inputs,
  { loss, lengths, advantages }: GrpoUpdate,
  replicas: number,
): { knobs: number; perSequence: number } {
  const sequences = lengths.length / replicas;
  const tokenCounts = Array.from({ length: replicas }, (_, replica) =>
    lengths.subarray(replica * sequences, (replica + 1) * sequences).reduce((sum, length) => sum + length, 0),
  );
  const knobs = inputs.addFloats(
    tokenCounts.flatMap((tokens, replica) => [
      loss.temperature[replica]!,
      loss.klCoefficient[replica]!,
      loss.entropyCoefficient[replica]!,
      loss.labelSmoothing[replica]!,
      Math.min(loss.bounds.low[replica]!, unbounded),
      Math.min(loss.bounds.high[replica]!, unbounded),
      Math.min(loss.bounds.dual[replica]! || Infinity, unbounded),
      1 / Math.max(tokens, 1),
    ]),
  );
  const weightOf = (sequence: number): number => {
    switch (loss.aggregation) {
      case 'token-mean':
        return 1 / Math.max(tokenCounts[Math.floor(sequence / sequences)]!, 1);
      case 'seq-mean-token-mean':
        return 1 / Math.max(lengths[sequence]!, 1) / sequences;
      case 'seq-mean-token-sum':
        return 1 / sequences;
      case 'seq-mean-token-sum-norm':
        return 1 / sequences / loss.maxLength;
    }
  };
  const { offset: perSequence, view } = inputs.addWords(3 * lengths.length);
  const floats = floatsOf(view);
  lengths.forEach((length, sequence) => {
    floats[3 * sequence] = advantages[sequence]!;
    floats[3 * sequence + 1] = weightOf(sequence);
    view[3 * sequence + 2] = length;
  });
  return { knobs, perSequence };
}

/** AdamW's knobs in the inputs. */
export function addAdamWKnobs(inputs: Inputs, { learningRate, weightDecay, maxGradNorm }: AdamWKnobs): number {
  return inputs.addFloats(
    learningRate.flatMap((rate, replica) => [rate, 1 - rate * weightDecay[replica]!, maxGradNorm[replica]!]),
  );
}

/** The same bits as floats. */
export function floatsOf(words: Uint32Array): Float32Array {
  return new Float32Array(words.buffer, words.byteOffset, words.length);
}

/** The same bits as words. */
export function wordsOf(floats: Float32Array): Uint32Array {
  return new Uint32Array(floats.buffer, floats.byteOffset, floats.length);
}
