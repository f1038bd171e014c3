import { type GrpoKnob, grpoKnobNames, kernelKnob, tokenWeight } from '../grpoStep.js';
import type { GrpoUpdate } from '../policy.js';
import type { AdamWKnobs } from '../knobs.js';
import { adamWRecord } from './adamW.js';
import type { Inputs } from './inputs.js';
import { lossKnobRecord, responseRecord } from './losses.js';

/** The knobs of the loss in the inputs, a replica and a response. */
export function addGrpoKnobs(
  inputs: Inputs,
  { loss, lengths, advantages }: GrpoUpdate,
  replicas: number,
): { knobs: number; responses: number } {
  const sequences = lengths.length / replicas;
  const tokenCounts = Array.from({ length: replicas }, (_, replica) =>
    lengths.subarray(replica * sequences, (replica + 1) * sequences).reduce((sum, length) => sum + length, 0),
  );
  const knobs = lossKnobRecord.add(
    inputs,
    tokenCounts.map((tokens, replica) => {
      const own = grpoKnobNames.map((name) => [name, kernelKnob(name, loss[name][replica]!)]);
      return { ...(Object.fromEntries(own) as Record<GrpoKnob, number>), tokenWeight: 1 / Math.max(tokens, 1) };
    }),
  );
  const responses = responseRecord.add(
    inputs,
    Array.from(lengths, (length, sequence) => {
      const tokens = tokenCounts[Math.floor(sequence / sequences)]!;
      const counts = { length, tokens, responses: sequences, maxLength: loss.maxLength };
      return { advantage: advantages[sequence]!, weight: tokenWeight(loss.aggregation, counts), length };
    }),
  );
  return { knobs, responses };
}

/** AdamW's knobs in the inputs. */
export function addAdamWKnobs(inputs: Inputs, { learningRate, weightDecay, maxGradNorm }: AdamWKnobs): number {
  return adamWRecord.add(
    inputs,
    learningRate.map((rate, replica) => {
      return { learningRate: rate, kept: 1 - rate * weightDecay[replica]!, maxGradNorm: maxGradNorm[replica]! };
    }),
  );
}

/** The same bits as words. */
export function wordsOf(floats: Float32Array): Uint32Array {
  return new Uint32Array(floats.buffer, floats.byteOffset, floats.length);
}
