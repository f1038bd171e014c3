import { type GrpoKnob, grpoKnobNames, kernelKnob, singledOutTokens, tokensInLoss, tokenWeight } from '../grpoStep.js';
import type { GrpoUpdate } from '../policy.js';
import type { AdamWKnobs } from '../knobs.js';
import type { PerReplica } from '../perReplica.js';
import { adamWRecord } from './adamW.js';
import type { Inputs } from './inputs.js';
import { lossKnobRecord, responseRecord } from './grpoLoss.js';

/** The knobs of the loss in the inputs, a replica and a response. */
export function addGrpoKnobs(
  inputs: Inputs,
  { loss, lengths, inLoss, advantages }: GrpoUpdate,
  replicas: number,
): { knobs: number; responses: number } {
  const sequences = lengths.length / replicas;
  const tokenCounts = Array.from({ length: replicas }, (_, replica) =>
    lengths.subarray(replica * sequences, (replica + 1) * sequences).reduce((sum, length) => sum + length, 0),
  );
  const learned = tokensInLoss(lengths, inLoss, replicas);
  const knobs = lossKnobRecord.add(
    inputs,
    tokenCounts.map((tokens, replica) => {
      const own = grpoKnobNames.map((name) => [name, kernelKnob(name, loss[name][replica]!)]);
      return {
        ...(Object.fromEntries(own) as Record<GrpoKnob, number>),
        tokenWeight: 1 / Math.max(tokens, 1),
        singledOut: singledOutTokens(loss.covarianceShare[replica]!, learned[replica]!),
      };
    }),
  );
  const responses = responseRecord.add(
    inputs,
    Array.from(lengths, (length, sequence) => {
      const tokens = learned[Math.floor(sequence / sequences)]!;
      const counts = { length, tokens, responses: sequences, maxLength: loss.maxLength };
      const weight = inLoss[sequence] ? tokenWeight(loss.aggregation, counts) : 0;
      return { advantage: advantages[sequence]!, weight, length };
    }),
  );
  return { knobs, responses };
}

/** The knobs of a loss of which the temperature alone is read. */
export function addTemperatures(inputs: Inputs, temperature: PerReplica): number {
  const neutral = Object.fromEntries(grpoKnobNames.map((name) => [name, 0])) as Record<GrpoKnob, number>;
  return lossKnobRecord.add(inputs, temperature.map((own) => ({ ...neutral, temperature: own, tokenWeight: 0, singledOut: 0 })));
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
